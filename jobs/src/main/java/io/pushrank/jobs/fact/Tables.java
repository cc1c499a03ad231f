package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Partitions;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tables as one piece of work reads them: inputs as of one instant, and what earlier stages published. */
public final class Tables {
    private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

    private final SparkSession spark;
    private final Storage storage;
    private final PublishedTables published;
    private final Layout layout;
    private final RankingConfig config;
    private final LocalDate date;
    private final Instant asOf;
    private final Inputs inputs;
    private final Set<Table> readable;

    /**
     * @param readable the tables that may be read: what a stage declares
     */
    public Tables(
            SparkSession spark,
            Layout layout,
            RankingConfig config,
            LocalDate date,
            Instant asOf,
            Findings findings,
            Set<Table> readable) {
        this.readable = Set.copyOf(readable);
        this.spark = spark;
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
        this.published = new PublishedTables(storage, layout);
        this.layout = layout;
        this.config = config;
        this.date = date;
        this.asOf = asOf;
        this.inputs = new Inputs(this.spark, layout, config, date, date, findings);
    }

    public SparkSession spark() {
        return spark;
    }

    public RankingConfig config() {
        return config;
    }

    public LocalDate date() {
        return date;
    }

    public Instant asOf() {
        return asOf;
    }

    public Layout layout() {
        return layout;
    }

    public Inputs inputs() {
        return inputs;
    }

    /** Whether a table can be read: an input that is there, a partition that is published. */
    public boolean has(Table table) {
        return switch (table.group()) {
            case STATE, EVENT -> inputs.has(table);
            case OUTPUT ->
                published.partition(date, layout.partition(table, date)).isPresent();
            case MODEL -> models().has(table);
            case ORACLE -> false;
        };
    }

    /**
     * Rows of a table; of an optional input or a model that is absent, none.
     *
     * @throws PushrankException with exit code 3 when an earlier stage has not published it
     */
    public Dataset<Row> read(Table table) {
        if (!readable.contains(table)) {
            throw new IllegalArgumentException(
                    "table " + table.tableName() + " is read, but not declared: " + readable);
        }
        return switch (table.group()) {
            case STATE, EVENT ->
                inputs.has(table) || table.isRequired() ? inputs.asOf(table, asOf) : inputs.empty(table);
            case OUTPUT -> published(table, date);
            case MODEL -> models().has(table) ? models().read(spark, table) : inputs.empty(table);
            case ORACLE -> throw new IllegalArgumentException("no stage may read the oracle");
        };
    }

    /** A partition that an earlier stage of this date, or a run of an earlier date, published. */
    public Dataset<Row> published(Table table, LocalDate day) {
        String folder = published
                .folder(day, layout.partition(table, day))
                .orElseThrow(() ->
                        PushrankException.input("table " + table.tableName() + " has no partition " + Layout.day(day)
                                + " in " + layout.outputTable(table) + ": run the stage that writes it first"));
        return spark.read().schema(table.schema()).parquet(folder);
    }

    /** Sends of earlier dates: what the delivery system may not have handed back yet. */
    public Dataset<Row> earlierSends() {
        Dataset<Row> sends = inputs.empty(Table.SENDS);
        for (LocalDate day : earlierDays()) {
            sends = sends.union(published(Table.SENDS, day));
        }
        return sends;
    }

    private List<LocalDate> earlierDays() {
        LocalDate from = date.minusDays(config.inputs().lookbackDays());
        List<LocalDate> days = published.days(Table.SENDS, from, date);
        for (LocalDate day : Partitions.days(storage, layout.outputTable(Table.SENDS))) {
            if (!day.isBefore(from) && day.isBefore(date) && !days.contains(day)) {
                LOG.warn("{} is left out: no run has published it", layout.partition(Table.SENDS, day));
            }
        }
        return days;
    }

    /**
     * What tells the content of a table, as the run reads it, from any other: of inputs names, sizes and times of change of
     * the files, of published tables the digests.
     */
    public List<String> state(Table table) {
        return switch (table.group()) {
            case STATE, EVENT -> inputs.state(table);
            case OUTPUT ->
                table == Table.SENDS
                        ? earlierDays().stream().map(day -> digest(table, day)).toList()
                        : List.of(digest(table, date));
            case MODEL -> models().state(table);
            case ORACLE -> List.of();
        };
    }

    private String digest(Table table, LocalDate day) {
        return published
                .partition(day, layout.partition(table, day))
                .map(partition -> day + " " + partition.digest())
                .orElse(day + " none");
    }

    private ModelTables models() {
        return new ModelTables(storage, layout);
    }
}
