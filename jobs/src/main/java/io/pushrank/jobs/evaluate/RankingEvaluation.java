package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.report.Bootstrap;
import io.pushrank.jobs.report.HtmlPage;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * How well a date's ranking foresees what users act on afterwards, among items that were new to them: beside the light
 * ranker's, each source's, and {@linkplain SimpleRankings simple ones} of the same items for the same users.
 *
 * <p>Items, and which are new to whom, are those of {@link NewItems}; the users are the eligible ones who acted on such an
 * item in the window. Of each ranking all else is left out, so that the best ten are ten that could be found.
 */
public final class RankingEvaluation {
    private static final int RESAMPLES = 1000;
    private static final int BEST = 10;
    private static final String RANKINGS = "rankings";
    private static final String HEAVY = "heavy_ranked";
    /** Before a source's name, and before a simple ranking's. */
    private static final String SOURCE = "source.";

    private static final String SIMPLE = "simple.";
    /** Figures of a ranking; columns of counts follow this order. */
    private static final List<String> FIGURES = List.of("precision_1", "recall_10", "ndcg_10");

    private static final double SCALE = 1e6;
    private static final String[] PAIR = {"user_id", "item_id"};

    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;

    public RankingEvaluation(SparkSession spark, Layout layout, Vocabulary vocabulary) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
    }

    /**
     * Judges the ranking of a date.
     *
     * @param days length of the window after the as-of instant, at least 1
     * @param maxUsers a sample of so many, by the seed, where more users acted
     * @throws PushrankException with exit code 3 when a stage of the date is not published, or no user acted on a new item
     */
    public Evaluation evaluate(LocalDate date, int days, int maxUsers) {
        Instant asOf = vocabulary.config().asOf(date);
        Instant until = asOf.plus(Duration.ofDays(days));
        try (StageContext context = StageContext.of(spark, layout, vocabulary, date, asOf, Findings.none())) {
            Relations relations = context.relations();
            NewItems.name(context, NewItems.eligible(context), until);
            Map<Long, Integer> relevant = NewItems.audience(context, maxUsers);
            if (relevant.isEmpty()) {
                throw PushrankException.input("no eligible user acted on a new item between " + asOf + " and " + until);
            }
            Map<String, Dataset<Row>> rankings = own(context);
            new SimpleRankings(relations, BEST)
                    .rankings()
                    .forEach((name, ranking) -> rankings.put(SIMPLE + name, ranking));
            List<String> notes = NewItems.notes(context, until, Table.ENGAGEMENTS);
            Metrics metrics = new Metrics()
                    .put("date", date.toString())
                    .put("from", asOf.toString())
                    .put("to", until.toString())
                    .put("is_window_complete", notes.isEmpty())
                    .put("items", relations.spark().table("ranked_items").count())
                    .put("users", relevant.size())
                    .put(
                            "actions",
                            relevant.values().stream()
                                    .mapToLong(Integer::longValue)
                                    .sum())
                    .put("actions_among_candidates", amongCandidates(context));
            judge(metrics, relevant, hits(relations, rankings), List.copyOf(rankings.keySet()));
            TextTable table = table(metrics);
            return new Evaluation(
                    layout.output() + "/evaluations/" + Layout.day(date) + "/ranking/" + Evaluation.FILE,
                    metrics,
                    table.toString(),
                    notes,
                    new HtmlPage("Ranking of " + date, subtitle(metrics), notes)
                            .table("Rankings", table)
                            .end());
        }
    }

    /** What the day's stages made of the items, each as a ranking. */
    private static Map<String, Dataset<Row>> own(StageContext context) {
        Map<String, Dataset<Row>> rankings = new LinkedHashMap<>();
        rankings.put(HEAVY, ranked(context.read(Table.HEAVY_RANKED), "rank"));
        rankings.put("light_ranked", ranked(context.read(Table.LIGHT_RANKED), "light_rank"));
        Dataset<Row> proposed = context.read(Table.CANDIDATES)
                .select(
                        col("user_id"),
                        col("item_type"),
                        col("item_id"),
                        explode(col("sources")).as("proposal"));
        for (Source source : context.vocabulary().sources().all()) {
            if (source.itemType().equals(Table.POST)) {
                rankings.put(
                        SOURCE + source.name(),
                        ranked(proposed.filter(col("proposal.source").equalTo(source.name())), "proposal.rank"));
            }
        }
        return rankings;
    }

    private static Dataset<Row> ranked(Dataset<Row> rows, String rank) {
        return rows.filter(col("item_type").equalTo(Table.POST))
                .select(
                        col("user_id"),
                        col("item_id"),
                        lit(0).minus(col(rank)).cast("double").as("score"));
    }

    private static long amongCandidates(StageContext context) {
        return context.relations()
                .spark()
                .table("relevant")
                .join(
                        context.read(Table.CANDIDATES)
                                .filter(col("item_type").equalTo(Table.POST))
                                .select(PAIR[0], PAIR[1]),
                        PAIR,
                        "left_semi")
                .count();
    }

    /** Places from 1 of the relevant items among each user's best, by ranking and user. */
    private static Map<String, Map<Long, List<Integer>>> hits(Relations relations, Map<String, Dataset<Row>> rankings) {
        SparkSession spark = relations.spark();
        Dataset<Row> audience = spark.table("audience").select("user_id");
        Dataset<Row> met = spark.table("met_items");
        Dataset<Row> items = spark.table("ranked_items").select("item_id");
        Map<String, Map<Long, List<Integer>>> hits = new HashMap<>();
        rankings.forEach((name, ranking) -> {
            Map<Long, List<Integer>> places = hits.computeIfAbsent(name, key -> new HashMap<>());
            ranking.join(audience, new String[] {"user_id"}, "left_semi")
                    .join(items, new String[] {"item_id"}, "left_semi")
                    .join(met, PAIR, "left_anti")
                    .withColumn(
                            "place",
                            row_number()
                                    .over(Window.partitionBy("user_id")
                                            .orderBy(col("score").desc(), col("item_id"))))
                    .filter(col("place").leq(BEST))
                    .join(spark.table("relevant"), PAIR, "left_semi")
                    .select("user_id", "place")
                    .collectAsList()
                    .forEach(row -> places.computeIfAbsent(row.getLong(0), key -> new ArrayList<>())
                            .add(row.getInt(1)));
        });
        return hits;
    }

    private void judge(
            Metrics metrics,
            Map<Long, Integer> relevant,
            Map<String, Map<Long, List<Integer>>> hits,
            List<String> rankings) {
        int columns = 1 + FIGURES.size() * rankings.size();
        int[][] users = relevant.entrySet().stream()
                .map(user -> {
                    int[] counts = new int[columns];
                    counts[0] = 1;
                    for (int ranking = 0; ranking < rankings.size(); ranking++) {
                        double[] figures = figures(
                                hits.get(rankings.get(ranking)).getOrDefault(user.getKey(), List.of()),
                                user.getValue());
                        for (int figure = 0; figure < figures.length; figure++) {
                            counts[column(ranking, figure)] = (int) Math.round(SCALE * figures[figure]);
                        }
                    }
                    return counts;
                })
                .toArray(int[][]::new);
        Bootstrap bootstrap =
                new Bootstrap(users, columns, RESAMPLES, vocabulary.config().seed());
        Metrics all = new Metrics();
        int heavy = rankings.indexOf(HEAVY);
        for (int ranking = 0; ranking < rankings.size(); ranking++) {
            Metrics own = new Metrics();
            for (int figure = 0; figure < FIGURES.size(); figure++) {
                int column = column(ranking, figure);
                int reference = column(heavy, figure);
                bootstrap.put(own, FIGURES.get(figure), sums -> mean(sums, column));
                if (ranking != heavy) {
                    bootstrap.put(
                            own,
                            FIGURES.get(figure) + "_difference",
                            sums -> mean(sums, reference) - mean(sums, column));
                }
            }
            all.put(rankings.get(ranking), own);
        }
        metrics.put("resamples", RESAMPLES).put(RANKINGS, all);
    }

    private static int column(int ranking, int figure) {
        return 1 + FIGURES.size() * ranking + figure;
    }

    private static double mean(long[] sums, int column) {
        return sums[column] / (SCALE * sums[0]);
    }

    /**
     * Precision at 1, recall at 10, and NDCG at 10 (Järvelin and Kekäläinen 2002) of one user.
     *
     * @param places of what is relevant among the best ten, from 1
     * @param relevant how many items are, at least 1
     */
    static double[] figures(List<Integer> places, int relevant) {
        double gain = 0;
        for (int place : places) {
            gain += discount(place);
        }
        double ideal = 0;
        for (int place = 1; place <= Math.min(relevant, BEST); place++) {
            ideal += discount(place);
        }
        return new double[] {places.contains(1) ? 1 : 0, (double) places.size() / relevant, gain / ideal};
    }

    private static double discount(int place) {
        return Math.log(2) / Math.log(1 + place);
    }

    private static String subtitle(Metrics metrics) {
        return "Of " + TextTable.count((long) metrics.number("users")) + " users who acted on "
                + TextTable.count((long) metrics.number("actions")) + " new items from " + metrics.text("from") + " to "
                + metrics.text("to") + "; " + TextTable.count((long) metrics.number("actions_among_candidates"))
                + " of these were candidates, of " + TextTable.count((long) metrics.number("items")) + " items";
    }

    private static TextTable table(Metrics metrics) {
        TextTable table = new TextTable(
                "ranking",
                "precision@1 [95 %]",
                "recall@10 [95 %]",
                "NDCG@10 [95 %]",
                HEAVY + "'s recall@10 over it",
                HEAVY + "'s NDCG@10 over it");
        Metrics rankings = metrics.group(RANKINGS);
        for (String name : rankings.names()) {
            Metrics own = rankings.group(name);
            List<String> row = new ArrayList<>(List.of(name));
            FIGURES.forEach(figure -> row.add(TextTable.figure(own, figure)));
            for (String figure : FIGURES.subList(1, FIGURES.size())) {
                row.add(name.equals(HEAVY) ? "" : TextTable.figure(own, figure + "_difference"));
            }
            table.row(row);
        }
        return table;
    }
}
