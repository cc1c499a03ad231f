package io.pushrank.jobs.simulate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.evaluate.Evaluation;
import io.pushrank.jobs.evaluate.SimulationReport;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.gate.Gates;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.Models;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.Continuation;
import io.pushrank.jobs.world.World;
import io.pushrank.udf.model.ModelKind;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Runs policies beside each other over the last days of a synthetic world. Each has a copy of the world as it was before
 * these days; each day it sends, people answer, and what they did is what the next day finds. What people draw depends on
 * person, item and day alone, so that policies differ by what they send and by nothing else.
 *
 * <p>A day that is done is not done again: a simulation that was killed goes on where it was.
 */
public final class Simulation {
    private static final String AT_HOME = "at-home";
    private static final String SETTINGS = "simulation.txt";
    /** A simulated day may differ from the days before as it likes: that is what is looked at. */
    private static final Choices CHOICES = new Choices(false, Set.copyOf(Gates.names()));

    private final SparkSession spark;
    private final Storage storage;
    private final Layout layout;
    private final List<Policy> policies;
    private final int days;
    private final long seed;
    private final int retrainEvery;
    private final PrintStream out;
    private final Set<String> rehearsed = new HashSet<>();

    /**
     * @param layout input: the world; output: folder of the simulation; models: of the configured policies
     * @param policies at least one, with names of their own; the first is what the others are compared with
     * @param days how many of the world's last days; at least 1, and a day must be left before them
     * @param seed of what built-in policies draw
     * @param retrainEvery so many days after the last training, and after the first day, configured policies train their
     *     heavy rankers; 0: never
     * @throws IllegalArgumentException when days are out of bounds
     */
    public Simulation(
            SparkSession spark,
            Layout layout,
            List<Policy> policies,
            int days,
            long seed,
            int retrainEvery,
            PrintStream out) {
        Bounds.atLeast("days", days, 1);
        Bounds.atLeast("days between trainings", retrainEvery, 0);
        this.spark = spark;
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
        this.layout = layout;
        this.policies = List.copyOf(policies);
        this.days = days;
        this.seed = seed;
        this.retrainEvery = retrainEvery;
        this.out = out;
    }

