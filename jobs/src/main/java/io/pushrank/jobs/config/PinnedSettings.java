package io.pushrank.jobs.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.internal.SQLConf$;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Spark settings on which the rows of a run depend. A run uses the values below, whatever a cluster has set; settings of
 * speed and size are the cluster's.
 */
public final class PinnedSettings {
    /**
     * With these, Spark keeps rows without cloning a session for them, which it would never let go of. The one is of bucketed
     * tables, of which there are none; the other lets adaptive execution merge small partitions of rows that are kept.
     */
    public static final Map<String, String> WITHOUT_CLONES = Map.of(
            "spark.sql.sources.bucketing.autoBucketedScan.enabled", "false",
            "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning", "true");

    private static final String HADOOP = "spark.hadoop.";

    /** A setting, the value that every run uses, and what another value would do. */
    private record Pin(String name, String value, String reason) {}

    private static final List<Pin> PINS = List.of(
            // Files.
            new Pin("spark.sql.files.ignoreCorruptFiles", "false", "rows of damaged files would be missing"),
            new Pin("spark.sql.files.ignoreMissingFiles", "false", "rows of lost files would be missing"),
            new Pin("spark.sql.files.ignoreInvalidPartitionPaths", "false", "rows of some folders would be missing"),
            new Pin("spark.sql.files.maxRecordsPerFile", "0", "output_partitions says how many files there are"),
            new Pin("spark.sql.sources.default", "parquet", "tables are Parquet"),
            new Pin("spark.sql.sources.partitionColumnTypeInference.enabled", "false", "a schema says the type"),
            new Pin("spark.sql.sources.validatePartitionColumns", "true", "a wrong day would be read as NULL"),
            new Pin(
                    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs",
                    "false",
                    "partitions hold data only"),
            // Parquet.
            new Pin("spark.hadoop.parquet.page.verify-checksum.enabled", "true", "damaged pages would be used"),
            new Pin("spark.hadoop.parquet.strings.signed-min-max.enabled", "false", "filters could lose rows"),
            new Pin("spark.sql.parquet.aggregatePushdown", "false", "counts would be what footers say"),
            new Pin("spark.sql.parquet.binaryAsString", "false", "a column of a wrong type would be accepted"),
            new Pin("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED", "old dates would be other days"),
            new Pin("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED", "old dates would be other days"),
            new Pin("spark.sql.parquet.int96RebaseModeInRead", "CORRECTED", "old timestamps would be other instants"),
            new Pin("spark.sql.parquet.int96RebaseModeInWrite", "CORRECTED", "old timestamps would be other instants"),
            new Pin("spark.sql.parquet.int96AsTimestamp", "true", "INT96 timestamps would not be read"),
            new Pin("spark.sql.parquet.int96TimestampConversion", "false", "INT96 timestamps would be shifted"),
            new Pin("spark.sql.parquet.inferTimestampNTZ.enabled", "true", "local times would be accepted as instants"),
            new Pin("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS", "other readers expect microseconds"),
            new Pin("spark.sql.parquet.writeLegacyFormat", "false", "other readers expect the standard format"),
            new Pin("spark.sql.parquet.fieldId.read.enabled", "false", "columns are found by name"),
            new Pin("spark.sql.parquet.fieldId.read.ignoreMissing", "false", "missing columns would be read as NULL"),
            new Pin("spark.sql.parquet.fieldId.write.enabled", "true", "published files would differ"),
            new Pin("spark.sql.parquet.mergeSchema", "false", "a schema says the columns"),
            new Pin("spark.sql.parquet.respectSummaryFiles", "false", "summary files are not checked"),
            new Pin("spark.sql.parquet.recordLevelFilter.enabled", "false", "rows are filtered by Spark"),
            new Pin(
                    "spark.sql.legacy.parquet.nanosAsLong",
                    "true",
                    "timestamps in nanoseconds are read as integers and converted by the input reader"),
            // Types and functions.
            new Pin("spark.sql.session.timeZone", "UTC", "days are UTC"),
            new Pin("spark.sql.timestampType", "TIMESTAMP_LTZ", "timestamps are instants"),
            new Pin("spark.sql.datetime.java8API.enabled", "false", "timestamps of rows would be of another class"),
            new Pin("spark.sql.ansi.enabled", "true", "overflows and wrong casts would be other values"),
            new Pin("spark.sql.caseSensitive", "false", "column names are compared without case"),
            new Pin("spark.sql.decimalOperations.allowPrecisionLoss", "true", "decimals would be other values"),
            new Pin("spark.sql.function.concatBinaryAsString", "false", "binary values would be texts"),
            new Pin("spark.sql.icu.caseMappings.enabled", "true", "letters would change case by the JVM's locale"),
            new Pin("spark.sql.jsonGenerator.ignoreNullFields", "true", "quarantined rows would be other texts"),
            new Pin("spark.sql.mapKeyDedupPolicy", "EXCEPTION", "a map's duplicate keys would be dropped"),
            // How queries are understood.
            new Pin("spark.sql.crossJoin.enabled", "true", "queries may join a table of one row"),
            new Pin("spark.sql.groupByAliases", "true", "queries would be understood differently"),
            new Pin("spark.sql.groupByOrdinal", "true", "queries would be understood differently"),
            new Pin("spark.sql.orderByOrdinal", "true", "queries would be understood differently"),
            new Pin(
                    "spark.sql.lateralColumnAlias.enableImplicitResolution",
                    "true",
                    "aliases would mean other columns"),
            new Pin("spark.sql.parser.escapedStringLiterals", "false", "texts in queries would be other texts"),
            new Pin("spark.sql.parser.quotedRegexColumnNames", "false", "quoted names would be patterns"),
            new Pin("spark.sql.retainGroupColumns", "true", "results would lack the columns they are grouped by"),
            new Pin("spark.sql.selfJoinAutoResolveAmbiguity", "true", "columns of self-joins would be mixed up"),
            new Pin("spark.sql.stableDerivedColumnAlias.enabled", "false", "columns would have other names"),
            new Pin("spark.sql.variable.substitute", "true", "queries would be understood differently"),
            // A union of Spark 4.1 may be planned as partitioned by a key, and run as not (SPARK-59141).
            new Pin("spark.sql.unionOutputPartitioning", "false", "rows of one key could stay in two partitions"),
            // Retries.
            new Pin("spark.sql.execution.sortBeforeRepartition", "true", "a task's second try could lose rows"));

