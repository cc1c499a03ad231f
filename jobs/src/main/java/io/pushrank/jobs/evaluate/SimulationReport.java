package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;

import io.pushrank.jobs.report.Bootstrap;
import io.pushrank.jobs.report.Chart;
import io.pushrank.jobs.report.HtmlPage;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What policies of a simulation did to people: totals, days, and differences person by person. */
public final class SimulationReport {
    private static final int RESAMPLES = 1000;
    private static final String[] USER_DAY = {"user_id", "day"};

    /** What is counted of each user and policy, in the order of a user's counts. */
    private enum Figure {
        SENDS("sends", "sends"),
        OPENS("opens", "opened or clicked"),
        ENGAGED("engaged", "engaged with"),
        DISLIKES("dislikes", "see less often"),
        OPT_OUTS("opt_outs", "push switched off"),
        ACTIVE("active_days", "days with a visit"),
        CAUSED("caused_days", "days with none but through a push");

        private final String key;
        private final String says;

        Figure(String key, String says) {
            this.key = key;
            this.says = says;
        }
    }

    private final SparkSession spark;
    private final String folder;
    private final List<String> policies;
    private final LocalDate first;
    private final LocalDate last;
    private final long seed;

    /**
     * @param folder of the simulation
     * @param policies names of their folders; the first is what the others are compared with
     * @param seed of the bootstrap
     */
    public SimulationReport(
            SparkSession spark, String folder, List<String> policies, LocalDate first, LocalDate last, long seed) {
        this.spark = spark;
        this.folder = folder;
        this.policies = List.copyOf(policies);
        this.first = first;
        this.last = last;
        this.seed = seed;
    }

    /** The report; it is published as {@code simulation.json} and {@code index.html} in the simulation's folder. */
    public Evaluation report() {
        Map<Long, int[]> users = new TreeMap<>();
        snapshots(policies.get(0))
                .filter(col("ds").equalTo(lit(last)))
                .select("user_id")
                .collectAsList()
                .forEach(row -> users.put(row.getLong(0), noCounts()));
        Metrics byPolicy = new Metrics();
        for (int policy = 0; policy < policies.size(); policy++) {
            String name = policies.get(policy);
            Dataset<Row> days = days(name).cache();
            count(days, users, policy);
            byPolicy.put(name, new Metrics().put("by_day", byDay(name, days)));
            days.unpersist();
        }
        int[][] counts = users.values().toArray(int[][]::new);
        Bootstrap bootstrap = new Bootstrap(counts, columns(), RESAMPLES, seed);
        for (int policy = 0; policy < policies.size(); policy++) {
            totals(byPolicy.group(policies.get(policy)), policy, bootstrap);
        }
        Metrics metrics = new Metrics()
                .put("from", first.toString())
                .put("to", last.toString())
                .put("users", counts.length)
                .put("seed", seed)
                .put("resamples", RESAMPLES)
                .put("policies", byPolicy)
                .put("differences", differences(bootstrap));
        TextTable totals = totals(metrics);
        TextTable differences = differences(metrics);
        return new Evaluation(
                folder + "/simulation.json",
                metrics,
                policies.size() == 1 ? totals.toString() : totals + "\n" + differences,
                List.of("intervals are of 95 %, by bootstrap over users; differences are paired, user by user"),
                page(metrics, totals, differences));
    }

    private int columns() {
        return 1 + policies.size() * Figure.values().length;
    }

    private static int column(int policy, Figure figure) {
        return 1 + policy * Figure.values().length + List.of(Figure.values()).indexOf(figure);
    }

