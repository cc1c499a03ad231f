package io.pushrank.jobs.fact;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.publish.CodeDigest;
import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.TableShape;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The tiles of one as-of instant. A day's tile is of the 24 hours that end at the day's as-of instant; the look-back of an
 * instant is so many tiles, and the first hours of its first day, which are calculated each time, as is every day of which no
 * tile is published that was made of its files as they are.
 */
public final class Tiles {
    /** Column of published tiles: days since 1970-01-01 of the day that it is of. */
    private static final String DAY = "day";

    private final SparkSession spark;
    private final Layout layout;
    private final Facts facts;
    private final Instant asOf;
    private final Findings findings;
    private final Inputs inputs;
    private final PublishedTables published;
    private final Map<LocalDate, Publication> publications = new TreeMap<>();

    /**
     * @param inputs of the as-of instant's day
     * @param findings what validation found of them
     */
    public Tiles(SparkSession spark, Layout layout, Facts facts, Instant asOf, Inputs inputs, Findings findings) {
        this.spark = spark;
        this.layout = layout;
        this.facts = facts;
        this.asOf = asOf;
        this.inputs = inputs;
        this.findings = findings;
        this.published = new PublishedTables(new Storage(spark.sparkContext().hadoopConfiguration()), layout);
    }

    private RankingConfig config() {
        return facts.config();
    }

    private LocalDate date() {
        return LocalDate.ofInstant(asOf, ZoneOffset.UTC);
    }

    /** Days whose tiles the look-back holds, in order; none where the instant is not its day's as-of instant. */
    public List<LocalDate> days() {
        LocalDate date = date();
        return asOf.equals(config().asOf(date))
                ? date.minusDays(config().inputs().lookbackDays() - 1L)
                        .datesUntil(date.plusDays(1))
                        .toList()
                : List.of();
    }

    /** Days of which a tile would pay, and none is published that was made of the files as they are. */
    public List<LocalDate> due(Tile tile) {
        return worthwhile(tile).stream()
                .filter(day -> folder(tile, day).isEmpty())
                .toList();
    }

    /** Days of which a tile would pay. */
    public List<LocalDate> worthwhile(Tile tile) {
        int least = Math.max(1, config().tiles().minimumRows());
        return days().stream()
                .filter(day -> inputs.rows(tile.table(), start(day), config().asOf(day)) >= least)
                .toList();
    }

    /** Whether a tile of a day is published, be it of other files. */
    public boolean isPublished(Tile tile, LocalDate day) {
        return publication(day).stages().containsKey(tile.name());
    }

