package io.pushrank.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.PinnedSettings;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Settings on which rows depend are a run's own, whatever a cluster has set. */
class SessionsTest {
    private static final Map<String, String> CLUSTER = Map.of(
            "spark.sql.files.ignoreCorruptFiles", "true",
            "spark.sql.session.timeZone", "Asia/Tokyo",
            "spark.sql.caseSensitive", "FALSE",
            "spark.sql.legacy.timeParserPolicy", "LEGACY",
            "spark.sql.shuffle.partitions", "3");
    private static final List<String> SAID = List.of(
            "Spark setting spark.sql.files.ignoreCorruptFiles: this run uses false, not true"
                    + " (rows of damaged files would be missing)",
            "Spark setting spark.sql.legacy.timeParserPolicy: this run uses Spark's default, not LEGACY"
                    + " (Spark would work as an earlier version)",
            "Spark setting spark.sql.session.timeZone: this run uses UTC, not Asia/Tokyo (days are UTC)");

    private static List<String> texts(List<PinnedSettings.Overridden> overrides) {
        return overrides.stream().map(PinnedSettings.Overridden::toString).toList();
    }

    @Test
    void aSessionToComeHasThePinnedValuesAndWhatIsOverriddenIsSaidOnce() {
        SparkConf conf = new SparkConf(false);
        CLUSTER.forEach(conf::set);

        assertEquals(SAID, texts(PinnedSettings.pin(conf)));
        assertEquals("false", conf.get("spark.sql.files.ignoreCorruptFiles"));
        assertEquals("UTC", conf.get("spark.sql.session.timeZone"));
        assertEquals("true", conf.get("spark.sql.legacy.parquet.nanosAsLong"));
        assertFalse(conf.contains("spark.sql.legacy.timeParserPolicy"));
        assertEquals("3", conf.get("spark.sql.shuffle.partitions"), "speed is the cluster's");
        assertEquals(List.of(), texts(PinnedSettings.pin(conf)));
    }

    @Test
    void aSessionThatIsThereAlreadyIsPinned() {
        SparkSession spark = SharedSpark.session().newSession();
        CLUSTER.forEach((name, value) -> spark.conf().set(name, value));

        assertEquals(SAID, texts(PinnedSettings.pin(spark)));
        assertEquals("false", spark.conf().get("spark.sql.files.ignoreCorruptFiles"));
        assertEquals("UTC", spark.conf().get("spark.sql.session.timeZone"));
        assertEquals("CORRECTED", spark.conf().get("spark.sql.legacy.timeParserPolicy"));
        assertEquals("3", spark.conf().get("spark.sql.shuffle.partitions"));
        assertEquals(List.of(), texts(PinnedSettings.pin(spark)));
    }

    @Test
    void aNewSessionDoesNotTakeTheContextsSettings() {
        // A session that somebody else made.
        SparkSession foreign = new org.apache.spark.sql.classic.SparkSession(
                SharedSpark.session().sparkContext(), new HashMap<>(CLUSTER));
        assertEquals("Asia/Tokyo", foreign.newSession().conf().get("spark.sql.session.timeZone"), "Spark hands it on");

        SparkSession ours = PinnedSettings.newSession(foreign);

        assertEquals("UTC", ours.conf().get("spark.sql.session.timeZone"));
        assertEquals("false", ours.conf().get("spark.sql.files.ignoreCorruptFiles"));
        assertEquals("CORRECTED", ours.conf().get("spark.sql.legacy.timeParserPolicy"));
        assertEquals("3", ours.conf().get("spark.sql.shuffle.partitions"));
    }

    @Test
    void everyPinnedSettingIsOneThatSparkKnows() {
        SparkConf conf = new SparkConf(false);
        PinnedSettings.pin(conf);

        PinnedSettings.settings(conf).keySet().stream()
                .filter(name -> name.startsWith("spark.sql."))
                .forEach(name -> assertTrue(SharedSpark.session().conf().isModifiable(name), name));
        assertFalse(SharedSpark.session().conf().isModifiable("spark.sql.files.ignoreCorruptFile"));
    }

    @Test
    void aTaskOfManySmallJoinsTakesLittleMemory() throws TimeoutException {
        SparkSession spark = SharedSpark.session();
        AtomicLong peak = new AtomicLong();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                peak.accumulateAndGet(end.taskMetrics().peakExecutionMemory(), Math::max);
            }
        };
        spark.sparkContext().addSparkListener(listener);
        Dataset<Row> rows = spark.range(10).toDF("id").repartition(2, col("id"));
        for (int join = 0; join < 10; join++) {
            Dataset<Row> other = spark.range(10).select(col("id"), lit(join).as("column" + join));
            rows = rows.join(other.repartition(2, col("id")).hint("merge"), "id");
        }

        assertEquals(10, rows.count());
        spark.sparkContext().listenerBus().waitUntilEmpty(60_000);
        spark.sparkContext().removeSparkListener(listener);
        assertTrue(peak.get() > 0);
        assertTrue(peak.get() < 100L << 20, peak + " bytes, of a heap that the tests have 3 GiB of");
    }

    @Test
    void aSessionThatIsNotUsedAnyMoreIsLetGoOf() throws InterruptedException {
        List<WeakReference<SparkSession>> sessions = new ArrayList<>();
        for (int number = 0; number < 10; number++) {
            SparkSession session = PinnedSettings.newSession(SharedSpark.session());
            Dataset<Row> rows = session.range(3).toDF("id").persist();
            rows.createOrReplaceTempView("rows");
            assertEquals(3, session.table("rows").count());
            rows.unpersist();
            sessions.add(new WeakReference<>(session));
        }
        int held = sessions.size();
        for (int attempt = 0; attempt < 50 && held > 2; attempt++) {
            System.gc();
            Thread.sleep(100);
            held = (int)
                    sessions.stream().filter(session -> session.get() != null).count();
        }
        assertTrue(held <= 2, held + " of 10 sessions are held; threads may hold the last");
    }
}