    /**
     * What came of a policy's sends by user and day: sends and what came of them by the day of the run that sent, visits by their
     * own day, those before the first day and after the last left out.
     */
    private Dataset<Row> days(String policy) {
        Column openedAt = coalesce(col("opened_at"), col("ntab_clicked_at"));
        Dataset<Row> outcomes = spark.read().parquet(folder + "/" + policy + "/outcomes");
        Dataset<Row> pushed = outcomes.groupBy(
                        col("user_id"), to_date(col("sent_at")).as("day"))
                .agg(
                        count_if(lit(true)).as(Figure.SENDS.key),
                        count_if(openedAt.isNotNull()).as(Figure.OPENS.key),
                        count_if(col("engaged_at").isNotNull()).as(Figure.ENGAGED.key),
                        count_if(col("disliked_at").isNotNull()).as(Figure.DISLIKES.key),
                        count_if(col("has_opted_out")).as(Figure.OPT_OUTS.key));
        Dataset<Row> home = spark.read()
                .parquet(folder + "/at-home/" + Table.VISITS.tableName())
                .select(col("user_id"), to_date(col("visited_at")).as("day"))
                .distinct()
                .withColumn("is_home", lit(true));
        Dataset<Row> visited = outcomes.filter(openedAt.isNotNull())
                .select(col("user_id"), to_date(openedAt).as("day"))
                .distinct()
                .withColumn("is_called", lit(true));
        Column isHome = coalesce(col("is_home"), lit(false));
        Column isCalled = coalesce(col("is_called"), lit(false));
        return pushed.join(home, USER_DAY, "full_outer")
                .join(visited, USER_DAY, "full_outer")
                .filter(col("day").between(lit(first), lit(last)))
                .withColumn(Figure.ACTIVE.key, isHome.or(isCalled).cast("long"))
                .withColumn(Figure.CAUSED.key, isCalled.and(not(isHome)).cast("long"))
                .na()
                .fill(0);
    }

    private static Column[] sums() {
        return Arrays.stream(Figure.values())
                .map(figure -> sum(figure.key).as(figure.key))
                .toArray(Column[]::new);
    }

    private static Dataset<Row> summed(Dataset<Row> days, String by) {
        Column[] sums = sums();
        return days.groupBy(by).agg(sums[0], Arrays.copyOfRange(sums, 1, sums.length));
    }

    private void count(Dataset<Row> days, Map<Long, int[]> users, int policy) {
        for (Row row : summed(days, "user_id").collectAsList()) {
            int[] counts = users.computeIfAbsent(row.getLong(0), none -> noCounts());
            for (Figure figure : Figure.values()) {
                counts[column(policy, figure)] =
                        (int) row.<Long>getAs(figure.key).longValue();
            }
        }
    }

    private int[] noCounts() {
        int[] counts = new int[columns()];
        counts[0] = 1;
        return counts;
    }

    private String inputs(String policy, Table table) {
        return folder + "/" + policy + "/input/" + Layout.INPUTS + "/" + table.tableName();
    }

    private Dataset<Row> snapshots(String policy) {
        return spark.read().parquet(inputs(policy, Table.USERS));
    }

    private Metrics byDay(String policy, Dataset<Row> days) {
        Map<String, Long> reachable = new HashMap<>();
        Dataset<Row> capable = spark.read()
                .parquet(inputs(policy, Table.DEVICES))
                .filter("is_push_capable")
                .select("user_id")
                .distinct();
        snapshots(policy)
                .filter(col("ds").geq(lit(first)).and(col("is_push_enabled")).and(not(col("is_suspended"))))
                .join(capable, "user_id")
                .groupBy(col("ds").cast("string"))
                .count()
                .collectAsList()
                .forEach(row -> reachable.put(row.getString(0), row.getLong(1)));
        Metrics byDay = new Metrics();
        for (Row row : summed(days, "day").orderBy("day").collectAsList()) {
            String day = row.get(0).toString();
            Metrics figures = new Metrics();
            for (Figure figure : Figure.values()) {
                figures.put(figure.key, row.<Long>getAs(figure.key));
            }
            byDay.put(day, figures.put("reachable", reachable.getOrDefault(day, 0L)));
        }
        return byDay;
    }

    private static void totals(Metrics own, int policy, Bootstrap bootstrap) {
        for (Figure figure : Figure.values()) {
            bootstrap.put(own, figure.key, sums -> sums[column(policy, figure)]);
        }
        bootstrap.put(own, "open_rate", rate(policy, Figure.OPENS));
        bootstrap.put(own, "engagement_rate", rate(policy, Figure.ENGAGED));
        bootstrap.put(own, "opt_out_rate", rate(policy, Figure.OPT_OUTS));
        List<String> days = own.group("by_day").names();
        Metrics last = own.group("by_day").group(days.get(days.size() - 1));
        own.put("reachable_at_end", last.number("reachable") - last.number(Figure.OPT_OUTS.key));
    }

