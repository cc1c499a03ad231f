package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.SharedSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** What sources propose, ranked within each, cut to their limits, merged by item. */
class MergeTest {
    private static final String COLUMNS =
            "proposals(user_id, item_type, item_id, priority, source, limit, score, actors)";

    private static List<String> merged(String... proposals) {
        Dataset<Row> rows = SharedSpark.session()
                .sql("SELECT user_id, item_type, item_id, priority, source, limit, CAST(score AS DOUBLE) AS score,"
                        + " CAST(actors AS ARRAY<BIGINT>) AS actors FROM VALUES " + String.join(", ", proposals)
                        + " AS "
                        + COLUMNS);
        return Merge.merged(rows)
                .selectExpr(
                        "user_id",
                        "concat_ws(' ', user_id, item_type, item_id, concat_ws(' ', transform(sources,"
                                + " each -> concat(each.source, ':', each.rank)))) AS text")
                .orderBy("user_id", "text")
                .collectAsList()
                .stream()
                .map(row -> row.getString(1))
                .toList();
    }

    @Test
    void anItemHasEverySourceThatProposesItInTheOrderOfDisplay() {
        assertEquals(
                List.of("1 post 10 first:2 second:1", "1 post 11 first:1", "2 post 10 second:1"),
                merged(
                        "(1L, 'post', 10L, 1, 'second', 9, 0.5, array())",
                        "(1L, 'post', 10L, 0, 'first', 9, 0.1, array())",
                        "(1L, 'post', 11L, 0, 'first', 9, 0.2, array(7))",
                        "(2L, 'post', 10L, 1, 'second', 9, 0.5, array())"));
    }

    @Test
    void aSourceKeepsItsBestTheLowestItemFirstWhereScoresAreEqualAndTheMissingLast() {
        assertEquals(
                List.of("1 post 10 best:2", "1 post 11 best:3", "1 post 12 best:1"),
                merged(
                        "(1L, 'post', 11L, 0, 'best', 3, 0.5, array())",
                        "(1L, 'post', 10L, 0, 'best', 3, 0.5, array())",
                        "(1L, 'post', 13L, 0, 'best', 3, NULL, array())",
                        "(1L, 'post', 12L, 0, 'best', 3, 0.9, array())"));
    }

    @Test
    void itemsOfTwoTypesWithOneNumberAreTwoAndWhatIsNoItemIsNone() {
        assertEquals(
                List.of("1 post 10 posts:1", "1 trend 10 trends:1"),
                merged(
                        "(1L, 'trend', 10L, 1, 'trends', 9, 0.5, array())",
                        "(1L, 'post', 10L, 0, 'posts', 9, 0.5, array())",
                        "(1L, 'post', NULL, 0, 'posts', 9, 0.9, array())"));
    }
}
