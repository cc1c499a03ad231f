package io.pushrank.jobs.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/** What a source's SQL proposes to every user of a world, whatever its limit. */
final class Proposed {
    private Proposed() {}

    /** What work is given for which every user is a target. */
    static StageContext context(TinyWorld world, ConfigFile settings) {
        StageContext context = world.context(settings);
        context.relations().instead(Table.TARGETS, context.read(Table.USERS));
        return context;
    }

    /** Proposals as "user item" with score, six digits, and actors. */
    static Map<String, String> by(StageContext context, String name) {
        Source source = context.vocabulary().sources().all().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        Map<String, String> proposals = new TreeMap<>();
        for (Row row : source.proposals(context.relations().query(source.query(), source.parameters()))
                .collectAsList()) {
            String before = proposals.put(
                    row.getAs("user_id") + " " + row.getAs("item_id"),
                    text(row.<Number>getAs("score").doubleValue(), row.getList(row.fieldIndex("actors"))));
            assertEquals(null, before, "an item is proposed to a user once");
        }
        return proposals;
    }

    static String text(double score, List<Long> actors) {
        return "%.6f %s".formatted(score, actors);
    }

    static String text(double score) {
        return text(score, List.of());
    }
}
