package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StageTest {
    private final Models models =
            new Models(SharedSpark.session(), new Layout("no-input", "no-output", "../sample-data/models"));

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
        Vocabulary vocabulary = Vocabulary.of(ConfigFile.shipped());
        Set<Table> written = EnumSet.noneOf(Table.class);
        for (Stage stage : Stage.all()) {
            Set<Table> reads = StageContext.reads(vocabulary, stage, models);
            for (Table table : reads) {
                assertTrue(
                        table.isInput()
                                || table.group() == Table.Group.MODEL
                                || table == Table.SENDS
                                || written.contains(table),
                        stage.verb() + " reads " + table.tableName() + ", which nothing before it writes");
            }
            stage.accountsFor().ifPresent(table -> assertTrue(reads.contains(table), stage.verb()));
            assertTrue(written.add(stage.writes()), stage.verb() + " writes a table of its own");
        }
    }

    @Test
    void aStageReadsNoTableThatNothingSpeaksOf() {
        ConfigFile settings = ConfigFile.shipped();
        for (Rule rule : Vocabulary.of(settings).rules().at(Step.QUALITY_CONTROL)) {
            if (!rule.name().equals("blocked")) {
                settings = settings.set("rules." + rule.name() + "=off");
            }
        }

        assertEquals(
                Set.of(Table.HEAVY_RANKED, Table.TARGETS, Table.RELATIONS),
                StageContext.reads(Vocabulary.of(settings), new QualityControl(), models));
    }
}
