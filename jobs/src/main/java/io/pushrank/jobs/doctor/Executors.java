package io.pushrank.jobs.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/** Asks every executor for its report. Spark places tasks as it likes, so that small tasks are started until all answered. */
final class Executors {
    /** Executors that have not registered or answered after this are said to be missing. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long TASK_MILLIS = 200;

    private final JavaSparkContext spark;

    /** An executor's report, and the driver's clock before and after it was made. */
    record Answer(JvmReport report, long before, long after) {}

    Executors(SparkContext spark) {
        this.spark = new JavaSparkContext(spark);
    }

    /** Reports by executor; in local mode, where the driver is the executor, none. */
    List<Answer> ask(Access access) {
        if (spark.sc().isLocal()) {
            return List.of();
        }
        Map<String, Answer> answers = new TreeMap<>();
        Instant end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end) && answers.size() < Math.max(expected(), 1)) {
            long before = System.currentTimeMillis();
            int tasks = 4 * Math.max(spark.defaultParallelism(), expected());
            List<String> reports = spark.parallelize(Collections.nCopies(tasks, 0), tasks)
                    .map(task -> report(access).toJson())
                    .collect();
            long after = System.currentTimeMillis();
            for (String json : reports) {
                JvmReport report = JvmReport.parse(json);
                answers.putIfAbsent(report.where(), new Answer(report, before, after));
            }
        }
        return new ArrayList<>(answers.values());
    }

    /** Executors that the configuration asks for, or those that are registered. */
    int expected() {
        SparkConf conf = spark.getConf();
        int registered = spark.sc().statusTracker().getExecutorInfos().length - 1;
        int asked = conf.contains("spark.cores.max") && conf.contains("spark.executor.cores")
                ? conf.getInt("spark.cores.max", 0) / conf.getInt("spark.executor.cores", 1)
                : conf.getInt("spark.executor.instances", 0);
        return Math.max(registered, asked);
    }

    private static JvmReport report(Access access) throws InterruptedException {
        // A moment in each task, so that no executor is done with all of them before the next one has its first.
        Thread.sleep(TASK_MILLIS);
        return Holder.report(access);
    }

    /** One report a JVM, whatever the number of tasks. */
    private static final class Holder {
        private static JvmReport made;

        static synchronized JvmReport report(Access access) {
            if (made == null) {
                made = JvmReport.take("executor " + SparkEnv.get().executorId(), access);
            }
            return made;
        }
    }
}
