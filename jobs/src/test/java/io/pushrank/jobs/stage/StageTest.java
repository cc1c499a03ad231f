package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.source.Sources;
import io.pushrank.jobs.table.Query;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StageTest {
    /** Relations that code gives to queries: rows of the stage itself. */
    private static final Set<String> GIVEN = Set.of("proposals", "hydrated", "light_rows", "time_zones");

    @Test
    void everyStageIsListedOnce() {
        assertEquals(
                Set.of(Stage.class.getPermittedSubclasses()),
                Stage.all().stream().map(Object::getClass).collect(Collectors.toSet()));
        assertEquals(
                List.of("targets", "candidates", "light-rank", "heavy-rank", "quality-control"),
                Stage.all().stream().map(Stage::verb).toList());
    }

    @Test
    void aStageReadsInputsModelsEarlierOutputsAndSendsOfEarlierDates() {
        Set<Table> written = EnumSet.noneOf(Table.class);
        for (Stage stage : Stage.all()) {
            for (Table table : stage.reads()) {
                assertTrue(
                        table.isInput()
                                || table.group() == Table.Group.MODEL
                                || table == Table.SENDS
                                || written.contains(table),
                        stage.verb() + " reads " + table.tableName() + ", which nothing before it writes");
            }
            stage.accountsFor().ifPresent(table -> assertTrue(stage.reads().contains(table), stage.verb()));
            assertTrue(written.add(stage.writes()), stage.verb() + " writes a table of its own");
        }
    }

    @Test
    void aStageDeclaresEveryTableThatItsQueriesAskFor() {
        for (Stage stage : Stage.all()) {
            Set<Table> asked = EnumSet.noneOf(Table.class);
            queries(stage).forEach(query -> tables(query, asked, new HashSet<>()));

            assertTrue(
                    stage.reads().containsAll(asked),
                    stage.verb() + " declares " + stage.reads() + ", but asks for " + asked);
        }
    }

    private static List<Query> queries(Stage stage) {
        List<Query> queries = new ArrayList<>();
        switch (stage.verb()) {
            case "targets", "candidates" -> queries.add(Query.load("stages", stage.verb()));
            case "quality-control" -> queries.add(Query.load("stages", "quality_control"));
            case "heavy-rank" -> {
                queries.add(Query.load("features", "light"));
                queries.add(Query.load("features", "heavy"));
            }
            default -> queries.add(Query.load("features", "light"));
        }
        if (stage instanceof Candidates) {
            Sources.of(ConfigFile.shipped().config()).forEach(source -> queries.add(source.query()));
        }
        return queries;
    }

    private static void tables(Query query, Set<Table> asked, Set<String> done) {
        for (String relation : query.relations()) {
            if (GIVEN.contains(relation) || !done.add(relation)) {
                continue;
            }
            if (relation.equals("earlier_sends")) {
                asked.add(Table.SENDS);
            } else if (Query.exists("views", relation)) {
                Stream.of(relation, relation.equals("items") ? "live_items" : relation)
                        .forEach(view -> tables(Query.load("views", view), asked, done));
            } else {
                asked.add(Table.named(relation));
            }
        }
    }
}
