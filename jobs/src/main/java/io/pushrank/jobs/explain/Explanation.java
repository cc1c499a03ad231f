package io.pushrank.jobs.explain;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.get_json_object;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.LightRank;
import io.pushrank.jobs.stage.ModelChoice;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.PrintStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Why a user got what it got, or nothing, from the published tables of a date. */
public final class Explanation {
    /** The stage whose removed rows have the light ranker's score and rank. */
    private static final String LIGHT_RANK = new LightRank().verb();
    /** The stage whose removed rows have the number at which the round-robin over the sources came to them. */
    private static final String CANDIDATES = new Candidates().verb();

    private static final String USER = "user_id";

    private final SparkSession spark;
    private final PublishedTables published;
    private final Layout layout;
    private final LocalDate date;
    private final long user;

    public Explanation(SparkSession spark, Layout layout, LocalDate date, long user) {
        this.spark = spark;
        this.published = new PublishedTables(new Storage(spark.sparkContext().hadoopConfiguration()), layout);
        this.layout = layout;
        this.date = date;
        this.user = user;
    }

    /** A candidate on its way: filled in stage by stage. */
    private static final class Journey {
        private final String item;
        private String sources = "";
        private String light = "-";
        private String heavy = "-";
        /** Of the heavy ranker, the same for all items of the user. */
        private String version = "";

        private int rank = Integer.MAX_VALUE;
        private String verdict = "";

        private Journey(String item) {
            this.item = item;
        }
    }

    /**
     * Prints one screen: eligibility, every candidate with sources, scores, ranks, verdict, and the send or why none.
     *
     * @throws PushrankException with exit code 3 when the date has no targets, or the user is not among them
     */
    public void print(PrintStream out) {
        List<String> quarantined = quarantined();
        Row target = rows(Table.TARGETS).stream()
                .findFirst()
                .orElseThrow(() -> PushrankException.input("user " + user + " is not in table targets of "
                        + Layout.day(date) + ": "
                        + whyNoTarget(quarantined)));
        out.printf("User %d on %s%n%n", user, date);
        List<String> reasons = target.getList(target.fieldIndex("reasons"));
        out.printf(
                "targets          %s%n",
                reasons.isEmpty() ? "eligible" : "not eligible: " + String.join(", ", reasons));
        out.printf(
                "                 cap %d in 24 h, %d sent in the last 24 h, last send %s%n",
                target.<Integer>getAs("push_cap"),
                target.getList(target.fieldIndex("sent_at_24h")).size(),
                target.isNullAt(target.fieldIndex("last_sent_at")) ? "unknown" : instant(target, "last_sent_at"));
        quarantined.forEach(text -> out.printf("                 %s%n", text));
        List<Journey> journeys = journeys();
        journeys.stream()
                .map(journey -> journey.version)
                .filter(version -> !version.isEmpty())
                .findFirst()
                .ifPresent(version -> out.printf("heavy ranker     version %s%n", version));
        out.println();
        if (!journeys.isEmpty()) {
            out.printf(
                    "%-20s %-16s %-34s %-52s %s%n",
                    "item", "light score/rank", "p_oonc/p_engagement/score/rank", "sources (rank)", "verdict");
            journeys.forEach(journey -> out.printf(
                    "%-20s %-16s %-34s %-52s %s%n",
                    journey.item, journey.light, journey.heavy, journey.sources, journey.verdict));
            out.println();
        }
        out.println(conclusion(reasons, journeys));
    }

    /** Without a row of users that can be used there is no target, whatever else is in quarantine. */
    private static String whyNoTarget(List<String> quarantined) {
        boolean isInUsers =
                quarantined.stream().anyMatch(text -> text.contains(" of " + Table.USERS.tableName() + " in "));
        List<String> texts = new ArrayList<>(isInUsers ? List.of() : List.of("it is not in users"));
        texts.addAll(quarantined);
        return String.join("; ", texts);
    }

    /** The user's own input rows that could not be used, and why: a user may get nothing for that alone. */
    private List<String> quarantined() {
        List<String> texts = new ArrayList<>();
        for (Table table : Table.inputs().toList()) {
            if (Arrays.asList(table.schema().fieldNames()).contains(USER)) {
                published
                        .folder(date, layout.quarantine(Channel.DAILY, date, table))
                        .ifPresent(folder -> quarantined(folder)
                                .forEach(row -> texts.add("%d %s of %s in quarantine (%s), such as %s"
                                        .formatted(
                                                row.getLong(1),
                                                row.getLong(1) == 1 ? "row" : "rows",
                                                table.tableName(),
                                                String.join(", ", row.<String>getList(0)),
                                                row.getString(2)))));
            }
        }
        return texts;
    }

    private List<Row> quarantined(String folder) {
        return spark.read()
                .schema(Table.QUARANTINE.schema())
                .parquet(folder)
                .filter(get_json_object(col("row_json"), "$." + USER).equalTo(Long.toString(user)))
                .groupBy("reasons")
                .agg(count(lit(1)), min("row_json"))
                .orderBy("reasons")
                .collectAsList();
    }