    /** What tells a day's tile from any other. */
    public String fingerprint(Tile tile, LocalDate day) {
        List<String> lines = new ArrayList<>();
        lines.add("code " + CodeDigest.get());
        lines.add("spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION());
        lines.add("until " + config().asOf(day));
        lines.add("naive_timestamps " + config().inputs().naiveTimestamps());
        Set<String> names = new TreeSet<>();
        Set<Table> tables = EnumSet.of(tile.table());
        made(tile.name(), names, tables);
        names.forEach(name ->
                lines.add(name + " " + facts.view(name).orElseThrow().query().text()));
        lines.addAll(findings.lines(tables));
        findings.dangling(tile.table()).forEach(reference -> tables.add(Table.named(reference.table())));
        tables.forEach(table -> {
            List<String> state =
                    table == tile.table() ? inputs.state(table, start(day), config().asOf(day)) : inputs.state(table);
            state.forEach(line -> lines.add(table.tableName() + " " + line));
        });
        return DigestUtils.sha256Hex(String.join("\n", lines));
    }

    /** The views and tables that a view is made of. */
    private void made(String name, Set<String> views, Set<Table> tables) {
        Optional<View> view = facts.view(name);
        if (view.isPresent()) {
            if (views.add(name)) {
                view.get().query().relations().forEach(relation -> made(relation, views, tables));
            }
        } else {
            tables.add(Table.named(name));
        }
    }

    private Instant start(LocalDate day) {
        return config().asOf(day.minusDays(1));
    }

    private Publication publication(LocalDate day) {
        return publications.computeIfAbsent(day, unknown -> published.latest(Channel.TILES, unknown));
    }

    private Optional<String> folder(Tile tile, LocalDate day) {
        Publication publication = publication(day);
        return Optional.ofNullable(publication.stages().get(tile.name()))
                .filter(stage -> stage.fingerprint().equals(fingerprint(tile, day)))
                .flatMap(stage -> published.folder(publication, layout.tile(tile.name(), day)));
    }

    /** A day's tile, calculated, as it is published. */
    public Dataset<Row> of(Tile tile, LocalDate day) {
        Instant until = config().asOf(day);
        return calculated(tile, Optional.empty(), until, inputs.window(tile.table(), start(day), until))
                .withColumn(DAY, lit((int) day.toEpochDay()))
                .drop(Tile.DAYS_AGO);
    }

    /** What files of a tile are held against. */
    public TableShape shape(Tile tile, Dataset<Row> rows) {
        StructType schema = new StructType();
        for (StructField field : rows.schema().fields()) {
            schema = schema.add(field.name(), field.dataType(), true);
        }
        return new TableShape(
                tile.name(), schema, tile.key(), Optional.of(tile.key().get(0)));
    }

    /**
     * The rows of a tile for all the look-back.
     *
     * @param columns that are asked for; empty: all
     * @return empty where no tile is published: then it is to be calculated of all events
     */
    Optional<Dataset<Row>> rows(Tile tile, Optional<Set<String>> columns) {
        Map<LocalDate, String> folders = new TreeMap<>();
        days().forEach(day -> folder(tile, day).ifPresent(folder -> folders.put(day, folder)));
        if (folders.isEmpty()) {
            return Optional.empty();
        }
        Dataset<Row> events = null;
        for (Window window : windows(folders.keySet())) {
            Dataset<Row> rows = inputs.window(tile.table(), window.from(), window.until());
            events = events == null ? rows : events.union(rows);
        }
        Dataset<Row> rest = calculated(tile, columns, asOf, events);
        StructType schema = new StructType();
        for (StructField field : rest.schema().fields()) {
            if (!field.name().equals(Tile.DAYS_AGO)) {
                schema = schema.add(field.name(), field.dataType(), true);
            }
        }
        Dataset<Row> made = spark.read()
                .schema(schema.add(DAY, DataTypes.IntegerType))
                .parquet(folders.values().toArray(String[]::new))
                .withColumn(Tile.DAYS_AGO, datediff(lit(date()), date_from_unix_date(col(DAY))));
        return Optional.of(rest.union(
                made.select(Arrays.stream(rest.columns()).map(functions::col).toArray(Column[]::new))));
    }

    /** A part of the look-back of which there are no tiles. */
    private record Window(Instant from, Instant until) {}

    /** Where the look-back begins, to the first tile, and from there on the days without one, put together where they meet. */
    private List<Window> windows(Set<LocalDate> tiled) {
        List<Window> windows = new ArrayList<>();
        List<LocalDate> days = days();
        Instant from = days.get(0).minusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant until = start(days.get(0));
        for (LocalDate day : days) {
            if (tiled.contains(day)) {
                if (from.isBefore(until)) {
                    windows.add(new Window(from, until));
                }
                from = config().asOf(day);
            }
            until = config().asOf(day);
        }
        if (from.isBefore(until) || windows.isEmpty()) {
            windows.add(new Window(from, until));
        }
        return windows;
    }

    private Dataset<Row> calculated(Tile tile, Optional<Set<String>> columns, Instant until, Dataset<Row> events) {
        try (Relations relations = Relations.of(
                spark,
                layout,
                facts,
                LocalDate.ofInstant(until, ZoneOffset.UTC),
                until,
                findings,
                EnumSet.allOf(Table.class))) {
            return relations.instead(tile.table(), events).tile(tile, columns);
        }
    }
}
