package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.classic.Dataset$;
import org.apache.spark.sql.execution.command.ViewHelper$;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What the queries of one piece of work read: tables as of one instant, views and families of facts, and rows that the work
 * gives a name. Of views and families only the columns are calculated that queries name.
 *
 * <p>Each instance has a Spark session of its own, so that relations of two instants never meet.
 */
public final class Relations implements AutoCloseable {
    private static final String SHUFFLE_PARTITIONS = "spark.sql.shuffle.partitions";

    private final SparkSession spark;
    private final Facts facts;
    private final LocalDate date;
    private final Instant asOf;
    /** Null where no table is read, but queries are only checked. */
    private final Tables tables;
    /** Null where there are no tables. */
    private final Tiles tiles;

    private final SharedRelations shared;

    private final Map<String, Object> parameters = new HashMap<>();
    private final Set<String> given = new HashSet<>();
    private final Map<Table, Dataset<Row>> instead = new HashMap<>();
    /** The columns with which a view or family was provided; empty: all of them. */
    private final Map<String, Optional<Set<String>>> provided = new HashMap<>();

    private final List<Dataset<Row>> kept = new ArrayList<>();
    private Needs needs;

    private Relations(
            SparkSession session,
            Layout layout,
            Facts facts,
            LocalDate date,
            Instant asOf,
            Findings findings,
            Set<Table> readable,
            SharedRelations shared) {
        this.spark = PinnedSettings.newSession(session);
        this.shared = shared;
        // What is by user then is not shuffled once more to be written.
        int partitions = Integer.parseInt(spark.conf().get(SHUFFLE_PARTITIONS));
        spark.conf().set(SHUFFLE_PARTITIONS, Math.max(partitions, facts.config().outputPartitions()));
        this.facts = facts;
        this.date = date;
        this.asOf = asOf;
        this.needs = new Needs(facts);
        this.tables = layout == null ? null : new Tables(spark, layout, facts.config(), date, asOf, findings, readable);
        this.tiles = layout == null ? null : new Tiles(spark, layout, facts, asOf, tables.inputs(), findings);
        parameters.put(Query.AS_OF, asOf);
    }

    /**
     * Relations over the tables of a layout.
     *
     * @param readable the tables that may be read
     */
    public static Relations of(
            SparkSession spark,
            Layout layout,
            Facts facts,
            LocalDate date,
            Instant asOf,
            Findings findings,
            Set<Table> readable) {
        return sharing(spark, layout, facts, date, asOf, findings, readable, SharedRelations.none());
    }

    /** As {@link #of}; what other work of the same instant reads too is taken from what they share. */
    public static Relations sharing(
            SparkSession spark,
            Layout layout,
            Facts facts,
            LocalDate date,
            Instant asOf,
            Findings findings,
            Set<Table> readable,
            SharedRelations shared) {
        return new Relations(spark, layout, facts, date, asOf, findings, readable, shared);
    }

    /** Relations over empty tables: to check queries and expressions before anything is read. */
    public static Relations ofEmptyTables(SparkSession spark, Facts facts, LocalDate date, Instant asOf) {
        return new Relations(spark, null, facts, date, asOf, Findings.none(), Set.of(), SharedRelations.none());
    }

    public SparkSession spark() {
        return spark;
    }

    public Facts facts() {
        return facts;
    }

    public RankingConfig config() {
        return facts.config();
    }

    public LocalDate date() {
        return date;
    }

    public Instant asOf() {
        return asOf;
    }

    public Inputs inputs() {
        return tables.inputs();
    }

    public Layout layout() {
        return tables.layout();
    }

    /** What tells the content of a table from any other, see {@link Tables#state}. */
    public List<String> state(Table table) {
        return tables.state(table);
    }

    /** Whether queries are only checked, on empty tables. */
    public boolean isRehearsal() {
        return tables == null;
    }

    /** Says what is going to be asked, so that a view that several queries read is calculated once, with all its columns. */
    public void expect(Collection<Reference> references, Collection<Query> queries) {
        needs = needs.facts(references).queries(queries);
    }

    /** Says what other work is going to ask. */
    void expect(Needs work) {
        needs = needs.and(work);
    }

