package io.pushrank.jobs.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LightEvaluationTest {
    private static final Timestamp NOON = Timestamp.valueOf("2026-03-02 12:00:00");
    private static List<Row> measured;

    @BeforeAll
    static void measure() {
        StructType schema = StructType.fromDDL(
                "as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT, y DOUBLE, p FLOAT");
        Dataset<Row> scored = SharedSpark.session()
                .newSession()
                .createDataFrame(
                        List.of(
                                // Best first 11, 12, 13, 14; the light ranker says 12, 14, 11, 13.
                                candidate(1, 11, 0.9, 0.6f),
                                candidate(1, 12, 0.5, 0.8f),
                                candidate(1, 13, 0.4, 0.5f),
                                candidate(1, 14, 0.1, 0.7f),
                                // Nothing here that the heavy ranker likes at all.
                                candidate(2, 11, 0, 0.3f),
                                // One candidate cannot be missed.
                                candidate(3, 11, 0.5, 0.1f)),
                        schema);
        measured = LightEvaluation.measure(scored, List.of(2, 4), List.of(1, 3, 10), 7)
                .collectAsList();
    }

    @Test
    void recallIsTheShareOfTheBestThatIsKept() {
        // User 1: {12, 14} kept; of the best 1: none; of the best 3: 12; of all 4: two. User 2 has none, user 3 has 1.
        assertEquals((0.0 + 1) / 2, figure("light", 2, 1, "recall"), 1e-9);
        assertEquals((1.0 / 3 + 1) / 2, figure("light", 2, 3, "recall"), 1e-9);
        assertEquals((2.0 / 4 + 1) / 2, figure("light", 2, 10, "recall"), 1e-9);
    }

    @Test
    void cumulativeGainRatioComparesTheBestKeptWithTheBest() {
        // User 1: 0.5 of 0.9, then (0.5 + 0.1) of (0.9 + 0.5), for no more than two can be kept; user 2: 0; user 3: 1.
        assertEquals((0.5 / 0.9 + 0 + 1) / 3, figure("light", 2, 1, "cgr"), 1e-9);
        assertEquals((0.6 / 1.4 + 0 + 1) / 3, figure("light", 2, 3, "cgr"), 1e-9);
        assertEquals((0.6 / 1.4 + 0 + 1) / 3, figure("light", 2, 10, "cgr"), 1e-9);
    }

    @Test
    void scoreLossIsWhatTheVeryBestLoses() {
        assertEquals((0.9 - 0.5) / 3, figure("light", 2, 1, "score_loss"), 1e-9);
    }

    @Test
    void whoKeepsEverythingLosesNothing() {
        for (String policy : List.of("light", "random")) {
            assertEquals(1, figure(policy, 4, 3, "recall"), 1e-9);
            assertEquals(2.0 / 3, figure(policy, 4, 3, "cgr"), 1e-9);
            assertEquals(0, figure(policy, 4, 3, "score_loss"), 1e-9);
        }
    }

    @Test
    void requestsAreCountedAndThoseThatLoseCandidatesToo() {
        Row row = row("random", 2, 1);
        assertEquals(3, row.<Long>getAs("requests"));
        assertEquals(1, row.<Long>getAs("pruned_requests"));
        assertEquals(0, row("light", 4, 1).<Long>getAs("pruned_requests"));
    }

    @Test
    void noScoreAtAllLeavesRecallOpen() {
        Dataset<Row> nothing = SharedSpark.session()
                .newSession()
                .createDataFrame(
                        List.of(candidate(2, 11, 0, 0.3f)),
                        StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT,"
                                + " y DOUBLE, p FLOAT"));
        Row row = LightEvaluation.measure(nothing, List.of(2), List.of(1), 7).head();
        assertNull(row.getAs("recall"));
        assertEquals(0, row.<Double>getAs("cgr"));
    }

    @Test
    void metricsAreNamedByPolicyAndSizes() {
        Metrics metrics = LightEvaluation.metrics(List.of(row("light", 2, 1)));
        assertEquals(Set.of("light", "random"), metrics.values().keySet());
        assertEquals(
                Set.of("n_10", "n_50", "n_100", "n_200"),
                metrics.group("light").values().keySet());
        assertEquals(
                Set.of("recall", "cgr"),
                metrics.group("light").group("n_10").values().keySet());
    }

    @Test
    void predictionsAreComparedWithEveryKindOfLabelAndByWeightToo() {
        List<Row> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(16);
        for (long user = 1; user <= 30; user++) {
            for (long item = 1; item <= 8; item++) {
                double y = (1 + random.nextInt(40)) / 50.0;
                float p = (float) Math.min(0.99, Math.max(0.01, y + 0.3 * random.nextGaussian()));
                // Of the last users it is not known what was sent.
                Boolean isSent = user > 25 ? null : (Boolean) (random.nextInt(6) == 0);
                rows.add(RowFactory.create(NOON, user, "post", item, y, p, user % 2 == 0 ? 5f : 1f, isSent));
            }
        }
        Metrics labels = LightEvaluation.labels(
                SharedSpark.session()
                        .createDataFrame(
                                rows,
                                StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT,"
                                        + " y DOUBLE, p FLOAT, weight FLOAT, is_sent BOOLEAN")),
                0.5);
        assertEquals(List.of("sent", "top1", "top3", "heavy_score"), labels.names());

        double[] predictions = new double[rows.size()];
        double[] soft = new double[rows.size()];
        double[] isTop = new double[rows.size()];
        double[] ones = new double[rows.size()];
        double[] weights = new double[rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            Row one = rows.get(row);
            predictions[row] = one.getFloat(5);
            soft[row] = one.getDouble(4);
            ones[row] = 1;
            weights[row] = one.getFloat(6);
            // Equal scores stand in the order of their items.
            int before = 0;
            for (Row other : rows) {
                if (other.getLong(1) == one.getLong(1)
                        && (other.getDouble(4) > one.getDouble(4)
                                || (other.getDouble(4) == one.getDouble(4) && other.getLong(3) < one.getLong(3)))) {
                    before++;
                }
            }
            isTop[row] = before < 3 ? 1 : 0;
        }
        for (boolean isWeighted : List.of(false, true)) {
            double[] by = isWeighted ? weights : ones;
            Metrics top = isWeighted ? labels.group("top3").group("weighted") : labels.group("top3");
            assertEquals(BinaryMetrics.rocAuc(predictions, isTop, by), top.number("roc_auc"), 1e-4);
            assertEquals(BinaryMetrics.prAuc(predictions, isTop, by), top.number("pr_auc"), 1e-4);
            assertEquals(BinaryMetrics.relativeCrossEntropy(predictions, isTop, by), top.number("rce"), 1e-6);
            Metrics score = isWeighted ? labels.group("heavy_score").group("weighted") : labels.group("heavy_score");
            assertEquals(BinaryMetrics.relativeCrossEntropy(predictions, soft, by), score.number("rce"), 1e-6);
        }
        assertEquals(30.0 / 240, labels.group("top1").number("ctr"), 1e-12);
        assertSentIs(rows.stream().filter(row -> !row.isNullAt(7)).toList(), labels.group("sent"));
    }

    private static void assertSentIs(List<Row> known, Metrics sent) {
        double[] predictions =
                known.stream().mapToDouble(row -> row.getFloat(5)).toArray();
        double[] isSent =
                known.stream().mapToDouble(row -> row.getBoolean(7) ? 1 : 0).toArray();
        double[] ones = new double[known.size()];
        Arrays.fill(ones, 1);
        assertEquals(200, sent.number("rows"));
        assertEquals(BinaryMetrics.relativeCrossEntropy(predictions, isSent, ones), sent.number("rce"), 1e-6);
        assertEquals(BinaryMetrics.rocAuc(predictions, isSent, ones), sent.number("roc_auc"), 1e-4);
    }

    @Test
    void publishedPredictionsHoldBothRankings(@TempDir Path output) {
        Dataset<Row> scored = SharedSpark.session()
                .createDataFrame(
                        List.of(
                                RowFactory.create(NOON, 1L, "post", 11L, 0.9, 0.6f, 1f),
                                RowFactory.create(NOON, 1L, "post", 12L, 0.5, 0.8f, 5f),
                                RowFactory.create(NOON, 1L, "list", 12L, 0.5, 0.1f, 5f)),
                        StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT,"
                                + " y DOUBLE, p FLOAT, weight FLOAT"));
        String models = "../sample-data/models";
        Layout layout = new Layout("input", output.toString(), models);
        Configuration hadoop = SharedSpark.session().sparkContext().hadoopConfiguration();
        ModelPackage light = ModelPackage.champion(models, ModelKind.LIGHT, hadoop);
        new PublishedPredictions(
                        new Storage(hadoop), layout, ConfigFile.shipped().config(), line -> {})
                .take(
                        new ExampleRange(ExampleLabels.CANDIDATES, null, null, "x"),
                        light,
                        LightEvaluation.predictions(scored));
        List<String> rows = SharedSpark.session()
                .read()
                .parquet(layout.partition(Table.LIGHT_PREDICTIONS, LocalDate.of(2026, 3, 2)) + "/model_version="
                        + light.version() + "/labels=candidates")
                .orderBy("heavy_rank")
                .select("item_type", "item_id", "weight", "heavy_score", "heavy_rank", "light_score", "light_rank")
                .toJSON()
                .collectAsList();
        assertEquals(
                List.of(
                        "{\"item_type\":\"post\",\"item_id\":11,\"weight\":1.0,\"heavy_score\":0.9,\"heavy_rank\":1,"
                                + "\"light_score\":0.6,\"light_rank\":2}",
                        "{\"item_type\":\"list\",\"item_id\":12,\"weight\":5.0,\"heavy_score\":0.5,\"heavy_rank\":2,"
                                + "\"light_score\":0.1,\"light_rank\":3}",
                        "{\"item_type\":\"post\",\"item_id\":12,\"weight\":5.0,\"heavy_score\":0.5,\"heavy_rank\":3,"
                                + "\"light_score\":0.8,\"light_rank\":1}"),
                rows);
    }

    @Test
    void promotionCountsRequestsThatLoseCandidatesOnly() {
        StructType schema = StructType.fromDDL(
                "as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT, y DOUBLE, p FLOAT");
        List<Row> rows = new ArrayList<>();
        for (long user = 1; user <= 100; user++) {
            // The light ranker puts the best first for one of four users.
            rows.add(candidate(user, 11, 0.9, user % 4 == 0 ? 0.9f : 0.1f));
            rows.add(candidate(user, 12, 0.5, 0.5f));
            // With one candidate alone nothing can be missed, and nobody likes what user 2000 gets.
            rows.add(candidate(1000 + user, 11, 0.9, 0.1f));
        }
        rows.add(candidate(2000, 11, 0, 0.1f));
        rows.add(candidate(2000, 12, 0, 0.2f));
        Map<String, LightEvaluation.Recall> recalls =
                LightEvaluation.recalls(SharedSpark.session().createDataFrame(rows, schema), 1, 1);
        assertEquals(
                25.0,
                recalls.values().stream()
                        .mapToDouble(LightEvaluation.Recall::sum)
                        .sum());
        assertEquals(
                100,
                recalls.values().stream()
                        .mapToLong(LightEvaluation.Recall::requests)
                        .sum());
        Map<String, LightEvaluation.Recall> perfect = new TreeMap<>();
        recalls.forEach(
                (part, recall) -> perfect.put(part, new LightEvaluation.Recall(recall.requests(), recall.requests())));

        Promotion.Decision won = Promotion.compared(recalls, perfect, 1, 0.01);

        assertEquals("recall@(1,10)", won.objective());
        assertEquals(0.25, won.champion(), 1e-12);
        assertEquals(1, won.challenger(), 1e-12);
        assertTrue(won.isPromoted(), won::toString);
        assertFalse(Promotion.compared(recalls, recalls, 1, 0).isPromoted());
        assertFalse(Promotion.compared(perfect, recalls, 1, 0).isPromoted());
    }

    @Test
    void aLightRankerThatIsBetterForAFewUsersOnlyMayBeSoByChance() {
        Map<String, LightEvaluation.Recall> champion = new TreeMap<>();
        Map<String, LightEvaluation.Recall> challenger = new TreeMap<>();
        for (int part = 0; part < 32; part++) {
            champion.put(Integer.toString(part), new LightEvaluation.Recall(5, 10));
            challenger.put(Integer.toString(part), new LightEvaluation.Recall(part == 3 ? 10 : 5, 10));
        }

        Promotion.Decision decision = Promotion.compared(champion, challenger, 1, 0.01);

        assertEquals(0.5 + 5.0 / 320, decision.challenger(), 1e-12);
        assertTrue(decision.gain().low() < 0 && decision.gain().high() > 0.03, decision::toString);
        assertFalse(decision.isPromoted(), decision::toString);
    }

    private static Row candidate(long user, long item, double y, float p) {
        return RowFactory.create(NOON, user, "post", item, y, p);
    }

    private static double figure(String policy, int n, int k, String name) {
        return row(policy, n, k).<Double>getAs(name);
    }

    private static Row row(String policy, int n, int k) {
        return measured.stream()
                .filter(row -> row.getAs("policy").equals(policy)
                        && row.<Integer>getAs("n") == n
                        && row.<Integer>getAs("k") == k)
                .findFirst()
                .orElseThrow();
    }
}
