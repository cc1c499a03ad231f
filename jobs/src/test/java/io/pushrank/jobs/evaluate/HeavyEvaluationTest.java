package io.pushrank.jobs.evaluate;

import static io.pushrank.jobs.evaluate.InputFiles.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Table;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class HeavyEvaluationTest {
    private static final StructType SCORED =
            StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT,"
                    + " label_oonc FLOAT, label_engagement FLOAT, label_dislike FLOAT, weight FLOAT, is_new_user BOOLEAN,"
                    + " sources ARRAY<STRING>, user_state STRING, p_oonc FLOAT, p_engagement FLOAT, raw_p_oonc FLOAT,"
                    + " raw_p_engagement FLOAT, true_oonc DOUBLE, true_engagement DOUBLE, foreseen_oonc DOUBLE,"
                    + " foreseen_engagement DOUBLE");

    /** The truth ranks all pairs right, the model one of four wrong; what can be foreseen is all the same. */
    private static Dataset<Row> scored() {
        return SharedSpark.session()
                .newSession()
                .createDataFrame(
                        List.of(
                                example(1, 10, 1, 1, 0, 0.9, 0.6, 0.9),
                                // A dislike takes both positives away.
                                example(1, 11, 1, 1, 1, 0.8, 0.1, 0.2),
                                example(2, 12, 1, 0, 0, 0.7, 0.2, 0.8),
                                example(2, 13, 0, 0, 0, 0.1, 0.05, 0.1),
                                example(3, 14, 0, 0, 0, 0.05, 0.01, 0.05)),
                        SCORED);
    }

    private static Row example(
            long user, long item, float oonc, float engagement, float dislike, double p, double joint, double truth) {
        return RowFactory.create(
                at("2026-03-02 12:00"),
                user,
                "post",
                item,
                oonc,
                engagement,
                dislike,
                1f,
                user == 3,
                new String[] {"popular", user == 1 ? "in_network" : "popular"},
                user == 3 ? "new" : "active",
                (float) p,
                (float) joint,
                (float) p / 2,
                (float) joint / 2,
                truth,
                truth / 2,
                0.4,
                0.2);
    }

    @Test
    void tasksAreNamedApartAndHaveTheseKeys() {
        Metrics metrics = TaskMetrics.of(scored(), 0.8).metrics();
        assertEquals(
                List.of(
                        "oonc",
                        "engagement",
                        "engagement_conditional",
                        "rows",
                        "new_users",
                        "by_source",
                        "by_user_state"),
                metrics.names());
        Metrics oonc = metrics.group("oonc");
        assertEquals(
                Set.of(
                        "rows",
                        "weight",
                        "roc_auc",
                        "oracle_roc_auc",
                        "foreseen_roc_auc",
                        "pr_auc",
                        "rce",
                        "rce_standard_error",
                        "nrce",
                        "arce",
                        "ctr",
                        "predicted_ctr",
                        "prediction_deviation",
                        "ece",
                        "accuracy",
                        "precision",
                        "recall",
                        "before_calibration",
                        "weighted"),
                oonc.values().keySet());
        assertEquals(5.0 / 6, oonc.number("roc_auc"), 1e-12);
        assertEquals(1, oonc.number("oracle_roc_auc"), 1e-12);
        assertEquals(0.5, oonc.number("foreseen_roc_auc"), 1e-12);
        assertEquals(0.4, oonc.number("ctr"), 1e-12);
        assertEquals(2.55 / 5, oonc.number("predicted_ctr"), 1e-7);
        // Of 0.9 (positive), 0.8 (as a float just above it), 0.7 (positive), 0.1 and 0.05, those from 0.8 on.
        assertEquals(1.0 / 2, oonc.number("precision"), 1e-12);
        assertEquals(1.0 / 2, oonc.number("recall"), 1e-12);
        assertEquals(3.0 / 5, oonc.number("accuracy"), 1e-12);
        assertEquals(oonc.number("rce"), oonc.group("weighted").number("rce"), 1e-12);
        assertEquals(2.55 / 10, oonc.group("before_calibration").number("predicted_ctr"), 1e-7);
        assertEquals(0.2, metrics.group("engagement").number("ctr"), 1e-12);
        assertEquals(2, metrics.group("engagement_conditional").number("rows"));
        assertEquals(
                (0.6 / 0.9 + 0.2 / 0.7) / 2,
                metrics.group("engagement_conditional").number("predicted_ctr"),
                1e-7);
        assertEquals(
                List.of("in_network", "popular"), metrics.group("by_source").names());
        assertEquals(2, metrics.group("by_source").group("in_network").number("rows"));
        assertEquals(5, metrics.group("by_source").group("popular").number("rows"));
        assertEquals(List.of("active", "new"), metrics.group("by_user_state").names());
    }

    @Test
    void whatIsUndefinedIsLeftOut() {
        Metrics oonc =
                TaskMetrics.of(scored(), 0.5).metrics().group("new_users").group("oonc");
        assertEquals(
                Set.of(
                        "rows",
                        "weight",
                        "ctr",
                        "predicted_ctr",
                        "prediction_deviation",
                        "ece",
                        "accuracy",
                        "before_calibration",
                        "weighted"),
                oonc.values().keySet());
    }

    @Test
    void weightsMakeUpForNegativesThatWereNotDrawn() {
        SplittableRandom random = new SplittableRandom(12);
        List<Row> all = new ArrayList<>();
        List<Row> drawn = new ArrayList<>();
        for (int row = 0; row < 20_000; row++) {
            double truth = 0.3 * random.nextDouble();
            boolean isOpened = random.nextDouble() < truth;
            boolean isDrawn = random.nextInt(5) == 0;
            Row example = example(1, row, isOpened ? 1 : 0, 0, 0, truth, truth / 2, truth);
            all.add(example);
            if (isOpened || isDrawn) {
                Object[] values = new Object[example.size()];
                for (int column = 0; column < values.length; column++) {
                    values[column] = example.get(column);
                }
                values[SCORED.fieldIndex("weight")] = isOpened ? 1f : 5f;
                drawn.add(RowFactory.create(values));
            }
        }
        Metrics truth = oonc(all);
        Metrics sample = oonc(drawn);

        // Every probability is as it should be, but of the rows as they are most seem too low.
        assertTrue(sample.number("rce") < -20, sample::toJson);
        assertTrue(truth.number("rce") > 2, truth::toJson);
        Metrics weighted = sample.group("weighted");
        assertEquals(20_000, weighted.number("weight"), 600);
        for (String name : List.of("rce", "nrce", "arce")) {
            assertEquals(
                    truth.number(name), weighted.number(name), 3 * weighted.number("rce_standard_error"), () -> name);
        }
        for (String name : List.of("roc_auc", "pr_auc", "ctr", "predicted_ctr", "prediction_deviation")) {
            assertEquals(truth.number(name), weighted.number(name), 0.02, () -> name);
        }
    }

    private static Metrics oonc(List<Row> examples) {
        return TaskMetrics.of(SharedSpark.session().createDataFrame(examples, SCORED), 0.5)
                .metrics()
                .group("oonc");
    }

    @Test
    void usersWithAPositiveAreRankedEachOnItsOwn() {
        // Users 1 and 2 have their only positive first; user 3 has none.
        Metrics byUser = HeavyEvaluation.byUser(scored());
        assertEquals(2, byUser.number("users"));
        assertEquals(1, byUser.number("ndcg_5"), 1e-9);
        assertEquals(1, byUser.number("roc_auc"), 1e-9);
        // The positive comes second of two: 1 / log2(3).
        Metrics second = HeavyEvaluation.byUser(SharedSpark.session()
                .newSession()
                .createDataFrame(
                        List.of(example(1, 10, 1, 0, 0, 0.2, 0.1, 0.1), example(1, 11, 0, 0, 0, 0.4, 0.1, 0.1)),
                        SCORED));
        assertEquals(Math.log(2) / Math.log(3), second.number("ndcg_10"), 1e-9);
        assertEquals(0, second.number("roc_auc_by_rows"), 1e-9);
    }

    @Test
    void theOracleIsAskedForSendsOfTheWindowOnly() {
        Dataset<Row> scored = SharedSpark.session()
                .createDataFrame(
                        List.of(
                                RowFactory.create(at("2026-03-02 12:00"), 1L, "post", 10L),
                                RowFactory.create(at("2026-03-03 12:00"), 1L, "post", 10L),
                                RowFactory.create(at("2026-03-02 12:00"), 2L, "post", 10L),
                                RowFactory.create(at("2026-03-02 12:00"), 3L, "list", 10L)),
                        StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT"));
        Dataset<Row> oracle = SharedSpark.session()
                .createDataFrame(
                        List.of(
                                sendOf("before", 1, "2026-03-02 11:59", 0.1),
                                sendOf("second", 1, "2026-03-02 18:00", 0.3),
                                sendOf("first", 1, "2026-03-02 12:00", 0.2),
                                sendOf("next day", 1, "2026-03-03 12:00", 0.4),
                                sendOf("too late", 2, "2026-03-03 12:00", 0.5),
                                sendOf("of the post", 3, "2026-03-02 13:00", 0.6)),
                        Table.ORACLE.schema());
        List<Row> rows = HeavyEvaluation.besideTruth(scored, oracle, Duration.ofHours(24))
                .orderBy("user_id", "as_of")
                .collectAsList();
        assertEquals(4, rows.size());
        assertEquals(0.2, rows.get(0).<Double>getAs("true_oonc"));
        assertEquals(0.4, rows.get(1).<Double>getAs("true_oonc"));
        assertTrue(rows.get(2).isNullAt(rows.get(2).fieldIndex("true_oonc")));
        // An item of another kind with the same number is another item.
        assertTrue(rows.get(3).isNullAt(rows.get(3).fieldIndex("true_oonc")));
    }

    @Test
    void aRangeThatEndsBeforeItStartsIsRefused() {
        assertEquals(
                "--to must be at least --from 2026-03-02, but is 2026-03-01",
                assertThrows(
                                PushrankException.class,
                                () -> new ExampleRange(
                                        ExampleLabels.NOTIFICATIONS,
                                        LocalDate.parse("2026-03-02"),
                                        LocalDate.parse("2026-03-01"),
                                        null))
                        .getMessage());
        assertEquals(
                "--name must be letters, digits, points, hyphens and underscores, but is ../1",
                assertThrows(
                                PushrankException.class,
                                () -> new ExampleRange(ExampleLabels.NOTIFICATIONS, null, null, "../1"))
                        .getMessage());
    }

    private static Row sendOf(String send, long user, String at, double oonc) {
        return RowFactory.create(send, user, 10L, at(at), oonc, oonc / 2, 0.01);
    }
}