    /** Gives every query a parameter. */
    public Relations parameter(String name, Object value) {
        parameters.put(name, value);
        return this;
    }

    /**
     * Gives rows a name that queries can use.
     *
     * @throws IllegalArgumentException when a table, view or family has the name
     */
    public Relations with(String name, Dataset<Row> rows) {
        if (facts.relations().contains(name)) {
            throw new IllegalArgumentException("rows must have a name of their own, but would stand in for " + name);
        }
        register(name, rows);
        given.add(name);
        return this;
    }

    /**
     * Gives rows a name that nothing else has, where several pieces of work have rows of a kind at the same time.
     *
     * @return the name, which begins with the prefix
     */
    String named(String prefix, Dataset<Row> rows) {
        String name = prefix + "_" + given.size();
        with(name, rows);
        return name;
    }

    /** Has queries read other rows in place of a table's. */
    public Relations instead(Table table, Dataset<Row> rows) {
        register(table.tableName(), rows);
        instead.put(table, rows);
        return this;
    }

    /**
     * Has queries of this session find rows by a name. Spark's own way lets go of all rows that are kept, in whatever session,
     * and made of a view of the name that is replaced.
     */
    private void register(String name, Dataset<Row> rows) {
        LogicalPlan plan = here(rows).queryExecution().analyzed();
        var session = (org.apache.spark.sql.classic.SparkSession) spark;
        session.sessionState()
                .catalog()
                .createTempView(
                        name,
                        ViewHelper$.MODULE$.createTemporaryViewRelation(
                                new TableIdentifier(name),
                                session,
                                false,
                                replaced -> Option.empty(),
                                Option.empty(),
                                plan,
                                plan,
                                CollectionConverters.asScala(List.<String>of()).toSeq(),
                                Option.empty()),
                        true);
    }

    /** The rows in this session: a name that they are given is one of the session that they are of. */
    public Dataset<Row> here(Dataset<Row> rows) {
        return rows.sparkSession() == spark
                ? rows
                : Dataset$.MODULE$.ofRows(
                        (org.apache.spark.sql.classic.SparkSession) spark,
                        // The names in it are those of its own session.
                        rows.queryExecution().analyzed());
    }

    /** Whether a table can be read. */
    public boolean has(Table table) {
        return tables == null || instead.containsKey(table) || tables.has(table);
    }

    /** Rows of a table, see {@link Tables#read}. */
    public Dataset<Row> read(Table table) {
        Dataset<Row> rows = instead.get(table);
        if (rows != null) {
            return rows;
        }
        return tables == null ? spark.createDataFrame(List.of(), table.schema()) : tables.read(table);
    }

    /** Keeps rows that several jobs ask for, until these relations are closed. */
    public Dataset<Row> keep(Dataset<Row> rows) {
        kept.add(rows);
        return rows.persist(StorageLevel.MEMORY_AND_DISK());
    }

    /** Runs {@code folder/name.sql} of the jar. */
    public Dataset<Row> query(String folder, String name, Map<String, Object> arguments) {
        return query(Query.load(folder, name), arguments);
    }

    /** Runs a query; {@code as_of} is always among its parameters. */
    public Dataset<Row> query(Query query, Map<String, Object> arguments) {
        needs = needs.queries(List.of(query));
        return run(query, query.parsed(), arguments);
    }

    /** Every row of a view or of a family that is not of rows at hand. */
    public Dataset<Row> all(String relation) {
        needs = needs.relation(relation);
        provide(relation);
        return spark.table(relation);
    }

    /** Facts that are going to be joined to rows. */
    public FactJoin facts(Collection<Reference> references) {
        needs = needs.facts(references);
        return new FactJoin(this, references);
    }

    /** Some columns of a family that is not of rows at hand, and no other. */
    Dataset<Row> columns(Family family, Set<String> columns) {
        return shared.rows(family.name(), Optional.of(columns), this::state)
                .map(rows ->
                        here(rows).select(columns.stream().map(functions::col).toArray(Column[]::new)))
                .orElseGet(() -> calculated(family.query(), Optional.of(columns)));
    }