    /**
     * Runs it, or what is left of it.
     *
     * @throws PushrankException with exit code 2 when the folder holds another simulation, or the world has too few days, also for
     *     what is to be trained on;
     *     3 when the inputs are no synthetic world
     */
    public Evaluation run() {
        if (!World.isWorld(storage, layout.input())) {
            throw PushrankException.input("simulate needs a generated world, whose people can answer, but "
                    + layout.input() + " has no oracle_world");
        }
        Continuation world = new Continuation(spark, layout.input());
        LocalDate last = world.lastDay();
        LocalDate first = last.minusDays(days - 1L);
        if (!first.isAfter(world.firstDay())) {
            throw PushrankException.usage("--days must leave a day of history, but is " + days
                    + ", and the world begins on " + world.firstDay() + " and ends on " + last);
        }
        requireRetrainable(world, first);
        requireSame(world, first, last);
        atHome(world, first);
        Instant started = Instant.now();
        int done = 0;
        int all = days * policies.size();
        for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
            for (Policy policy : policies) {
                PolicyFolder folder = new PolicyFolder(storage, layout.output(), policy.name());
                folder.prepare(layout.input(), layout.output() + "/" + AT_HOME, first);
                if (folder.isDone(date)) {
                    all--;
                } else {
                    Instant begun = Instant.now();
                    if (policy instanceof Policy.Configured configured) {
                        prepare(configured, folder, world, first, date);
                    }
                    day(policy, folder, date);
                    done++;
                    tell(policy, date, begun, Duration.between(started, Instant.now()), done, all);
                }
            }
        }
        return new SimulationReport(
                        spark,
                        layout.output(),
                        policies.stream().map(Policy::name).toList(),
                        first,
                        last,
                        seed)
                .report();
    }

    private void tell(Policy policy, LocalDate date, Instant begun, Duration elapsed, int done, int all) {
        Duration left = elapsed.dividedBy(done).multipliedBy(all - (long) done);
        out.printf(
                "%s %-12s %5.1f s   %d of %d policy-days, %d:%02d:%02d left%n",
                date,
                policy.name(),
                seconds(begun),
                done,
                all,
                left.toHours(),
                left.toMinutesPart(),
                left.toSecondsPart());
        out.flush();
    }

    private void requireRetrainable(Continuation world, LocalDate first) {
        if (retrainEvery == 0) {
            return;
        }
        if (retrainEvery >= days) {
            throw PushrankException.usage(
                    "--retrain-every must be less than --days, " + days + ", but is " + retrainEvery);
        }
        List<Policy.Configured> trained = policies.stream()
                .filter(Policy.Configured.class::isInstance)
                .map(Policy.Configured.class::cast)
                .toList();
        if (trained.isEmpty()) {
            throw PushrankException.usage(
                    "--retrain-every needs a policy that has models: give --config or --policy default");
        }
        trained.forEach(policy -> Retraining.require(policy, first.plusDays(retrainEvery), world.firstDay()));
    }

    /** A folder goes on with one simulation: the same world, days, policies and models. */
    private void requireSame(Continuation world, LocalDate first, LocalDate last) {
        String file = layout.output() + "/" + SETTINGS;
        StringBuilder text = new StringBuilder("world " + layout.input() + " " + world.identity() + "\ndays " + first
                + " to " + last + "\nseed " + seed + "\n");
        if (retrainEvery > 0) {
            text.append("retrained every ").append(retrainEvery).append(" days\n");
        }
        Models models = new Models(spark, layout);
        for (Policy policy : policies) {
            text.append("policy ").append(policy.name());
            if (policy instanceof Policy.Configured configured) {
                requireAsOf(world, configured, first);
                text.append(" settings ")
                        .append(configured.vocabulary().settings().digest());
                for (ModelKind kind : ModelKind.values()) {
                    if (models.has(kind)) {
                        text.append(' ')
                                .append(kind.folder())
                                .append(' ')
                                .append(models.get(kind).digest());
                    }
                }
            }
            text.append('\n');
        }
        ModelTables ofSources = new ModelTables(storage, layout);
        Arrays.stream(Table.values())
                .filter(table -> table.group() == Table.Group.MODEL)
                .flatMap(table -> ofSources.version(table).stream())
                .forEach(version -> text.append("model ").append(version).append('\n'));
        String own = text.toString();
        if (storage.exists(file)) {
            String begun = storage.read(file);
            if (!begun.equals(own)) {
                throw PushrankException.usage(
                        layout.output() + " holds another simulation; give another --output.\nIts own:\n" + begun
                                + "This one:\n" + own);
            }
        } else {
            storage.write(file, own);
        }
    }

    private static void requireAsOf(Continuation world, Policy.Configured policy, LocalDate first) {
        Instant asOf = policy.vocabulary().config().asOf(first);
        if (!world.hasAsOf(first, asOf)) {
            throw PushrankException.usage("policy " + policy.name()
                    + ": as_of_hour must be the world's, but its first day is" + " decided at " + asOf);
        }
    }

    /** What people do at home, and what the pushes before the first day still lead to; the same for every policy. */
    private void atHome(Continuation world, LocalDate first) {
        String folder = layout.output() + "/" + AT_HOME;
        String done = layout.output() + "/" + AT_HOME + ".txt";
        if (storage.exists(done)) {
            return;
        }
        Dataset<Row> before = spark.read()
                .parquet(layout.input() + "/" + Layout.INPUTS + "/" + Table.NOTIFICATIONS.tableName())
                .filter(col("ds").lt(lit(first)));
        PolicyFolder.write(
                world.atHome(Table.ENGAGEMENTS, first)
                        .union(world.engagements(before).filter(col("ds").geq(lit(first)))),
                folder + "/" + Table.ENGAGEMENTS.tableName());
        PolicyFolder.write(
                world.atHome(Table.VISITS, first)
                        .union(world.visits(before).filter(col("ds").geq(lit(first)))),
                folder + "/" + Table.VISITS.tableName());
        storage.write(done, "");
    }

    /** Brings the pipeline to where it is before a day: with models of its own, where these learn on. */
    private void prepare(
            Policy.Configured policy, PolicyFolder folder, Continuation world, LocalDate first, LocalDate date) {
        if (retrainEvery == 0) {
            return;
        }
        folder.keepModels(layout.models());
        long day = ChronoUnit.DAYS.between(first, date);
        if (day > 0 && day % retrainEvery == 0) {
            Instant begun = Instant.now();
            String given = new Models(spark, layout).get(ModelKind.HEAVY).version();
            String outcome = new Retraining(spark, layout(folder), policy.vocabulary(), CHOICES)
                    .before(date, world.firstDay(), given, quiet())
                    .map(reason -> "heavy ranker stays: " + reason)
                    .orElse("heavy ranker retrained");
            out.printf("%s %-12s %5.1f s   %s%n", date, policy.name(), seconds(begun), outcome);
        }
    }

    private Layout layout(PolicyFolder folder) {
        return new Layout(folder.input(), folder.output(), retrainEvery == 0 ? layout.models() : folder.models());
    }

    private static Progress quiet() {
        return new Progress(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }

    private static double seconds(Instant begun) {
        return Duration.between(begun, Instant.now()).toMillis() / 1000.0;
    }

    private void day(Policy policy, PolicyFolder folder, LocalDate date) {
        folder.reset(date);
        Continuation world = new Continuation(spark, folder.input());
        folder.add(Table.USERS, world.users(date), date);
        Dataset<Row> outcomes =
                world.notifications(sends(policy, folder, world, date), date).persist(StorageLevel.MEMORY_AND_DISK());
        Dataset<Row> notifications = outcomes.drop("has_opted_out");
        folder.add(Table.NOTIFICATIONS, notifications, date);
        folder.add(Table.ENGAGEMENTS, world.engagements(notifications), date);
        folder.add(Table.VISITS, world.visits(notifications), date);
        folder.finish(outcomes.drop("ds"), date);
        outcomes.unpersist();
    }

    private Dataset<Row> sends(Policy policy, PolicyFolder folder, Continuation world, LocalDate date) {
        if (policy instanceof Policy.BuiltIn builtIn) {
            return world.sends(builtIn.policy(), date, seed);
        }
        return sends((Policy.Configured) policy, folder, date);
    }

    private Dataset<Row> sends(Policy.Configured policy, PolicyFolder folder, LocalDate date) {
        Layout own = layout(folder);
        Run run = new Run(spark, own, policy.vocabulary(), date, "simulate", CHOICES, quiet());
        if (!rehearsed.add(policy.name())) {
            run.rehearsed();
        }
        run.stages(Stage.all());
        try (StageContext context = StageContext.of(
                spark,
                own,
                policy.vocabulary(),
                date,
                policy.vocabulary().config().asOf(date),
                Findings.none())) {
            List<Row> sends = new ArrayList<>(context.read(Table.SENDS).collectAsList());
            return spark.createDataFrame(sends, Table.SENDS.schema());
        }
    }
}
