package io.pushrank.jobs.doctor;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Looks at driver, executors and paths for what would break or slow a run, before a run finds out. */
public final class Doctor {
    private final SparkSession spark;
    private final Layout layout;
    private final TensorFlowThreads threads;
    private final Configuration hadoop;
    private final Storage storage;
    private final List<Finding> findings = new ArrayList<>();

    public Doctor(SparkSession spark, Layout layout, RankingConfig config) {
        this.spark = spark;
        this.layout = layout;
        this.threads =
                new TensorFlowThreads(config.heavyRank().intraOpThreads(), TensorFlowThreads.DEFAULT.interOperation());
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.storage = new Storage(hadoop);
    }

    /** Everything that was looked at. Writes below the output, and deletes what it wrote. */
    public List<Finding> examine() {
        String scratch = layout.output() + "/_doctor-" + UUID.randomUUID();
        try {
            Access access = access(scratch);
            JvmReport driver = JvmReport.take(Access.DRIVER, access);
            findings.addAll(
                    Judgment.of(driver, spark.sparkContext().isLocal() ? tasksAtOnce() : 1, threads.intraOperation()));
            Executors executors = new Executors(spark.sparkContext());
            List<Executors.Answer> answers = executors.ask(access);
            for (Executors.Answer answer : answers) {
                findings.addAll(Judgment.of(answer.report(), tasksAtOnce(), threads.intraOperation()));
                findings.add(Judgment.clock(answer.report(), answer.before(), answer.after()));
            }
            cluster(answers, executors.expected());
            // The JVM's own, as spark-submit gave them: those of the session are pinned already.
            findings.addAll(Judgment.settings(PinnedSettings.settings(new SparkConf())));
            if (access.scratch() != null) {
                sharedOutput(scratch, answers);
            }
        } finally {
            attempt("output", () -> storage.delete(scratch), "the output folder must be writable");
        }
        return findings;
    }

    private Access access(String scratch) {
        String inputFile = attempt(
                "input",
                () -> {
                    String users = layout.inputTable(storage, Table.USERS) + "/"
                            + Layout.day(Inputs.latestDay(storage, layout));
                    return storage.dataFiles(users).stream().findFirst().orElse(null);
                },
                "give --input a folder with the tables of sample-data/data-dictionary.md");
        String models = "give --models a folder with trained models: train, or sample-data/models";
        attempt("light ranker", () -> ModelPackage.champion(layout.models(), ModelKind.LIGHT, hadoop), models);
        ModelPackage heavy =
                attempt("heavy ranker", () -> ModelPackage.champion(layout.models(), ModelKind.HEAVY, hadoop), models);
        String written = attempt(
                "output",
                () -> {
                    storage.write(scratch + "/" + Access.DRIVER, Access.DRIVER);
                    return scratch;
                },
                "give --output a folder that can be written");
        return new Access(new SerializableConfiguration(hadoop), inputFile, heavy, threads, written);
    }

    private <T> T attempt(String what, Supplier<T> action, String advice) {
        List<T> result = new ArrayList<>();
        attempt(
                what,
                () -> {
                    result.add(action.get());
                },
                advice);
        return result.isEmpty() ? null : result.get(0);
    }

    private void attempt(String what, Runnable action, String advice) {
        List<Access.Trouble> troubles = new ArrayList<>();
        Access.attempt(what, troubles, action);
        troubles.forEach(trouble ->
                findings.add(new Finding(Finding.Level.FAILURE, Access.DRIVER, what, trouble.message(), advice)));
    }

    private int tasksAtOnce() {
        int taskCores = spark.sparkContext().conf().getInt("spark.task.cpus", 1);
        int cores = spark.sparkContext().isLocal()
                ? spark.sparkContext().defaultParallelism()
                : spark.sparkContext().conf().getInt("spark.executor.cores", 1);
        return Math.max(1, cores / taskCores);
    }

    private void cluster(List<Executors.Answer> answers, int expected) {
        String master = spark.sparkContext().master();
        if (spark.sparkContext().isLocal()) {
            findings.add(Finding.ok("cluster", "executors", "none: " + master + " runs tasks in the driver"));
            return;
        }
        findings.add(Finding.failUnless(
                !answers.isEmpty(),
                "cluster",
                "executors",
                answers.isEmpty()
                        ? "none answered"
                        : answers.size() + " of " + expected + " answered, master " + master,
                "see the master's page: are there workers with the cores and the memory that were asked for?"));
        if (!answers.isEmpty() && answers.size() < expected) {
            findings.add(new Finding(
                    Finding.Level.WARNING,
                    "cluster",
                    "executors",
                    expected - answers.size() + " did not answer",
                    "see the master's page and the executors' logs"));
        }
    }

    /** What an executor wrote, the driver must see: an output on each machine's own disk would be lost. */
    private void sharedOutput(String scratch, List<Executors.Answer> answers) {
        List<String> seen = storage.files(scratch);
        for (Executors.Answer answer : answers) {
            String where = answer.report().where();
            if (!seen.contains(where.replace(' ', '-'))) {
                findings.add(new Finding(
                        Finding.Level.FAILURE,
                        where,
                        "output",
                        "the driver does not see what was written to " + scratch,
                        "give --output a path on a file system that all machines share"));
            }
        }
    }
}