    private List<Journey> journeys() {
        Map<String, Journey> journeys = new LinkedHashMap<>();
        for (Row row : rows(Table.CANDIDATES)) {
            journey(journeys, row).sources = sources(row);
        }
        for (Row row : rows(Table.LIGHT_RANKED)) {
            journey(journeys, row).light = light(row.getAs("light_score"), row.getAs("light_rank"));
        }
        for (Row row : rows(Table.HEAVY_RANKED)) {
            Journey journey = journey(journeys, row);
            journey.rank = row.<Integer>getAs("rank");
            // Tables of earlier builds do not say it.
            journey.version = Objects.requireNonNullElse(row.getAs(ModelChoice.VERSION), "");
            journey.heavy = "%.4f %.4f %.4f  #%d"
                    .formatted(
                            row.<Float>getAs("p_oonc"),
                            row.<Float>getAs("p_engagement"),
                            row.<Float>getAs("score"),
                            journey.rank);
        }
        for (Row row : removed()) {
            if (!row.isNullAt(row.fieldIndex("item_id"))) {
                Journey journey = journey(journeys, row);
                String stage = row.getAs("stage");
                journey.verdict = stage + ": " + String.join(", ", row.<String>getList(row.fieldIndex("reasons")));
                if (stage.equals(CANDIDATES) && !row.isNullAt(row.fieldIndex("rank"))) {
                    journey.verdict += " #" + row.getAs("rank");
                }
                if (journey.sources.isEmpty()) {
                    journey.sources = String.join(", ", row.<String>getList(row.fieldIndex("sources")));
                }
                if (stage.equals(LIGHT_RANK)) {
                    journey.light = light(row.getAs("score"), row.getAs("rank"));
                }
            }
        }
        for (Row row : rows(Table.SENDS)) {
            journey(journeys, row).verdict = sent(row);
        }
        List<Journey> sorted = new ArrayList<>(journeys.values());
        sorted.sort(Comparator.<Journey>comparingInt(journey -> journey.rank).thenComparing(journey -> journey.item));
        return sorted;
    }

    private String conclusion(List<String> reasons, List<Journey> journeys) {
        if (!reasons.isEmpty()) {
            return "Nothing is sent: the user is not eligible (" + String.join(", ", reasons) + ").";
        }
        if (journeys.isEmpty()) {
            return "Nothing is sent: no source proposed anything (no_candidates).";
        }
        List<String> sent = journeys.stream()
                .filter(journey -> journey.verdict.startsWith("SENT"))
                .map(journey -> journey.item)
                .toList();
        return sent.isEmpty()
                ? "Nothing is sent: every candidate was removed, for the reasons above."
                : "Sent: " + String.join(", ", sent) + ".";
    }

    private List<Row> rows(Table table) {
        String folder = published
                .folder(date, layout.partition(table, date))
                .orElseThrow(() -> PushrankException.input("table " + table.tableName() + " has no partition "
                        + Layout.day(date) + " in " + layout.outputTable(table)));
        return ofUser(spark.read().schema(table.schema()).parquet(folder));
    }

    private List<Row> removed() {
        String partition = layout.partition(Table.REMOVED, date);
        return published.folders(Channel.DAILY, date, partition).entrySet().stream()
                .map(each -> spark.read()
                        .schema(Table.REMOVED.schema())
                        .parquet(each.getValue())
                        .withColumn(
                                "stage",
                                lit(each.getKey().substring(each.getKey().lastIndexOf('=') + 1))))
                .reduce(Dataset::union)
                .map(this::ofUser)
                .orElse(List.of());
    }

    private List<Row> ofUser(Dataset<Row> rows) {
        return rows.filter(col(USER).equalTo(user)).collectAsList();
    }

    private static Journey journey(Map<String, Journey> journeys, Row row) {
        String item = row.getAs("item_type") + " " + row.getAs("item_id");
        return journeys.computeIfAbsent(item, Journey::new);
    }

    /** Sends of earlier builds say neither the recipient's clock nor how they were chosen. */
    private static String sent(Row row) {
        StringBuilder text = new StringBuilder("SENT at ").append(instant(row, "send_at"));
        if (row.getAs("send_at_local") != null) {
            text.append(", by the user's clock ").append(row.<String>getAs("send_at_local"));
        }
        text.append(" as ").append(row.<String>getAs("notification_type"));
        if (row.getAs("arm") != null) {
            text.append(", arm ").append(row.<String>getAs("arm"));
        }
        if (row.getAs("propensity") != null) {
            text.append(", propensity %.4f".formatted(row.<Double>getAs("propensity")));
        }
        return text.toString();
    }

    /** In UTC, whatever the zone of the machine: a Timestamp's own text is in that. */
    private static String instant(Row row, String column) {
        return row.getTimestamp(row.fieldIndex(column)).toInstant().toString();
    }

    private static String light(Float score, Integer rank) {
        return (score == null ? "not scored" : "%.4f".formatted(score)) + " #" + rank;
    }

    private static String sources(Row row) {
        List<String> names = new ArrayList<>();
        for (Row source : row.<Row>getList(row.fieldIndex("sources"))) {
            names.add(source.getAs("source") + " " + source.getAs("rank"));
        }
        return String.join(", ", names);
    }
}
