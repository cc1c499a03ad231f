package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.round;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

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
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.TruthOf;
import io.pushrank.jobs.world.World;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * What each source of candidates is worth, on a date: how much it proposes and how much of it no other source does; how much
 * it finds of what users acted on afterwards and of the pushes they opened, by itself and that no other source finds; in a
 * synthetic world also how many of the posts that are truly best for a user, of all fresh ones that the rules allow, and
 * by how much the best proposal would be worth less without the source, whatever quality control says of it.
 * Also how much would be found if the setting {@code candidates.keep} left users fewer candidates, with equal quotas and with
 * quotas that a search suggests by at most 1,000 of the users; where there are not many more, these look better than they are.
 *
 * <p>Candidates are posts; users are the eligible ones. The pushes are those of the log, so what they tell favors the sources
 * that were in use then.
 */
public final class SourcesEvaluation {
    private static final int RESAMPLES = 1000;
    static final String ALL = "all";
    static final String SOURCES = "sources";
    static final String KEPT = "kept";
    /** Of so many best posts of a user the rules allow the fifty that are looked for, mostly. */
    private static final int ASKED = 200;

    private static final int BEST = 50;
    /** By so many users quotas are suggested: their candidates are held on the driver. */
    private static final int SEARCHED_USERS = 1000;

    private static final double SCALE = 1e6;
    private static final String[] USER = {"user_id"};
    private static final String[] PAIR = {"user_id", "item_id"};

    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;
    /** Those of posts, in order of display. */
    private final List<Source> sources;
    /** Names of the sources, and {@code all} in front. */
    private final List<String> names;

