package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.offpolicy.DecisionSums;
import io.pushrank.jobs.offpolicy.Estimator;
import io.pushrank.jobs.offpolicy.LoggedDecision;
import io.pushrank.jobs.report.HtmlPage;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.report.TextTable;
import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What quality control with other settings would have been worth on days whose sends are published, by what came of these sends
 * (off-policy evaluation). A decision is about the first send of a user on a day, for each user with items in {@code
 * heavy_ranked}; it may be to send nothing. What the log decided, and with what probability, is in {@code sends} and {@code
 * removed}; what the settings at hand would have decided is quality control's own probability of each item, calculated anew.
 *
 * <p>Each user and day is one row of an aggregation, and only sums leave the executors.
 */
public final class PolicyEvaluation {
    private static final int RESAMPLES = 200;
    private static final String[] USER = {"user_id"};
    private static final String[] ITEM = {"user_id", "item_type", "item_id"};

    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;
    private final Storage storage;

    /** @param vocabulary the target policy's */
    public PolicyEvaluation(SparkSession spark, Layout layout, Vocabulary vocabulary) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
    }

    /** What a send is worth. */
    public enum Value {
        /** It is opened, or clicked in the notifications tab. */
        OONC,
        /** It is opened and engaged with. */
        ENGAGEMENT;

        private Column reward() {
            Column happened =
                    switch (this) {
                        case OONC ->
                            col("opened_at")
                                    .isNotNull()
                                    .or(col("ntab_clicked_at").isNotNull());
                        case ENGAGEMENT -> col("engaged_at").isNotNull();
                    };
            return happened.and(col("disliked_at").isNull()).cast("double");
        }

        private Column predicted() {
            return col("p_" + key()).cast("double");
        }

        private String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is asked, and when there is no answer.
     *
     * @param minPropensity decisions of the log that were less likely do not count as support, 0 to 1
     * @param maxUnsupported share of the target policy's decisions that the log need not support, 0 to 1
     * @param minEffectiveSize least effective number of decisions
     */
    public record Settings(Value value, double minPropensity, double maxUnsupported, int minEffectiveSize) {
        public Settings {
            Bounds.within("--min-propensity", minPropensity, 0, 1);
            Bounds.within("--max-unsupported", maxUnsupported, 0, 1);
            Bounds.atLeast("--min-effective-size", minEffectiveSize, 1);
        }
    }

    /** On how many decisions something was sent, and the target policy would have sent something, as it is expected. */
    private record Volume(double logged, double target) {
        Volume with(Volume other) {
            return new Volume(logged + other.logged, target + other.target);
        }
    }

    /**
     * Estimates the value of the days from the first to the last.
     *
     * @throws PushrankException with exit code 3 when sends of a day are not published or without propensity, or the log does not
     *     support the target policy
     */
    public Evaluation evaluate(LocalDate from, LocalDate to, Settings settings) {
        if (to.isBefore(from)) {
            throw PushrankException.usage("--to must not be before --from " + from + ", but is " + to);
        }
        DecisionSums sums = new DecisionSums(RESAMPLES, vocabulary.config().seed(), settings.minPropensity());
        Volume volume = new Volume(0, 0);
        List<String> notes = new ArrayList<>();
        for (LocalDate day = from; !day.isAfter(to); day = day.plusDays(1)) {
            Instant asOf = vocabulary.config().asOf(day);
            try (StageContext context =
                    StageContext.of(spark, layout, vocabulary, day, asOf, Run.findings(storage, layout, day))) {
                Instant until = asOf.plus(vocabulary.config().examples().window());
                if (!context.relations().inputs().hasLabels(Table.NOTIFICATIONS, until)) {
                    notes.add("notifications end before the window of " + day + " does, at " + until
                            + ": what came later is missed");
                }
                Dataset<Row> decisions = context.relations().keep(decisions(context, day, until, settings.value()));
                parts(decisions, settings).forEach(sums::add);
                volume = volume.with(volume(decisions));
                noteErrors(context, day, notes);
            }
        }
        if (sums.decisions() == 0) {
            throw PushrankException.input(
                    "heavy_ranked must have rows of a day from " + from + " to " + to + ", but has none");
        }
        requireSupport(sums, settings);
        if (sums.support().interval().low() > 1) {
            notes.add(
                    "the log supports more than all of the policy's decisions, which cannot be: propensities are not of these"
                            + " rankings, or inputs have changed since");
        }
        Metrics metrics = metrics(sums, volume, settings)
                .put("from", from.toString())
                .put("to", to.toString())
                .put("value", settings.value().key());
        TextTable table = table(metrics);
        return new Evaluation(
                layout.output() + "/evaluations/" + Layout.day(to) + "/policy/" + Evaluation.FILE,
                metrics,
                summary(metrics) + table,
                notes,
                new HtmlPage(
                                "Value of a policy",
                                "from " + from + " to " + to + ": "
                                        + summary(metrics).trim(),
                                notes)
                        .table(heading(metrics), table)
                        .end());
    }

    private static void noteErrors(StageContext context, LocalDate day, List<String> notes) {
        context.noteWritten("evaluate");
        context.notes().forEach((key, text) -> {
            if (key.startsWith("evaluate.rules.")) {
                notes.add(day + ": " + key.substring("evaluate.".length()) + ": " + text);
            }
        });
    }

    /** One row a user: what the log decided, and what of it the target policy would have. */
    private Dataset<Row> decisions(StageContext context, LocalDate day, Instant until, Value value) {
        Dataset<Row> sent = context.read(Table.SENDS)
                .filter(col("position").equalTo(1))
                .select("user_id", "item_type", "item_id", "send_id", "propensity");
        requirePropensities(sent, day);
        Column probability = col(QualityControl.PROBABILITY);
        Column isSent = col("send_id").isNotNull();
        Dataset<Row> candidates = new QualityControl()
                .judge(context)
                .select(
                        col("user_id"),
                        col("item_type"),
                        col("item_id"),
                        probability,
                        value.predicted().as("predicted"));
        Dataset<Row> byUser = candidates
                .join(sent, ITEM, "left_outer")
                .groupBy("user_id")
                .agg(
                        // Decimals, since a sum of doubles depends on their order.
                        sum(probability.multiply(col("predicted")).cast("decimal(28,18)"))
                                .cast("double")
                                .as("target_predicted"),
                        sum(probability.cast("decimal(28,18)")).cast("double").as("target_sends"),
                        max("send_id").as("send_id"),
                        max("propensity").as("sent_propensity"),
                        max(when(isSent, probability)).as("sent_target"),
                        max(when(isSent, col("predicted"))).as("sent_predicted"));
        Dataset<Row> rewards = context.relations()
                .inputs()
                .labels(Table.NOTIFICATIONS, context.asOf(), until)
                .select(col("send_id"), value.reward().as("reward"));
        Column nothing = greatest(lit(0.0), lit(1.0).minus(col("target_sends")));
        return byUser.join(rewards, new String[] {"send_id"}, "left_outer")
                .join(withheld(day), USER, "left_outer")
                .select(
                        col("user_id"),
                        coalesce(col("reward"), lit(0.0)).as("reward"),
                        // By rounding an earlier build wrote a little more than 1.
                        least(lit(1.0), coalesce(col("sent_propensity"), col("withheld_propensity"), lit(1.0)))
                                .as("propensity"),
                        least(lit(1.0), when(isSent, col("sent_target")).otherwise(nothing))
                                .as("target"),
                        coalesce(col("sent_predicted"), lit(0.0)).as("predicted"),
                        col("target_predicted"),
                        col("target_sends"),
                        col("send_id"));
    }

    private static void requirePropensities(Dataset<Row> sent, LocalDate day) {
        long without = sent.filter(col("propensity").isNull()).count();
        if (without > 0) {
            throw PushrankException.input("table sends, " + Layout.day(day)
                    + ": propensity must be given, but is NULL in " + without
                    + " rows: they are of an earlier build");
        }
    }

    /** The propensity of having nothing sent, of users to whom that was drawn. */
    private Dataset<Row> withheld(LocalDate day) {
        return new PublishedRows(spark, layout)
                .removed(day)
                .filter(array_contains(col("reasons"), StageReason.NO_SEND.code()))
                .groupBy("user_id")
                .agg(max("propensity").as("withheld_propensity"));
    }

    private List<DecisionSums> parts(Dataset<Row> decisions, Settings settings) {
        RankingConfig config = vocabulary.config();
        long seed = config.seed();
        double minPropensity = settings.minPropensity();
        MapPartitionsFunction<Row, DecisionSums> add = rows -> {
            DecisionSums sums = new DecisionSums(RESAMPLES, seed, minPropensity);
            rows.forEachRemaining(row -> sums.add(
                    row.getLong(0),
                    new LoggedDecision(
                            row.getDouble(1), row.getDouble(2), row.getDouble(3), row.getDouble(4), row.getDouble(5))));
            return List.of(sums).iterator();
        };
        return decisions
                .repartition(config.outputPartitions(), col("user_id"))
                .sortWithinPartitions("user_id")
                .mapPartitions(add, Encoders.javaSerialization(DecisionSums.class))
                .collectAsList();
    }

    private static Volume volume(Dataset<Row> decisions) {
        Row sums = decisions
                .agg(
                        count("send_id"),
                        sum(col("target_sends").cast("decimal(28,18)")).cast("double"))
                .first();
        return new Volume(sums.getLong(0), sums.isNullAt(1) ? 0 : sums.getDouble(1));
    }

    private static void requireSupport(DecisionSums sums, Settings settings) {
        DecisionSums.Figure support = sums.support();
        double least = 1 - settings.maxUnsupported();
        // Not the share itself: chance alone may take it below.
        if (!(support.interval().high() >= least)) {
            throw PushrankException.input(("the log must support at least %s of the policy's decisions, but supports"
                            + " %s: days on which quality_control.exploration is on can answer, or --max-unsupported")
                    .formatted(
                            TextTable.figure(least),
                            TextTable.figure(
                                    support.value(),
                                    support.interval().low(),
                                    support.interval().high())));
        }
        if (sums.effectiveSize() < settings.minEffectiveSize()) {
            throw PushrankException.input("the effective size of the log must be at least "
                    + settings.minEffectiveSize() + " decisions, but is " + TextTable.figure(sums.effectiveSize())
                    + " of " + sums.decisions() + ": more days can answer, or --min-effective-size");
        }
    }

    private Metrics metrics(DecisionSums sums, Volume volume, Settings settings) {
        double decisions = sums.decisions();
        Metrics metrics = new Metrics()
                .put("decisions", sums.decisions())
                .put("effective_size", sums.effectiveSize())
                .put("logged_sends", volume.logged() / decisions)
                .put("target_sends", volume.target() / decisions);
        put(metrics, "support", sums.support());
        put(metrics, "logged", sums.logged());
        for (Estimator estimator : Estimator.values()) {
            Metrics own = new Metrics();
            put(own, "value", sums.estimate(estimator));
            metrics.put(estimator.key(), own.put("limit", sums.chosenLimit(estimator)));
        }
        return metrics.put("min_propensity", settings.minPropensity())
                .put("resamples", RESAMPLES)
                .put("seed", vocabulary.config().seed());
    }

    private static void put(Metrics metrics, String name, DecisionSums.Figure figure) {
        metrics.put(name, figure.value(), figure.interval());
    }

    private static String summary(Metrics metrics) {
        return "%s decisions, effectively %s; supported share %s; sends for each user and day: %s logged, %s of the policy%n"
                .formatted(
                        TextTable.count((long) metrics.number("decisions")),
                        TextTable.count(Math.round(metrics.number("effective_size"))),
                        TextTable.figure(metrics, "support"),
                        TextTable.figure(metrics.number("logged_sends")),
                        TextTable.figure(metrics.number("target_sends")));
    }

    /** What is in {@link #table}. */
    static String heading(Metrics metrics) {
        return "Estimates of " + metrics.text("value") + " for each user and day";
    }

    static TextTable table(Metrics metrics) {
        TextTable table = new TextTable("estimator", "value [95 %]", "times the log's", "limit");
        table.row(List.of("logged", TextTable.figure(metrics, "logged"), "", ""));
        for (Estimator estimator : Estimator.values()) {
            Metrics own = metrics.group(estimator.key());
            double limit = own.number("limit");
            String none = estimator.hasLimit() ? "none" : "";
            table.row(List.of(
                    estimator.key(),
                    TextTable.figure(own, "value"),
                    TextTable.figure(own.number("value") / metrics.number("logged")),
                    Double.isFinite(limit) ? TextTable.figure(limit) : none));
        }
        return table;
    }
}
