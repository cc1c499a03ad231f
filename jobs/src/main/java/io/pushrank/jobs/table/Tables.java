package io.pushrank.jobs.table;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one piece of work sees: input tables as of one instant, tables that earlier stages published, and views on them.
 *
 * <p>A query finds its relations by name: a view that was given, else a SQL file in {@code views/}, else a table. Each
 * instance has a Spark session of its own, so that views of two instants never meet.
 */
public final class Tables implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tables.class);
    private static final String VIEWS = "views";
    private static final String COLLABORATIVE = "/collaborative";

    private final SparkSession spark;
    private final Storage storage;
    private final PublishedTables published;
    private final Layout layout;
    private final RankingConfig config;
    private final LocalDate date;
    private final Instant asOf;
    private final Inputs inputs;
    private final Set<Table> readable;
    private final Set<String> views = new HashSet<>();
    private final List<Dataset<Row>> reused = new ArrayList<>();
    private final Map<ModelKind, ModelPackage> opened = new EnumMap<>(ModelKind.class);
    private final Map<String, String> models = new TreeMap<>();
    private final Map<String, String> notes = new TreeMap<>();
    /** Null until features are computed. */
    private FeatureErrors featureErrors;

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
        this.spark = PinnedSettings.newSession(spark);
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

    /**
     * The model in use, its digests verified.
     *
     * @throws io.pushrank.udf.model.ModelException when it is missing or not whole
     */
    public ModelPackage model(ModelKind kind) {
        // Once: a promotion meanwhile must not give a stage two models.
        ModelPackage model = opened.computeIfAbsent(
                kind,
                each -> ModelPackage.champion(
                        layout.models(), each, spark.sparkContext().hadoopConfiguration()));
        models.put(kind.folder() + "/" + model.version(), model.digest());
        return model;
    }

    /** Digests of the models that were asked for, by kind and version. */
    public Map<String, String> models() {
        return models;
    }

    /** Has the run's manifest say something about how the stage worked; {@code key} is a setting's. */
    public void note(String key, String text) {
        notes.put(key, text);
    }

    /** Counts what features could not be calculated on while the rows of these tables are worked on. */
    public FeatureErrors featureErrors() {
        if (featureErrors == null) {
            featureErrors = FeatureErrors.of(spark);
        }
        return featureErrors;
    }

    /**
     * Warns of the features that lost values to errors, and notes them; once all rows are written.
     *
     * @param work what the rows were worked on for: the first part of the notes' keys
     */
    public void noteFeatureErrors(String work) {
        if (featureErrors != null) {
            featureErrors.report().forEach((feature, errors) -> {
                LOG.warn("{}: feature {} is missing where its expression failed: {}", work, feature, errors);
                note(work + ".features." + feature, errors);
            });
        }
    }

    /** What was noted, by key. */
    public Map<String, String> notes() {
        return notes;
    }

    /** Whether a table can be read: an input that is there, a partition that is published. */
    public boolean has(Table table) {
        return views.contains(table.tableName())
                || switch (table.group()) {
                    case STATE, EVENT -> inputs.has(table);
                    case OUTPUT ->
                        published.partition(date, layout.partition(table, date)).isPresent();
                    case MODEL -> storage.exists(layout.models() + COLLABORATIVE + "/champion");
                    case ORACLE -> false;
                };
    }

    /**
     * Rows of a table; of an optional input that is absent, none.
     *
     * @throws PushrankException with exit code 3 when an earlier stage has not published it
     */
    public Dataset<Row> read(Table table) {
        if (views.contains(table.tableName())) {
            return spark.table(table.tableName());
        }
        if (!readable.contains(table)) {
            throw new IllegalArgumentException(
                    "table " + table.tableName() + " is read, but not declared: " + readable);
        }
        return switch (table.group()) {
            case STATE, EVENT ->
                inputs.has(table) || table.isRequired() ? inputs.asOf(table, asOf) : inputs.empty(table);
            case OUTPUT -> published(table, date);
            case MODEL -> recommendedAuthors();
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
            case MODEL -> has(table) ? storage.dataFileStates(recommendedAuthorsFolder()) : List.of();
            case ORACLE -> List.of();
        };
    }

    private String digest(Table table, LocalDate day) {
        return published
                .partition(day, layout.partition(table, day))
                .map(partition -> day + " " + partition.digest())
                .orElse(day + " none");
    }

    /** Gives rows a name that queries can use, in place of the table or view file of that name. */
    public Tables with(String view, Dataset<Row> rows) {
        rows.createOrReplaceTempView(view);
        views.add(view);
        return this;
    }

    /** Runs {@code folder/name.sql}; {@code as_of} is always among the parameters. */
    public Dataset<Row> query(String folder, String name, Map<String, Object> parameters) {
        return query(Query.load(folder, name), parameters);
    }

    public Dataset<Row> query(Query query, Map<String, Object> parameters) {
        query.relations().forEach(this::provide);
        Map<String, Object> all = new HashMap<>(parameters);
        all.put("as_of", asOf);
        return query.run(spark, all);
    }

    /** Keeps rows that several jobs ask for, until these tables are closed. */
    public Dataset<Row> keep(Dataset<Row> rows) {
        reused.add(rows);
        return rows.persist(StorageLevel.MEMORY_AND_DISK());
    }

    /** Lets go of what was kept for reuse. */
    @Override
    public void close() {
        reused.forEach(Dataset::unpersist);
    }

    private void provide(String relation) {
        if (views.contains(relation)) {
            return;
        }
        if (relation.equals("earlier_sends")) {
            with(relation, earlierSends());
        } else if (Query.exists(VIEWS, relation)) {
            boolean isLive = relation.equals("items") && config.inputs().isAgeOfLastActivity();
            Query view = Query.load(VIEWS, isLive ? "live_items" : relation);
            Dataset<Row> rows = query(view, Map.of());
            with(relation, view.isReused() ? keep(rows) : rows);
        } else {
            with(relation, read(Table.named(relation)));
        }
    }

    private String recommendedAuthorsFolder() {
        String models = layout.models() + COLLABORATIVE;
        String version = storage.read(models + "/champion").strip();
        try {
            ModelPackage.requireVersion(version);
        } catch (IllegalArgumentException e) {
            throw new ModelException(models + "/champion", "the name of the version in use", "\"" + version + "\"");
        }
        return models + "/" + version + "/recommended_authors";
    }

    private Dataset<Row> recommendedAuthors() {
        return spark.read().schema(Table.RECOMMENDED_AUTHORS.schema()).parquet(recommendedAuthorsFolder());
    }
}
