package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.architecture.BatchFeed;
import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.RecordWeights;
import io.pushrank.udf.model.FeatureShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShuffledExamplesTest {
    private static final int ROWS = 70_000;

    @TempDir
    private Path folder;

    /** Rows whose first continuous feature is their number. */
    static Dataset<Row> table(SparkSession spark, int rows) {
        return spark.range(rows)
                .selectExpr(
                        "timestamp'2026-03-01 12:00:00' AS as_of",
                        "id DIV 7 AS user_id",
                        "'post' AS item_type",
                        "id AS item_id",
                        "CAST(id % 5 = 0 AS FLOAT) AS label_oonc",
                        "CAST(id % 10 = 0 AS FLOAT) AS label_engagement",
                        "CAST(id % 50 = 0 AS FLOAT) AS label_dislike",
                        "0.25F AS heavy_score",
                        "CAST(1 + id % 3 AS FLOAT) AS weight",
                        "named_struct('continuous', array(CAST(id AS FLOAT), 2F),"
                                + " 'continuous_missing', array(false, id % 2 = 0),"
                                + " 'binary', array(1F, 0F, 1F),"
                                + " 'sparse_ids', CASE WHEN id % 4 = 0 THEN array() ELSE array(id, id * 3) END,"
                                + " 'sparse_values', CASE WHEN id % 4 = 0 THEN array() ELSE array(1F, 2F) END,"
                                + " 'sparse_continuous_ids', array(id),"
                                + " 'sparse_continuous_values', array(-7.5F)) AS features")
                .repartition(3, col("user_id"));
    }

    private ShuffledExamples write(String name, Dataset<Row> rows, long seed) {
        return ShuffledExamples.write(
                UnaryOperator.identity(), rows, folder.resolve(name).toString(), seed, new Configuration());
    }

    private static int[] numbers(Iterator<Example> examples) {
        IntStream.Builder numbers = IntStream.builder();
        examples.forEachRemaining(example -> numbers.add((int) example.continuous()[0]));
        return numbers.build().toArray();
    }

    @Test
    void everyEpochHasEveryExampleOnceInAnOrderOfItsOwn() {
        Dataset<Row> table = table(SharedSpark.session(), ROWS);
        ShuffledExamples examples = write("one", table, 5);
        assertEquals(ROWS, examples.count());
        int[] first = numbers(examples.epoch(0));
        int[] second = numbers(examples.epoch(1));
        int[] all = IntStream.range(0, ROWS).toArray();
        assertArrayEquals(all, IntStream.of(first).sorted().toArray());
        assertArrayEquals(all, IntStream.of(second).sorted().toArray());
        assertArrayEquals(first, numbers(examples.epoch(0)));
        // Chance leaves 1 of 70,000 in its place; neighbors in the table are far apart.
        assertTrue(same(first, second) < 20, () -> same(first, second) + " in the same place");
        assertTrue(same(first, all) < 20, () -> same(first, all) + " in the table's place");
        long neighbors = IntStream.range(1, ROWS)
                .filter(index -> Math.abs(first[index] - first[index - 1]) < 100)
                .count();
        assertTrue(neighbors < 2 * 200, () -> neighbors + " neighbors, by chance 200");

        // The same rows otherwise distributed give the same orders; another seed others.
        ShuffledExamples again = write("two", table.repartition(11), 5);
        assertEquals(examples.digest(), again.digest());
        assertArrayEquals(first, numbers(again.epoch(0)));
        ShuffledExamples otherwise = write("three", table, 6);
        assertNotEquals(examples.digest(), otherwise.digest());
        assertTrue(same(first, numbers(otherwise.epoch(0))) < 20);
        for (int skip : new int[] {1, 700, 16_384, 16_385, 60_000, ROWS}) {
            int[] rest = numbers(examples.epoch(1, skip));
            assertArrayEquals(IntStream.of(second).skip(skip).toArray(), rest, "skipped " + skip);
        }
    }

    private static long same(int[] one, int[] other) {
        return IntStream.range(0, one.length)
                .filter(index -> one[index] == other[index])
                .count();
    }

    @Test
    void anExampleIsWhatTheTableHas() {
        ShuffledExamples examples = write("table", table(SharedSpark.session(), 100), 1);
        List<Example> all = new ArrayList<>();
        examples.epoch(0).forEachRemaining(all::add);
        Example found = all.stream()
                .filter(example -> example.continuous()[0] == 50)
                .findFirst()
                .orElseThrow();
        assertArrayEquals(new float[] {50, 2}, found.continuous());
        assertArrayEquals(new boolean[] {false, true}, found.continuousMissing());
        assertArrayEquals(new float[] {1, 0, 1}, found.binary());
        assertArrayEquals(new long[] {50, 150}, found.sparseIds());
        assertArrayEquals(new float[] {1, 2}, found.sparseValues());
        assertArrayEquals(new long[] {50}, found.sparseContinuousIds());
        assertArrayEquals(new float[] {-7.5f}, found.sparseContinuousValues());
        assertEquals(1, found.oonc());
        assertEquals(1, found.engagement());
        assertEquals(1, found.dislike());
        assertEquals(0.25f, found.heavyScore());
        assertEquals(3, found.weight());
    }

    @Test
    void batchesComeInOrderAndAFailureReachesTheLearner() {
        List<Example> examples = SyntheticExamples.exclusiveOr(250, 3, true);
        FeatureShape shape = new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY);
        try (BatchFeed feed = new BatchFeed(examples::iterator, shape, 100)) {
            List<Example> seen = new ArrayList<>();
            for (ExampleBatch batch = feed.next(); batch != null; batch = feed.next()) {
                seen.addAll(batch.examples);
            }
            assertEquals(examples, seen);
            assertNull(feed.next());
        }
        Iterator<Example> broken = IntStream.range(0, 200)
                .mapToObj(index -> {
                    if (index == 150) {
                        throw new IllegalStateException("disk is gone");
                    }
                    return examples.get(index);
                })
                .iterator();
        try (BatchFeed feed = new BatchFeed(() -> broken, shape, 100)) {
            assertEquals(100, feed.next().size());
            assertEquals(
                    "disk is gone",
                    assertThrows(IllegalStateException.class, feed::next).getMessage());
        }
    }

    @Test
    void recordWeightsFallWithThePositionDownToTheMinimum() {
        RecordWeights weights = new RecordWeights(1, 0.125);
        List<Float> found = SharedSpark.session().range(12).select(weights.of(col("id"))).collectAsList().stream()
                .map(row -> row.getFloat(0))
                .toList();
        assertEquals(
                List.of(0.5f, 1 / 3f, 0.25f, 0.2f, 1 / 6f, 1 / 7f, 0.125f, 0.125f, 0.125f, 0.125f, 0.125f, 0.125f),
                found);
    }
}
