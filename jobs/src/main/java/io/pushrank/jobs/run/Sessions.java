package io.pushrank.jobs.run;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.udf.scoring.PushrankExtensions;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** Spark sessions: what spark-submit or the embedded run has not set otherwise. */
public final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private static final Map<String, String> EMBEDDED = Map.ofEntries(
            Map.entry("spark.master", "local[*]"),
            Map.entry("spark.ui.enabled", "false"),
            Map.entry("spark.driver.host", "127.0.0.1"),
            Map.entry("spark.driver.bindAddress", "127.0.0.1"),
            // As the fewest output_partitions; where these are more, joins by user are as many.
            Map.entry("spark.sql.shuffle.partitions", "2"),
            // Rows that are by user stay there when they are joined by more columns.
            Map.entry("spark.sql.requireAllClusterKeysForCoPartition", "false"),
            // What it infers costs more than it saves: it walks through all columns of a plan again and again.
            Map.entry("spark.sql.constraintPropagation.enabled", "false"),
            // A day compiles a thousand pieces of code, and the next day most of them again; the default keeps 100.
            Map.entry("spark.sql.codegen.cache.maxEntries", "2000"),
            // A class is named after its place in the plan otherwise, and is another class in another place.
            Map.entry("spark.sql.codegen.useIdInClassName", "false"),
            // A task takes a page for each of its joins, sorts and aggregations, however few its rows; a page of the
            // default size, up to 64 MiB, is more than all the rows of a small day, and a dozen of them the task's
            // memory.
            Map.entry("spark.buffer.pageSize", "4m"),
            // What runs keep, arrays mostly, does not get smaller by being looked at.
            Map.entry("spark.sql.inMemoryColumnarStorage.compressed", "false"),
            // Planning again after each shuffle costs more than it gains on what one machine holds.
            Map.entry("spark.sql.adaptive.enabled", "false"),
            // Lists and sets of a user's or an item's rows are short, so that hash tables hold them; the default sorts
            // after 128 groups.
            Map.entry("spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "1000000"),
            // Ranges are read side by side where a store is far away; on a disk that only hands bytes from thread to
            // thread.
            Map.entry("spark.hadoop.parquet.hadoop.vectored.io.enabled", "false"),
            // Of feature arrays, what is decoded at once should stay in a core's cache; the default is 4,096 rows.
            Map.entry("spark.sql.parquet.columnarReaderBatchSize", "512"));

    private Sessions() {}

    /**
     * The session of a verb, or the one that is there already. With a master given (spark-submit), only the settings are set on
     * which rows depend ({@link PinnedSettings}); each that was set otherwise is logged, once.
     */
    public static SparkSession open(String verb) {
        SparkConf conf = new SparkConf().setAppName("pushrank " + verb);
        if (!conf.contains("spark.master")) {
            EMBEDDED.forEach(conf::setIfMissing);
        }
        List<PinnedSettings.Overridden> overrides = PinnedSettings.pin(conf);
        // light_score for SQL, scored in blocks.
        conf.set("spark.sql.extensions", withExtensions(conf.get("spark.sql.extensions", "")));
        // Sessions are told apart by their views alone; a class loader each would compile every query anew.
        conf.set("spark.sql.artifact.isolation.enabled", "false");
        PinnedSettings.WITHOUT_CLONES.forEach(conf::set);
        Option<SparkSession> existing = SparkSession.getDefaultSession();
        if (existing.isDefined()) {
            // Its own settings, since those of the JVM were logged when it was made.
            overrides = PinnedSettings.pin(existing.get());
        } else {
            // The builder would read the JVM's settings once more, those that were removed too.
            SparkContext.getOrCreate(conf);
        }
        overrides.forEach(override -> LOG.warn("{}", override));
        return SparkSession.builder().config(conf).getOrCreate();
    }

    /** Whether pushrank's own configuration gives the setting this value. */
    public static boolean isOurs(String name, String value) {
        return value.equals(EMBEDDED.get(name))
                || (name.equals("spark.sql.extensions") && value.equals(PushrankExtensions.class.getName()));
    }

    private static String withExtensions(String others) {
        String ours = PushrankExtensions.class.getName();
        if (List.of(others.split(",")).contains(ours)) {
            return others;
        }
        return others.isEmpty() ? ours : others + "," + ours;
    }
}