    /** The rows of a view or family, with the columns that are expected to be asked for, kept. */
    Dataset<Row> calculatedAndKept(String name) {
        if (facts.view(name).isPresent()) {
            provide(name);
            return spark.table(name);
        }
        Set<String> columns = needs.columnsOf(name);
        return keep(calculated(
                facts.families().get(name).query(),
                columns.contains(Needs.ALL) ? Optional.empty() : Optional.of(columns)));
    }

    Dataset<Row> run(Query query, LogicalPlan plan, Map<String, Object> arguments) {
        Plans.relations(plan).forEach(this::provide);
        Map<String, Object> all = new HashMap<>(parameters);
        query.settings()
                .forEach((name, setting) ->
                        all.put(name, facts.settings().find(setting).orElseThrow()));
        all.putAll(arguments);
        return query.run(spark, plan, all);
    }

    private void provide(String relation) {
        if (given.contains(relation)
                || instead.keySet().stream().anyMatch(table -> table.tableName().equals(relation))) {
            return;
        }
        Optional<View> view = facts.view(relation);
        Family family = facts.families().get(relation);
        if (view.isPresent() || family != null) {
            Optional<Set<String>> columns = needs.columns(relation);
            if (!columns.equals(provided.get(relation))) {
                Query query = view.isPresent() ? view.get().query() : family.query();
                boolean isReused = view.isPresent() && view.get().isReused();
                Dataset<Row> rows = shared.rows(relation, columns, this::state).orElseGet(() -> {
                    Dataset<Row> own = published(relation, columns).orElseGet(() -> calculated(query, columns));
                    return isReused ? keep(own) : own;
                });
                register(relation, rows);
                provided.put(relation, columns);
            }
        } else if (!provided.containsKey(relation)) {
            register(relation, rows(relation));
            provided.put(relation, Optional.empty());
        }
    }

    private Dataset<Row> calculated(Query query, Optional<Set<String>> columns) {
        LogicalPlan plan =
                columns.map(some -> Plans.pruned(query.parsed(), some)).orElseGet(query::parsed);
        return run(query, plan, Map.of());
    }

    /** Of a tile what is published; empty for all else, and where other rows stand in for those that it sums up. */
    private Optional<Dataset<Row>> published(String relation, Optional<Set<String>> columns) {
        Tile tile = facts.tiles().get(relation);
        return tile == null || tiles == null || instead.containsKey(tile.table())
                ? Optional.empty()
                : tiles.rows(tile, columns.map(some -> withKey(tile, some)));
    }

    private static Set<String> withKey(Tile tile, Set<String> columns) {
        Set<String> all = new TreeSet<>(columns);
        all.addAll(tile.key());
        all.add(Tile.DAYS_AGO);
        return all;
    }

    /** A tile of the rows that stand in for its table. */
    Dataset<Row> tile(Tile tile, Optional<Set<String>> columns) {
        needs = needs.queries(List.of(tile.query()));
        return calculated(tile.query(), columns);
    }

    private Dataset<Row> rows(String relation) {
        return switch (relation) {
            case Facts.EARLIER_SENDS -> tables == null ? read(Table.SENDS) : tables.earlierSends();
            case Facts.TIME_ZONES -> timeZones();
            case Facts.NEAREST_POSTS ->
                throw PushrankException.usage(relation + " are of the targets: only a source can read them");
            default -> read(Table.named(relation));
        };
    }

    /**
     * Hour (0 to 23) and day of the week (1, Monday, to 7) in every known time zone at the as-of instant. A join with it
     * leaves a name that is none without either, where a function of SQL would end the run.
     */
    private Dataset<Row> timeZones() {
        List<Row> rows = ZoneId.getAvailableZoneIds().stream()
                .sorted()
                .map(name -> {
                    ZonedDateTime local = asOf.atZone(ZoneId.of(name));
                    return RowFactory.create(
                            name, local.getHour(), local.getDayOfWeek().getValue());
                })
                .toList();
        return spark.createDataFrame(rows, StructType.fromDDL("time_zone STRING, local_hour INT, local_weekday INT"));
    }

    /** Lets go of what was kept. */
    @Override
    public void close() {
        kept.forEach(Dataset::unpersist);
    }
}
