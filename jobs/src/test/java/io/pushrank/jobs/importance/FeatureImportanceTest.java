package io.pushrank.jobs.importance;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.report.Bootstrap;
import io.pushrank.jobs.report.HtmlPage;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.feature.FeatureForm;
import io.pushrank.udf.feature.FeatureId;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.HeavyScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** 300 rows of 60 users, of which one feature alone decides what is opened. */
class FeatureImportanceTest {
    private static final int ROWS = 300;

    private static final FeatureList FEATURES = FeatureList.parse(
            "features.yaml",
            """
            features:
            - {name: user.act.likes, type: continuous, expression: likes}
            - {name: user.act.twice, type: continuous, expression: "IF(likes % 7 = 0, NULL, 2 * likes)"}
            - {name: user.is_new, type: binary, expression: likes % 2 = 0}
            - {name: post.topics, type: sparse_binary, expression: "transform(sequence(0, n % 3), i -> n * 10 + i)"}
            - {name: post.same, type: continuous, expression: "CAST(NULL AS INT)"}
            - {name: post.kind, type: string, expression: "IF(n % 5 = 0, NULL, IF(is_opened, 'good', 'bad'))"}
            - {name: post.always, type: string, expression: "'x'"}
            - {name: scores, type: sparse_continuous, expression: "map(n, likes / 100)"}
            """);

    private static final int LIKES = 0;
    private static final int TWICE = 1;
    private static final int IS_NEW = 2;
    private static final int TOPICS = 3;
    private static final int KIND = 5;
    private static final int SCORES = 7;

    private static Dataset<Row> examples(int partitions) {
        Dataset<Row> rows = SharedSpark.session()
                .range(0, ROWS, 1, 3)
                .selectExpr(
                        "timestamp'2026-03-02 12:00:00' AS as_of",
                        "id DIV 5 AS user_id",
                        "'post' AS item_type",
                        "id AS item_id",
                        "CAST(id AS INT) AS n",
                        "CAST(pmod(xxhash64(id), 100) AS INT) AS likes",
                        "0F AS label_dislike")
                .withColumn("is_opened", expr("likes >= 60"))
                .withColumn("label_oonc", expr("CAST(is_opened AS FLOAT)"))
                .withColumn("label_engagement", expr("CAST(likes >= 80 AS FLOAT)"));
        return FeatureColumns.append(
                        FeatureForm.BOTH,
                        rows,
                        new Column[] {col("*")},
                        FEATURES,
                        FeatureErrors.of(SharedSpark.session()),
                        Map.of(),
                        lit(true))
                .repartition(partitions, col("item_id"));
    }

    private static FeatureSample sample(Dataset<Row> examples) {
        return FeatureSample.of(examples, FEATURES, ROWS, 7);
    }

    /** What the rows of the sample liked, in the order of their key. */
    private static int[] likes() {
        return examples(1).orderBy("item_id").collectAsList().stream()
                .mapToInt(row -> row.<Integer>getAs("likes"))
                .toArray();
    }

    private static Metrics importance(Dataset<Row> examples, RowScorer scorer, List<String> progress) {
        return new FeatureImportance(
                        new JavaSparkContext(SharedSpark.session().sparkContext()), scorer, 64, progress::add)
                .of(sample(examples), FEATURES, 3, 7);
    }

