package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.SharedSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** What sources propose, ranked within each, cut to their limits, merged by item. */
class MergeTest {
    /** What is proposed by "first" (of posts, 9 at most), "second" (likewise), "best" (3 at most) and "trends". */
    private static final Merge MERGE = new Merge(List.of(
            new Merge.Origin("first", "post", 9),
            new Merge.Origin("second", "post", 9),
            new Merge.Origin("best", "post", 3),
            new Merge.Origin("trends", "trend", 9)));

    private static Dataset<Row> proposals(String... proposals) {
        return SharedSpark.session()
                .sql("SELECT user_id, item_id, array_position(array('first', 'second', 'best', 'trends'), source) - 1"
                        + " AS priority, CAST(score AS DOUBLE) AS score, CAST(actors AS ARRAY<BIGINT>) AS actors FROM VALUES "
                        + String.join(", ", proposals) + " AS proposals(user_id, source, item_id, score, actors)")
                .withColumn("priority", functions.col("priority").cast("int"));
    }

    private static List<String> texts(Dataset<Row> merged) {
        return merged
                .selectExpr(
                        "user_id",
                        "concat_ws(' ', user_id, item_type, item_id, concat_ws(' ', transform(sources, each ->"
                                + " concat(each.source, ':', each.rank, coalesce(array_join(each.actors, '+'), '?'))))) AS text")
                .orderBy("user_id", "text")
                .collectAsList()
                .stream()
                .map(row -> row.getString(1))
                .toList();
    }

    private static List<String> merged(String... proposals) {
        return texts(MERGE.of(proposals(proposals)));
    }

    @Test
    void anItemHasEverySourceThatProposesItInTheOrderOfDisplay() {
        assertEquals(
                List.of("1 post 10 first:28 second:1", "1 post 11 first:17", "2 post 10 second:1"),
                merged(
                        "(1L, 'second', 10L, 0.5, array())",
                        "(1L, 'first', 10L, 0.1, array(8L))",
                        "(1L, 'first', 11L, 0.2, array(7L))",
                        "(2L, 'second', 10L, 0.5, array())"));
    }

    @Test
    void aSourceKeepsItsBestTheLowestItemFirstWhereScoresAreEqualAndTheMissingLast() {
        assertEquals(
                List.of("1 post 10 best:2", "1 post 11 best:3", "1 post 12 best:1"),
                merged(
                        "(1L, 'best', 11L, 0.5, array())",
                        "(1L, 'best', 10L, 0.5, array())",
                        "(1L, 'best', 13L, NULL, array())",
                        "(1L, 'best', 12L, 0.9, array())"));
    }

    @Test
    void itemsOfTwoTypesWithOneNumberAreTwoAndWhatIsNoItemIsNone() {
        assertEquals(
                List.of("1 post 10 first:1", "1 trend 10 trends:1"),
                merged(
                        "(1L, 'trends', 10L, 0.5, array())",
                        "(1L, 'first', 10L, 0.5, array())",
                        "(1L, 'first', NULL, 0.9, array())"));
    }

    @Test
    void ofWantedItemsTheRanksAreThoseAmongAll() {
        Dataset<Row> wanted = SharedSpark.session()
                .sql("SELECT * FROM VALUES (1L, 'post', 11L), (1L, 'trend', 12L), (1L, 'list', 10L), (2L, 'post', 10L),"
                        + " (3L, 'post', 10L) AS wanted(user_id, item_type, item_id)");
        assertEquals(
                List.of("1 post 11 first:2 second:1", "2 post 10 first:1"),
                texts(MERGE.of(
                        proposals(
                                "(1L, 'first', 10L, 0.9, array())",
                                "(1L, 'first', 11L, 0.5, array())",
                                "(1L, 'first', 12L, 0.1, array())",
                                "(1L, 'second', 11L, 0.5, array())",
                                "(2L, 'first', 10L, 0.5, array())",
                                "(2L, 'first', 11L, 0.4, array())",
                                "(4L, 'first', 10L, 0.5, array())"),
                        wanted)),
                "neither another type's item of that number, nor a type of no source, nor what nobody proposes");
    }
}