    private static ToDoubleFunction<long[]> rate(int policy, Figure figure) {
        return sums -> {
            long sends = sums[column(policy, Figure.SENDS)];
            return sends == 0 ? Double.NaN : (double) sums[column(policy, figure)] / sends;
        };
    }

    private Metrics differences(Bootstrap bootstrap) {
        Metrics differences = new Metrics();
        for (int policy = 1; policy < policies.size(); policy++) {
            Metrics own = new Metrics();
            int other = policy;
            for (Figure figure : Figure.values()) {
                bootstrap.put(own, figure.key, sums -> sums[column(other, figure)] - sums[column(0, figure)]);
            }
            ToDoubleFunction<long[]> here = rate(other, Figure.OPENS);
            ToDoubleFunction<long[]> there = rate(0, Figure.OPENS);
            bootstrap.put(own, "open_rate", sums -> here.applyAsDouble(sums) - there.applyAsDouble(sums));
            differences.put(policies.get(policy), own);
        }
        return differences;
    }

    private TextTable totals(Metrics metrics) {
        TextTable table = new TextTable(headings("policy", "open rate [95 %]", "reachable at the end"));
        for (String policy : policies) {
            Metrics own = metrics.group("policies").group(policy);
            List<String> cells = new ArrayList<>(List.of(policy, TextTable.figure(own, "open_rate")));
            for (Figure figure : Figure.values()) {
                cells.add(TextTable.count((long) own.number(figure.key)));
            }
            cells.add(TextTable.count((long) own.number("reachable_at_end")));
            table.row(cells);
        }
        return table;
    }

    private TextTable differences(Metrics metrics) {
        TextTable table = new TextTable(headings("difference to " + policies.get(0) + " [95 %]", "open rate"));
        for (String policy : policies.subList(1, policies.size())) {
            Metrics own = metrics.group("differences").group(policy);
            List<String> cells = new ArrayList<>(List.of(policy, TextTable.figure(own, "open_rate")));
            for (Figure figure : Figure.values()) {
                cells.add("%+,d [%+,d, %+,d]"
                        .formatted((long) own.number(figure.key), (long) own.number(figure.key + "_low"), (long)
                                own.number(figure.key + "_high")));
            }
            table.row(cells);
        }
        return table;
    }

    private static String[] headings(String name, String rate, String... more) {
        List<String> headings = new ArrayList<>(List.of(name, rate));
        Arrays.stream(Figure.values()).forEach(figure -> headings.add(figure.says));
        headings.addAll(List.of(more));
        return headings.toArray(String[]::new);
    }

    private String page(Metrics metrics, TextTable totals, TextTable differences) {
        HtmlPage page = new HtmlPage(
                "Simulation",
                TextTable.count((long) metrics.number("users")) + " users, " + first + " to " + last + ", "
                        + String.join(", ", policies),
                List.of());
        page.table("Totals", totals);
        if (policies.size() > 1) {
            page.table("Differences, user by user", differences);
        }
        page.append("<h2>By day</h2>\n<div class=\"plots\">");
        for (Figure figure : Figure.values()) {
            page.append(chart(metrics, figure.key, figure.says));
        }
        page.append(chart(metrics, "reachable", "accounts that can be reached, by the day's snapshot"));
        return page.append("</div>\n").end();
    }

    private Chart chart(Metrics metrics, String key, String says) {
        Map<String, List<Chart.Point>> lines = new TreeMap<>();
        double most = 1;
        int days = 1;
        for (String policy : policies) {
            Metrics byDay = metrics.group("policies").group(policy).group("by_day");
            List<Chart.Point> points = new ArrayList<>();
            for (String day : byDay.names()) {
                double value = byDay.group(day).number(key);
                most = Math.max(most, value);
                points.add(new Chart.Point(points.size() + 1.0, value));
            }
            days = Math.max(days, points.size());
            lines.put(policy, points);
        }
        Chart chart = new Chart(says, "day", "", days, most * 1.1);
        for (String policy : policies) {
            chart.line(policy, lines.get(policy));
        }
        return chart;
    }
}