    private static HeavyScores byLikes(List<FeatureRow> rows) {
        float[] scores = new float[rows.size()];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = (rows.get(row).continuous[0] + 0.5f) / 100;
        }
        return new HeavyScores(scores, scores, scores);
    }

    private static HeavyScores byKind(List<FeatureRow> rows) {
        long kind = FeatureId.of("post.kind");
        long good = FeatureId.of(kind, UTF8String.fromString("good"));
        long bad = FeatureId.of(kind, UTF8String.fromString("bad"));
        float[] scores = new float[rows.size()];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = 0.5f;
            for (long id : rows.get(row).sparseIds) {
                scores[row] += id == good ? 0.4f : id == bad ? -0.4f : 0f;
            }
        }
        return new HeavyScores(scores, scores, scores);
    }

    @Test
    void onlyWhatDecidesLosesAndAsMuchAsRowsThatArePermutedByHand() {
        List<String> progress = new ArrayList<>();
        Metrics importance = importance(examples(3), FeatureImportanceTest::byLikes, progress);

        Metrics features = importance.group("features");
        assertEquals("user.act.likes", features.names().get(0));
        assertEquals(FEATURES.features().size(), features.names().size());
        for (String name : features.names().subList(1, features.names().size())) {
            for (String task : FeatureImportance.TASKS) {
                assertEquals(0, features.group(name).group(task).number("roc_auc_loss"), name);
                assertEquals(0, features.group(name).group(task).number("rce_loss"), name);
            }
        }
        assertEquals(
                Map.of(true, List.of("post.always", "post.same")),
                Map.of(
                        true,
                        features.names().stream()
                                .filter(name -> Boolean.TRUE.equals(
                                        features.group(name).values().get("is_constant")))
                                .toList()));

        int[] likes = likes();
        float[] opened = new float[ROWS];
        float[] engaged = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            opened[row] = likes[row] >= 60 ? 1 : 0;
            engaged[row] = likes[row] >= 80 ? 1 : 0;
        }
        double[] losses = new double[3];
        double rce = 0;
        for (int repeat = 0; repeat < 3; repeat++) {
            float[] before = new float[ROWS];
            float[] after = new float[ROWS];
            int[] from = sample(examples(1)).permutation(7, repeat);
            for (int row = 0; row < ROWS; row++) {
                before[row] = (likes[row] + 0.5f) / 100;
                after[row] = (likes[from[row]] + 0.5f) / 100;
            }
            losses[repeat] = BinaryMetrics.rocAuc(before, opened) - BinaryMetrics.rocAuc(after, opened);
            rce += (BinaryMetrics.relativeCrossEntropy(before, engaged)
                            - BinaryMetrics.relativeCrossEntropy(after, engaged))
                    / 3;
        }
        Metrics oonc = features.group("user.act.likes").group("oonc");
        double mean = Arrays.stream(losses).average().orElseThrow();
        double squares =
                Arrays.stream(losses).map(loss -> (loss - mean) * (loss - mean)).sum();
        assertEquals(mean, oonc.number("roc_auc_loss"), 1e-9);
        assertEquals(Math.sqrt(squares / 2 / 3), oonc.number("roc_auc_loss_standard_error"), 1e-9);
        assertEquals(rce, features.group("user.act.likes").group("engagement").number("rce_loss"), 1e-6);
        assertTrue(oonc.number("roc_auc_loss_low") > 0.3, importance::toJson);
        assertTrue(oonc.number("roc_auc_loss_high") < 0.7, importance::toJson);
        assertEquals(1, importance.group("unpermuted").group("oonc").number("roc_auc"));

        // What goes with it in a family changes nothing: the permutation is the same.
        Metrics families = importance.group("families");
        assertEquals(List.of("user", "user.act", "post"), families.names());
        assertEquals(
                features.group("user.act.likes").group("oonc").toJson(),
                families.group("user").group("oonc").toJson());
        assertEquals(3, families.group("user").number("features"));
        assertEquals(2, families.group("user.act").number("features"));
        assertEquals(10, progress.size(), progress::toString);
        // Six features that vary, three families, and the sample as it is.
        assertTrue(progress.get(9).startsWith("importance: 10 of 10 tasks done in "), progress::toString);
    }

    @Test
    void whatIsNoNumberIsPermutedToo() {
        Metrics features = importance(examples(2), FeatureImportanceTest::byKind, new ArrayList<>())
                .group("features");

        assertTrue(features.group("post.kind").group("oonc").number("roc_auc_loss_low") > 0.2, features::toJson);
        for (String name : features.names().subList(1, features.names().size())) {
            assertEquals(0, features.group(name).group("oonc").number("roc_auc_loss"), name);
        }
    }

    @Test
    void figuresDoNotDependOnPartitions() {
        assertEquals(
                importance(examples(1), FeatureImportanceTest::byKind, new ArrayList<>())
                        .toJson(),
                importance(examples(7), FeatureImportanceTest::byKind, new ArrayList<>())
                        .toJson());
    }

    @Test
    void aPermutationTakesEachRowOnceAndEachRepeatHasItsOwn() {
        FeatureSample sample = sample(examples(2));
        int[] first = sample.permutation(7, 0);
        int[] second = sample.permutation(7, 1);

        int[] all = IntStream.range(0, ROWS).toArray();
        assertArrayEquals(all, Arrays.stream(first).sorted().toArray());
        assertArrayEquals(all, Arrays.stream(second).sorted().toArray());
        assertArrayEquals(second, sample.permutation(7, 1));
        // On average one row of a permutation stays where it is.
        assertTrue(IntStream.range(0, ROWS).filter(row -> first[row] == row).count() < 10);
        assertFalse(Arrays.equals(first, second));
        assertFalse(Arrays.equals(first, sample.permutation(8, 0)));
    }

    /** Each value of the row below is either its own or the other row's, whichever of the features are moved. */
    @Test
    void featuresThatAreMovedTogetherComeFromTheSameRow() {
        FeatureSample sample = sample(examples(2));
        int[] permutation = sample.permutation(7, 0);
        for (List<Integer> moved : List.of(
                List.<Integer>of(),
                List.of(LIKES),
                List.of(LIKES, TWICE, IS_NEW),
                List.of(TOPICS),
                List.of(TOPICS, KIND, SCORES))) {
            FeatureSample.Moved rows =
                    sample.moved(moved.stream().mapToInt(feature -> feature).toArray());
            for (int row = 0; row < ROWS; row++) {
                int other = permutation[row];
                FeatureRow own = sample.moved().row(row, row);
                FeatureRow from = sample.moved().row(other, other);
                FeatureRow found = rows.row(row, other);
                assertEquals((moved.contains(LIKES) ? from : own).continuous[0], found.continuous[0]);
                assertEquals((moved.contains(TWICE) ? from : own).continuous[1], found.continuous[1]);
                assertEquals((moved.contains(TWICE) ? from : own).continuousMissing[1], found.continuousMissing[1]);
                assertEquals((moved.contains(IS_NEW) ? from : own).binary[0], found.binary[0]);
                assertArrayEquals(
                        LongStream.concat(
                                        kindAndAlways(moved.contains(KIND) ? other : row),
                                        topics(moved.contains(TOPICS) ? other : row))
                                .toArray(),
                        found.sparseIds);
                assertEquals(found.sparseIds.length, found.sparseValues.length);
                assertArrayEquals((moved.contains(SCORES) ? from : own).sparseContinuousIds, found.sparseContinuousIds);
                assertArrayEquals(
                        (moved.contains(SCORES) ? from : own).sparseContinuousValues, found.sparseContinuousValues);
            }
        }
    }

    private static final int[] LIKES_OF_ROWS = likes();

    private static LongStream kindAndAlways(int n) {
        long always = FeatureId.of(FeatureId.of("post.always"), UTF8String.fromString("x"));
        String kind = LIKES_OF_ROWS[n] >= 60 ? "good" : "bad";
        return n % 5 == 0
                ? LongStream.of(always)
                : LongStream.of(FeatureId.of(FeatureId.of("post.kind"), UTF8String.fromString(kind)), always);
    }

    private static LongStream topics(int n) {
        long name = FeatureId.of("post.topics");
        return IntStream.rangeClosed(0, n % 3)
                .mapToLong(topic -> FeatureId.of(name, UTF8String.fromString(String.valueOf(10 * n + topic))));
    }

    @Test
    void aSampleHoldsAllRowsOfAUserOrNone() {
        FeatureSample sample = FeatureSample.of(examples(4), FEATURES, 38, 7);
        assertEquals(7, sample.users());
        assertEquals(35, sample.rows());
        FeatureSample other = FeatureSample.of(examples(4), FEATURES, 38, 8);
        assertEquals(35, other.rows());
        assertFalse(Arrays.equals(numbers(sample), numbers(other)), "another seed draws other users");
        assertEquals(5, FeatureSample.of(examples(4), FEATURES, 1, 7).rows(), "at least one user");
        assertEquals(ROWS, FeatureSample.of(examples(4), FEATURES, ROWS, 7).rows());
    }

    private static double[] numbers(FeatureSample sample) {
        return IntStream.range(0, sample.rows())
                .mapToDouble(row -> sample.moved().row(row, row).continuous[0])
                .toArray();
    }

    @Test
    void sparseFeaturesOfEarlierExamplesAreNotKnown() {
        Dataset<Row> earlier = examples(2).withColumn("sparse_counts", lit(null).cast("array<int>"));
        Metrics importance = importance(earlier, FeatureImportanceTest::byLikes, new ArrayList<>());

        assertEquals(4, importance.number("unknown_features"));
        assertEquals(
                List.of("user.act.likes", "post.same", "user.act.twice", "user.is_new"),
                importance.group("features").names());
        assertEquals(
                importance(examples(2), FeatureImportanceTest::byLikes, new ArrayList<>())
                        .group("features")
                        .group("user.act.likes")
                        .toJson(),
                importance.group("features").group("user.act.likes").toJson());
        FeatureRow row = sample(earlier).moved(LIKES).row(1, 2);
        assertArrayEquals(sample(examples(2)).moved(LIKES).row(1, 2).sparseIds, row.sparseIds);
    }

    @Test
    void familiesAreATreeAndOnlyTheBestFeaturesArePrinted() {
        Metrics families = new Metrics();
        Metrics features = new Metrics();
        for (String name : List.of("user", "post.text", "user.act", "post", "user.seen")) {
            families.put(name, losses(0.25).put("features", 2));
        }
        for (int feature = 0; feature < 21; feature++) {
            features.put("user.act." + feature, losses(0.125));
        }
        ImportanceReport report = new ImportanceReport(new Metrics()
                .put("rows", 1300)
                .put("users", 20)
                .put("repeats", 3)
                .put("features", features)
                .put("families", families));

        List<String> lines = report.text().lines().toList();
        assertEquals(
                "What is lost when a feature's values are permuted among 1,300 rows of 20 users, permutations: 3,"
                        + " with 95 % intervals over users",
                lines.get(1));
        assertTrue(lines.get(2).startsWith("feature, 20 of 21"), lines.get(2));
        assertTrue(lines.get(22).startsWith("user.act.19 "), lines.get(22));
        assertTrue(lines.get(22).contains(" 0.1250 [0.0000, 0.2500] "), lines.get(22));
        assertEquals("", lines.get(23));
        assertEquals(
                List.of(
                        "family (features)",
                        "user (2)",
                        "  user.act (2)",
                        "  user.seen (2)",
                        "post (2)",
                        "  post.text (2)"),
                lines.stream()
                        .skip(24)
                        .map(line -> line.substring(0, 17).stripTrailing())
                        .toList());
        HtmlPage page = new HtmlPage("title", "subtitle", List.of());
        report.addTo(page);
        assertTrue(page.end().contains("<td>user.act.20</td>"), page.end());
    }

    @Test
    void settingsOutOfBoundsAreRefused() {
        assertEquals(
                "--repeats must be between 1 and 100, but is 0",
                assertThrows(PushrankException.class, () -> new ImportanceSettings(0, 20_000))
                        .getMessage());
        assertEquals(
                "--max-rows must be between 100 and 200000, but is 99",
                assertThrows(PushrankException.class, () -> new ImportanceSettings(3, 99))
                        .getMessage());
    }

    private static Metrics losses(double loss) {
        Metrics losses = new Metrics();
        for (String task : FeatureImportance.TASKS) {
            losses.put(
                    task,
                    new Metrics()
                            .put("roc_auc_loss", loss, new Bootstrap.Interval(0, 2 * loss))
                            .put("rce_loss", loss, new Bootstrap.Interval(0, 2 * loss)));
        }
        return losses;
    }
}