    public SourcesEvaluation(SparkSession spark, Layout layout, Vocabulary vocabulary) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.sources = vocabulary.sources().all().stream()
                .filter(source -> source.itemType().equals(Table.POST))
                .toList();
        this.names = Stream.concat(Stream.of(ALL), sources.stream().map(Source::name))
                .toList();
    }

    /**
     * Weighs the sources of a date.
     *
     * @param days length of the window after the as-of instant in which acts, and pushes with their opens, count; at least 1
     * @param maxUsers a sample of so many, by the seed, where more users are eligible
     * @param value what counts as best, in a synthetic world
     * @param keeps values of the setting {@code candidates.keep} to try; each at least 1
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 3 when the date's targets or candidates are not
     *     published
     */
    public Evaluation evaluate(LocalDate date, int days, int maxUsers, TruthOf.Value value, List<Integer> keeps) {
        Instant asOf = vocabulary.config().asOf(date);
        Instant until = asOf.plus(Duration.ofDays(days));
        boolean isWorld = World.isWorld(new Storage(spark.sparkContext().hadoopConfiguration()), layout.input());
        try (StageContext context = StageContext.of(spark, layout, vocabulary, date, asOf, Findings.none())) {
            Relations relations = context.relations();
            Dataset<Row> eligible = relations.keep(NewItems.sampled(context, NewItems.eligible(context), maxUsers));
            NewItems.name(context, eligible, until);
            Metrics metrics = new Metrics()
                    .put("date", date.toString())
                    .put("from", asOf.toString())
                    .put("to", until.toString())
                    .put("items", relations.spark().table("ranked_items").count());
            List<Sought> sought = Stream.of(Sought.values())
                    .filter(each -> isWorld || each.compareTo(Sought.BEST_1) < 0)
                    .toList();
            List<String> notes =
                    new ArrayList<>(NewItems.notes(context, until, Table.ENGAGEMENTS, Table.NOTIFICATIONS));
            metrics.put("is_window_complete", notes.isEmpty());
            Dataset<Row> pairs = relations.keep(pairs(context, eligible, until, isWorld, value));
            List<RoundRobinTrial> trials = trials(context, eligible, pairs, isWorld, keeps);
            Dataset<Row> numbered = RoundRobinTrial.numbered(pairs, trials);
            judge(metrics, users(eligible, numbered, sought, trials, isWorld), sought, trials, isWorld);
            metrics.put("shared", shared(context, eligible));
            int keep = vocabulary.config().candidates().keep();
            if (keep > 0) {
                notes.add("candidates.keep is " + keep
                        + ": of what it removed nothing can be said, and a higher cap leaves the same");
            }
            double lacking = metrics.number("users") - metrics.group("sought").number(Sought.BEST_1.key);
            if (lacking > 0) {
                notes.add("the rules allow " + TextTable.count((long) lacking) + " users none of their " + ASKED
                        + " truly best posts: they do not count there");
            }
            StringBuilder text = new StringBuilder();
            HtmlPage page = new HtmlPage(
                    "Sources of " + date,
                    TextTable.count((long) metrics.number("users")) + " eligible users, "
                            + TextTable.count((long) metrics.number("items"))
                            + " posts that are not too old; acts and opens from "
                            + asOf + " to " + until,
                    notes);
            Map<String, TextTable> tables =
                    new SourceTables(names, metrics, sought).all(trials, isWorld ? value.column() : null);
            tables.forEach((heading, table) -> {
                text.append(heading).append('\n').append(table).append('\n');
                page.table(heading, table);
            });
            return new Evaluation(
                    layout.output() + "/evaluations/" + Layout.day(date) + "/sources/" + Evaluation.FILE,
                    metrics,
                    text.toString(),
                    notes,
                    page.end());
        }
    }

    /**
     * Candidates and what is looked for: user_id, item_id, the sources with ranks and their names (NULL: none), and what is
     * true of it.
     */
    private Dataset<Row> pairs(
            StageContext context, Dataset<Row> eligible, Instant until, boolean isWorld, TruthOf.Value value) {
        Relations relations = context.relations();
        Dataset<Row> candidates = candidates(context, eligible).withColumn("names", col("sources.source"));
        Dataset<Row> acted = relations.spark().table("relevant").withColumn("is_acted", lit(true));
        Dataset<Row> opened = relations
                .inputs()
                .labels(Table.NOTIFICATIONS, context.asOf(), until)
                .filter(col("item_type")
                        .equalTo(Table.POST)
                        .and(coalesce(col("opened_at"), col("ntab_clicked_at")).lt(lit(until))))
                .select(PAIR[0], PAIR[1])
                .distinct()
                .join(eligible, USER, "left_semi")
                .join(relations.spark().table("ranked_items").select("item_id"), new String[] {"item_id"}, "left_semi")
                .withColumn("is_opened", lit(true));
        Dataset<Row> pairs = candidates.join(acted, PAIR, "full_outer").join(opened, PAIR, "full_outer");
        if (isWorld) {
            TruthOf truth = new TruthOf(relations.spark(), layout.input());
            pairs = truth.worth(pairs, context.asOf(), value)
                    .join(best(context, truth, eligible, value), PAIR, "full_outer");
        }
        return pairs;
    }

    private static Dataset<Row> candidates(StageContext context, Dataset<Row> eligible) {
        return context.read(Table.CANDIDATES)
                .filter(col("item_type").equalTo(Table.POST))
                .select(
                        col("user_id"),
                        col("item_id"),
                        transform(
                                        col(SOURCES),
                                        source -> struct(
                                                source.getField("source").as("source"),
                                                source.getField("rank").as("rank")))
                                .as(SOURCES))
                .join(eligible, USER, "left_semi");
    }

    /** The truly best posts of each user that the rules allow, with their place from 1. */
    private static Dataset<Row> best(StageContext context, TruthOf truth, Dataset<Row> eligible, TruthOf.Value value) {
        Dataset<Row> posts = truth.best(eligible, FreshPosts.ids(context), context.asOf(), value, ASKED)
                .select(col("user_id"), explode(col("best")).as("post"))
                .select(
                        col("user_id"),
                        lit(Table.POST).as("item_type"),
                        col("post.item_id").as("item_id"),
                        col("post.value").as("worth"));
        Dataset<Row> proposed = context.read(Table.CANDIDATES).select("user_id", "item_type", "item_id", "sources");
        Dataset<Row> withSources = posts.join(proposed, new String[] {"user_id", "item_type", "item_id"}, "left_outer")
                .withColumn("sources", coalesce(col("sources"), FreshPosts.noSources()));
        return FreshPosts.judged(context, withSources)
                .filter(size(col("broken")).equalTo(0))
                .withColumn(
                        "place",
                        row_number()
                                .over(Window.partitionBy("user_id")
                                        .orderBy(col("worth").desc(), col("item_id"))))
                .filter(col("place").leq(BEST))
                .select("user_id", "item_id", "place");
    }

    private List<RoundRobinTrial> trials(
            StageContext context, Dataset<Row> eligible, Dataset<Row> pairs, boolean isWorld, List<Integer> keeps) {
        Dataset<Row> searched = pairs.join(NewItems.sampled(context, eligible, SEARCHED_USERS), USER, "left_semi");
        Sought goal = isWorld ? Sought.BEST_10 : Sought.ACTED;
        return RoundRobinTrial.of(
                new TreeSet<>(keeps), sources, RoundRobinTrial.search(sources, searched, goal.condition));
    }

    /**
     * One array of counts a user: 1, how much of each kind there is to be found, then the columns of each source, then those of
     * each trial.
     */
    private int[][] users(
            Dataset<Row> eligible,
            Dataset<Row> pairs,
            List<Sought> sought,
            List<RoundRobinTrial> trials,
            boolean isWorld) {
        List<Column> counts = new ArrayList<>();
        sought.forEach(each -> counts.add(counted(each.condition)));
        for (String name : names) {
            Column has = name.equals(ALL) ? col("names").isNotNull() : array_contains(col("names"), name);
            Column only = name.equals(ALL) ? has : has.and(size(col("names")).equalTo(1));
            counts.add(counted(has));
            counts.add(counted(only));
            for (Sought each : sought) {
                counts.add(counted(has.and(each.condition)));
                counts.add(counted(only.and(each.condition)));
            }
            // The best candidate's value without the source; with all of them for "all".
            Column remains = col("names").isNotNull().and(name.equals(ALL) ? lit(true) : not(only));
            counts.add(
                    isWorld
                            ? round(max(when(remains, col("value"))).multiply(SCALE))
                                    .cast("int")
                            : max(lit(0)));
        }
        for (RoundRobinTrial trial : trials) {
            counts.add(counted(trial.keeps()));
            Sought.tried(sought)
                    .forEach(each -> counts.add(counted(trial.keeps().and(each.condition))));
        }
        Column[] named = IntStream.range(0, counts.size())
                .mapToObj(index -> counts.get(index).as("count_" + index))
                .toArray(Column[]::new);
        Dataset<Row> byUser =
                pairs.groupBy("user_id").agg(named[0], Stream.of(named).skip(1).toArray(Column[]::new));
        return eligible.join(byUser, USER, "left_outer").orderBy("user_id").collectAsList().stream()
                .map(row -> IntStream.rangeClosed(0, counts.size())
                        .map(column -> column == 0 ? 1 : row.isNullAt(column) ? 0 : row.getInt(column))
                        .toArray())
                .toArray(int[][]::new);
    }

    private static Column counted(Column condition) {
        return count_if(coalesce(condition, lit(false))).cast("int");
    }

    private void judge(
            Metrics metrics, int[][] users, List<Sought> sought, List<RoundRobinTrial> trials, boolean isWorld) {
        int width = 3 + 2 * sought.size();
        int firstOfTrials = 1 + sought.size() + names.size() * width;
        int columns = firstOfTrials + trials.size() * (1 + Sought.tried(sought).size());
        Bootstrap bootstrap =
                new Bootstrap(users, columns, RESAMPLES, vocabulary.config().seed());
        long[] sums = bootstrap.sums();
        metrics.put("users", sums[0]).put("resamples", RESAMPLES);
        Metrics totals = new Metrics();
        for (int each = 0; each < sought.size(); each++) {
            totals.put(sought.get(each).key, sums[1 + each]);
        }
        int bestOfAll = 1 + sought.size() + width - 1;
        Metrics sources = new Metrics();
        for (int source = 0; source < names.size(); source++) {
            int first = 1 + sought.size() + source * width;
            Metrics own = new Metrics()
                    .put("candidates_per_user", (double) sums[first] / sums[0])
                    .put("unique_share", (double) sums[first + 1] / sums[first]);
            for (int each = 0; each < sought.size(); each++) {
                int total = 1 + each;
                int found = first + 2 + 2 * each;
                bootstrap.put(own, "recall_" + sought.get(each).key, all -> (double) all[found] / all[total]);
                if (source > 0) {
                    bootstrap.put(
                            own, "unique_recall_" + sought.get(each).key, all -> (double) all[found + 1] / all[total]);
                }
            }
            if (isWorld && source > 0) {
                int without = first + width - 1;
                bootstrap.put(own, "value_lost_without", all -> 1 - (double) all[without] / all[bestOfAll]);
            }
            sources.put(names.get(source), own);
        }
        metrics.put("sought", totals).put(SOURCES, sources).put(KEPT, kept(bootstrap, sought, trials, firstOfTrials));
    }

    private static Metrics kept(Bootstrap bootstrap, List<Sought> sought, List<RoundRobinTrial> trials, int first) {
        Metrics kept = new Metrics();
        int column = first;
        for (RoundRobinTrial trial : trials) {
            Metrics own = new Metrics()
                    .put("quotas", trial.metrics())
                    .put(
                            "candidates_per_user",
                            (double) bootstrap.sums()[column] / bootstrap.sums()[0]);
            column++;
            for (Sought each : Sought.tried(sought)) {
                int total = 1 + sought.indexOf(each);
                int found = column++;
                bootstrap.put(own, "recall_" + each.key, all -> (double) all[found] / all[total]);
            }
            String keep = Integer.toString(trial.keep());
            if (!kept.names().contains(keep)) {
                kept.put(keep, new Metrics());
            }
            kept.group(keep).put(trial.name(), own);
        }
        return kept;
    }

    /** Of each source's candidates, which share each other source proposes too. */
    private Metrics shared(StageContext context, Dataset<Row> eligible) {
        Map<String, Map<String, Long>> together = new HashMap<>();
        candidates(context, eligible)
                .select(col("sources.source").as("names"))
                .select(col("names"), explode(col("names")).as("one"))
                .select(col("one"), explode(col("names")).as("other"))
                .groupBy("one", "other")
                .agg(count(lit(1)).as("together"))
                .collectAsList()
                .forEach(row -> together.computeIfAbsent(row.getString(0), key -> new HashMap<>())
                        .put(row.getString(1), row.getLong(2)));
        Metrics shared = new Metrics();
        for (String one : names.subList(1, names.size())) {
            Metrics own = new Metrics();
            Map<String, Long> others = together.getOrDefault(one, Map.of());
            for (String other : names.subList(1, names.size())) {
                if (!other.equals(one)) {
                    own.put(other, (double) others.getOrDefault(other, 0L) / others.getOrDefault(one, 0L));
                }
            }
            shared.put(one, own);
        }
        return shared;
    }
}
