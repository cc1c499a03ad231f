package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.array_union;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.report.HtmlPage;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Quality control of a past day with other settings, on the day's published {@code heavy_ranked} and {@code targets}: what would
 * have been sent instead, beside what was. Nothing is published but the comparison.
 */
public final class Replay {
    private static final String[] ITEM = {"user_id", "item_type", "item_id"};
    private static final List<String> COUNTS = List.of("before", "now", "gained", "lost");
    private static final Column WAS_SENT = col("was_sent");
    private static final Column IS_SENT = col("is_sent");
    private static final Column GAINED = IS_SENT.and(not(WAS_SENT));
    private static final Column LOST = WAS_SENT.and(not(IS_SENT));
    /** What {@link #COUNTS} counts of sends. */
    private static final List<Column> SENDS = List.of(WAS_SENT, IS_SENT, GAINED, LOST);

    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;
    private final List<ConfigFile> layers;
    private final Storage storage;

    /**
     * @param vocabulary with the settings to replay with
     * @param layers the settings as they were laid over each other, the shipped ones first: some of them may be the day's own
     */
    public Replay(SparkSession spark, Layout layout, Vocabulary vocabulary, List<ConfigFile> layers) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.layers = List.copyOf(layers);
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
    }

    /**
     * Replays a day.
     *
     * @param policy how the off-policy estimate is made; where the log does not support one, a note says why
     * @throws PushrankException with exit code 3 when what the day's stages published is missing, or sends are not of its {@code
     *     heavy_ranked}
     */
    public Evaluation evaluate(LocalDate date, PolicyEvaluation.Settings policy) {
        List<String> notes = new ArrayList<>(settingsNotes(date));
        Metrics metrics = new Metrics().put("date", date.toString());
        try (StageContext context = context(date)) {
            compare(metrics, context.relations().keep(compared(judged(context), date)), date);
            context.noteWritten("replay");
            context.notes().forEach((key, text) -> notes.add(key + ": " + text));
        }
        Map<String, TextTable> tables = tables(metrics);
        estimate(date, policy, notes).ifPresent(estimate -> {
            metrics.put("policy", estimate.metrics());
            tables.put(PolicyEvaluation.heading(estimate.metrics()), PolicyEvaluation.table(estimate.metrics()));
            notes.addAll(estimate.notes());
        });
        StringBuilder text = new StringBuilder();
        HtmlPage page = new HtmlPage("Replay of quality control", "sends of " + date + " with other settings", notes);
        tables.forEach((heading, table) -> {
            text.append(text.isEmpty() ? "" : "\n").append(heading).append('\n').append(table);
            page.table(heading, table);
        });
        return new Evaluation(
                layout.output() + "/evaluations/" + Layout.day(date) + "/replay/" + Evaluation.FILE,
                metrics,
                text.toString(),
                notes,
                page.end());
    }

    /** What the stage itself is given in a run of the day. */
    StageContext context(LocalDate date) {
        return StageContext.of(
                spark, layout, vocabulary, date, Run.findings(storage, layout, date), new QualityControl());
    }

    /** Every row of {@code heavy_ranked} as the stage judges it; without a reason it would be sent. */
    static Dataset<Row> judged(StageContext context) {
        return new QualityControl().judge(context);
    }

    /** One row an item of {@code heavy_ranked}: what became of it on the day, and what would become of it now. */
    private Dataset<Row> compared(Dataset<Row> judged, LocalDate date) {
        PublishedRows published = new PublishedRows(spark, layout);
        Column none = array().cast("array<string>");
        Dataset<Row> sends = published
                .sends(date)
                .select(
                        col("user_id"),
                        col("item_type"),
                        col("item_id"),
                        col("send_at").as("sent_at"));
        Dataset<Row> removed = published
                .removed(date)
                .select(
                        col("user_id"),
                        col("item_type"),
                        col("item_id"),
                        col("reasons").as("reasons_before"));
        return judged.join(sends, ITEM, "left_outer")
                .join(removed, ITEM, "left_outer")
                .select(
                        col("user_id"),
                        col("notification_type"),
                        coalesce(col("sources.source"), none).as("sources"),
                        // An average of doubles depends on their order.
                        col("score").cast("decimal(28,18)").as("score"),
                        col("sent_at").isNotNull().as("was_sent"),
                        size(col("reasons")).equalTo(0).as("is_sent"),
                        col("send_at").notEqual(col("sent_at")).as("is_moved"),
                        col("sent_at")
                                .isNull()
                                .and(col("reasons_before").isNull())
                                .as("is_unknown"),
                        coalesce(col("reasons_before"), none).as("reasons_before"),
                        col("reasons"));
    }

    private static void compare(Metrics metrics, Dataset<Row> rows, LocalDate date) {
        Row all = rows.agg(
                        count_if(col("is_unknown")),
                        count_if(WAS_SENT.and(IS_SENT).and(col("is_moved"))),
                        avg(when(WAS_SENT, col("score"))).cast("double"),
                        avg(when(IS_SENT, col("score"))).cast("double"))
                .first();
        if (all.getLong(0) > 0) {
            throw PushrankException.input("table sends, " + Layout.day(date)
                    + ": every row of heavy_ranked must be sent or removed, but " + all.getLong(0)
                    + " are neither: they are of another run");
        }
        Dataset<Row> users = rows.groupBy("user_id")
                .agg(max(WAS_SENT).as("was_sent"), max(IS_SENT).as("is_sent"));
        Column reason = col("name");
        Dataset<Row> reasons = rows.withColumn("name", explode(array_union(col("reasons_before"), col("reasons"))));
        Column had = array_contains(col("reasons_before"), reason);
        Column has = array_contains(col("reasons"), reason);
        metrics.put("sends", totals(rows))
                .put("sends_at_another_time", all.getLong(1))
                .put("users", totals(users))
                .put("mean_score", new Metrics().put("before", number(all, 2)).put("now", number(all, 3)))
                .put("by_reason", groups(reasons, List.of(had, has, had.and(GAINED), has.and(LOST))))
                .put("by_notification_type", groups(rows.withColumn("name", col("notification_type")), SENDS))
                .put("by_source", groups(rows.withColumn("name", explode(col("sources"))), SENDS));
    }

    /** Of the rows of each {@code name}, of how many each of the four conditions holds. */
    private static Metrics groups(Dataset<Row> rows, List<Column> conditions) {
        Metrics groups = new Metrics();
        rows.groupBy("name")
                .agg(count_if(conditions.get(0)).as(COUNTS.get(0)), others(conditions))
                .orderBy("name")
                .collectAsList()
                .forEach(row -> groups.put(row.getAs("name"), counts(row)));
        return groups;
    }

    /** As {@link #groups}, of all rows together. */
    private static Metrics totals(Dataset<Row> rows) {
        return counts(rows.agg(count_if(SENDS.get(0)).as(COUNTS.get(0)), others(SENDS))
                .first());
    }

    private static Column[] others(List<Column> conditions) {
        return IntStream.range(1, COUNTS.size())
                .mapToObj(index -> count_if(conditions.get(index)).as(COUNTS.get(index)))
                .toArray(Column[]::new);
    }

    private static Metrics counts(Row row) {
        Metrics counts = new Metrics();
        COUNTS.forEach(count -> counts.put(count, row.<Long>getAs(count)));
        return counts;
    }

    private static double number(Row row, int index) {
        return row.isNullAt(index) ? Double.NaN : row.getDouble(index);
    }

    private Optional<Evaluation> estimate(LocalDate date, PolicyEvaluation.Settings policy, List<String> notes) {
        try {
            return Optional.of(new PolicyEvaluation(spark, layout, vocabulary).evaluate(date, date, policy));
        } catch (PushrankException e) {
            if (e.exitCode() != ExitCode.INPUT_REJECTED) {
                throw e;
            }
            notes.add("no off-policy estimate: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** What keeps the replay from being what a whole run with these settings would have sent. */
    private List<String> settingsNotes(LocalDate date) {
        List<String> notes = new ArrayList<>();
        Publication.Stage published =
                new PublishedTables(storage, layout).daily(date).stages().get(new QualityControl().verb());
        Optional<Manifest> run = Manifest.of(storage, layout, date).stream()
                .filter(manifest -> published != null && manifest.runId().equals(published.runId()))
                .findFirst();
        Optional<ConfigFile> own = layers.stream()
                .filter(layer -> run.filter(manifest -> manifest.configHash().equals(layer.digest()))
                        .isPresent())
                .reduce((lower, upper) -> upper);
        List<String> earlier = EarlierSettings.changed(own.orElse(layers.get(0)), vocabulary);
        if (!earlier.isEmpty()) {
            notes.add("these settings are read before quality control too, where the day's own held: "
                    + String.join(", ", earlier)
                    + (own.isPresent() ? "" : " (the settings of the day's run are not known: these differ from conf)")
                    + ". What was removed there cannot come back, so a whole run may send other items");
        }
        Map<String, String> files = vocabulary.settings().folder().digests();
        Map<String, String> before = run.map(Manifest::conf).orElse(Map.of());
        Set<String> changed = new TreeSet<>(files.keySet());
        changed.addAll(before.keySet());
        changed.removeIf(file -> Objects.equals(files.get(file), before.get(file)));
        // A manifest without any does not say.
        if (!before.isEmpty() && !changed.isEmpty()) {
            notes.add("these files of conf are not as in the day's run: " + String.join(", ", changed));
        }
        return notes;
    }

    private static Map<String, TextTable> tables(Metrics metrics) {
        Map<String, TextTable> tables = new LinkedHashMap<>();
        TextTable sends = new TextTable("", "before", "now", "gained", "lost");
        sends.row(cells("sends", metrics.group("sends")));
        sends.row(cells("users with a send", metrics.group("users")));
        Metrics scores = metrics.group("mean_score");
        sends.row(List.of(
                "mean score",
                TextTable.figure(scores.number("before")),
                TextTable.figure(scores.number("now")),
                "",
                ""));
        tables.put(
                "Sends, of which %s at another time"
                        .formatted(TextTable.count((long) metrics.number("sends_at_another_time"))),
                sends);
        tables.put(
                "Rows removed by reason, and sends gained and lost by it", table("reason", metrics.group("by_reason")));
        tables.put("Sends by notification type", table("notification type", metrics.group("by_notification_type")));
        tables.put("Sends by source", table("source", metrics.group("by_source")));
        return tables;
    }

    private static TextTable table(String heading, Metrics groups) {
        TextTable table = new TextTable(heading, COUNTS.get(0), COUNTS.get(1), COUNTS.get(2), COUNTS.get(3));
        groups.names().forEach(name -> table.row(cells(name, groups.group(name))));
        return table;
    }

    private static List<String> cells(String name, Metrics counts) {
        return Stream.concat(
                        Stream.of(name), COUNTS.stream().map(count -> TextTable.count((long) counts.number(count))))
                .toList();
    }
}
