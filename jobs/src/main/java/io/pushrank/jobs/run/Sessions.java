package io.pushrank.jobs.run;

import io.pushrank.udf.scoring.PushrankExtensions;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Spark sessions: what spark-submit or the embedded run has not set otherwise. */
public final class Sessions {
    private static final Map<String, String> EMBEDDED = Map.of(
            "spark.master", "local[*]",
            "spark.ui.enabled", "false",
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.sql.shuffle.partitions", "4",
            // Planning again after each shuffle costs more than it gains on what one machine holds.
            "spark.sql.adaptive.enabled", "false",
            // Lists and sets of a user's or an item's rows are short, so that hash tables hold them; the default sorts
            // after 128 groups.
            "spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "1000000",
            // Ranges are read side by side where a store is far away; on a disk that only hands bytes from thread to
            // thread.
            "spark.hadoop.parquet.hadoop.vectored.io.enabled", "false",
            // Of feature arrays, what is decoded at once should stay in a core's cache; the default is 4,096 rows.
            "spark.sql.parquet.columnarReaderBatchSize", "512");

    private Sessions() {}

    /**
     * The session of a verb, or the one that is there already; with a master given (spark-submit), only what correctness asks
     * for is set.
     */
    public static SparkSession open(String verb) {
        SparkConf conf = new SparkConf().setAppName("pushrank " + verb);
        if (!conf.contains("spark.master")) {
            EMBEDDED.forEach(conf::setIfMissing);
        }
        // Instants are UTC everywhere; a partition column is a text where its type is not given.
        conf.set("spark.sql.session.timeZone", "UTC");
        conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false");
        conf.set("spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");
        // Pages carry checksums; a bit that flipped on a disk is refused, not ranked with.
        conf.set("spark.hadoop.parquet.page.verify-checksum.enabled", "true");
        conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
        // Timestamps of nanoseconds, which Spark does not know, come as whole numbers; the input reader converts them.
        conf.set("spark.sql.legacy.parquet.nanosAsLong", "true");
        // light_score for SQL, scored in blocks.
        conf.set("spark.sql.extensions", withExtensions(conf.get("spark.sql.extensions", "")));
        // Sessions are told apart by their views alone; a class loader each would compile every query anew.
        conf.set("spark.sql.artifact.isolation.enabled", "false");
        return SparkSession.builder().config(conf).getOrCreate();
    }

    private static String withExtensions(String others) {
        String ours = PushrankExtensions.class.getName();
        if (List.of(others.split(",")).contains(ours)) {
            return others;
        }
        return others.isEmpty() ? ours : others + "," + ours;
    }
}