    /** Settings below these prefixes that are not pinned have Spark's defaults. */
    private static final Map<String, String> DEFAULTED = Map.of(
            "spark.sql.legacy.", "Spark would work as an earlier version",
            "spark.sql.ansi.", "queries would be understood differently",
            "spark.sql.analyzer.", "names in queries would be understood differently",
            "spark.sql.optimizer.decorrelate", "counts of subqueries could be wrong",
            "spark.sql.optimizer.metadataOnly", "empty partitions would count as rows");

    private static final Map<String, Pin> BY_NAME = PINS.stream().collect(Collectors.toMap(Pin::name, pin -> pin));

    private PinnedSettings() {}

    /**
     * A setting of the cluster that a run does not use.
     *
     * @param theirs the cluster's value
     * @param ours the run's; null for Spark's default
     */
    public record Overridden(String name, String theirs, String ours, String reason) {
        @Override
        public String toString() {
            return "Spark setting " + name + ": this run uses " + (ours == null ? "Spark's default" : ours) + ", not "
                    + Secrets.masked(name, theirs) + " (" + reason + ")";
        }
    }

    /** The settings, of all that are set, that a run overrides, by name. */
    public static List<Overridden> overrides(Map<String, String> settings) {
        List<Overridden> overrides = new ArrayList<>();
        settings.forEach((name, theirs) -> {
            Pin pin = BY_NAME.get(name);
            if (pin != null) {
                if (!theirs.equalsIgnoreCase(pin.value())) {
                    overrides.add(new Overridden(name, theirs, pin.value(), pin.reason()));
                }
            } else {
                DEFAULTED.forEach((prefix, reason) -> {
                    if (name.startsWith(prefix) && !isSparksDefault(name, theirs)) {
                        overrides.add(new Overridden(name, theirs, null, reason));
                    }
                });
            }
        });
        overrides.sort(Comparator.comparing(Overridden::name));
        return overrides;
    }

    /** Whether every run uses a value of its own for the setting. */
    public static boolean isPinned(String name) {
        return BY_NAME.containsKey(name);
    }

    /** Whether the value is what Spark uses when the setting is not set; false for settings that Spark SQL does not know. */
    public static boolean isSparksDefault(String name, String value) {
        ConfigEntry<?> entry = SQLConf$.MODULE$.getConfigEntry(name);
        try {
            return entry != null && entry.valueConverter().apply(value).equals(new SQLConf().getConf(entry));
        } catch (IllegalArgumentException unusable) {
            return false;
        }
    }

    /** Pins the settings of a session to come; returns what was set otherwise. */
    public static List<Overridden> pin(SparkConf conf) {
        List<Overridden> overrides = overrides(settings(conf));
        overrides.forEach(override -> conf.remove(override.name()));
        PINS.forEach(pin -> conf.set(pin.name(), pin.value()));
        return overrides;
    }

    /** Pins the settings of a session that is there already; returns what was set otherwise. */
    public static List<Overridden> pin(SparkSession spark) {
        List<Overridden> overrides =
                overrides(CollectionConverters.asJava(spark.conf().getAll()));
        overrides.forEach(override -> spark.conf().unset(override.name()));
        PINS.forEach(pin -> {
            spark.conf().set(pin.name(), pin.value());
            if (pin.name().startsWith(HADOOP)) {
                spark.sparkContext().hadoopConfiguration().set(pin.name().substring(HADOOP.length()), pin.value());
            }
        });
        return overrides;
    }

    /** A session with views of its own. A new session has the settings of Spark's context, which a run may not have made. */
    public static SparkSession newSession(SparkSession spark) {
        SparkSession session = spark.newSession();
        pin(session);
        WITHOUT_CLONES.forEach((name, value) -> session.conf().set(name, value));
        // Spark 4.1 registers a cleaner for a session's artifacts that refers to the session itself: no session, with
        // its
        // views and what they hold, would ever be let go of. There are no artifacts.
        ((org.apache.spark.sql.classic.SparkSession) session).artifactManager().close();
        return session;
    }

    /** All that is set. */
    public static Map<String, String> settings(SparkConf conf) {
        return List.of(conf.getAll()).stream().collect(Collectors.toMap(pair -> pair._1(), pair -> pair._2()));
    }
}
