package io.pushrank.jobs.bench;

import io.pushrank.jobs.report.Metrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.FileScanRDD;
import org.apache.spark.storage.RDDInfo;
import scala.jdk.javaapi.CollectionConverters;

/** Counts what Spark did since it was last asked: jobs, tasks, scans of files, shuffles, spills and skew. */
final class SparkWork extends SparkListener {
    private static final long DRAIN_MILLIS = 60_000;

    private final SparkSession spark;
    /** RDDs that read files, of which a scan was counted. */
    private final Set<Integer> scans = new HashSet<>();

    /** Milliseconds of each task, by stage and attempt, until the stage is over. */
    private final Map<String, List<Double>> durations = new HashMap<>();

    private Counts counts = new Counts();

    private static final class Counts {
        private long jobs;
        private long tasks;
        private long scans;
        private long readRows;
        private long readBytes;
        private long shuffleWritten;
        private long shuffleRead;
        private long spilledMemory;
        private long spilledDisk;
        private double slowestMillis;
        private double skew = Double.NaN;
    }

    private SparkWork(SparkSession spark) {
        this.spark = spark;
    }

    /** Listens from now on. */
    static SparkWork listenTo(SparkSession spark) {
        SparkWork work = new SparkWork(spark);
        spark.sparkContext().addSparkListener(work);
        return work;
    }

    /**
     * What was done since the last call. {@code skew} is the longest over the median task of the Spark stage that took longest;
     * {@code read_rows} are rows of files, and {@code read_bytes} bytes of files and of what was kept in memory.
     */
    Metrics take() {
        try {
            // Events come on a thread of their own.
            spark.sparkContext().listenerBus().waitUntilEmpty(DRAIN_MILLIS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("Spark's events must arrive within a minute, but did not", late);
        }
        Counts taken = swap();
        return new Metrics()
                .put("jobs", taken.jobs)
                .put("tasks", taken.tasks)
                .put("scans", taken.scans)
                .put("read_rows", taken.readRows)
                .put("read_bytes", taken.readBytes)
                .put("shuffle_written_bytes", taken.shuffleWritten)
                .put("shuffle_read_bytes", taken.shuffleRead)
                .put("spilled_memory_bytes", taken.spilledMemory)
                .put("spilled_disk_bytes", taken.spilledDisk)
                .put("slowest_spark_stage_seconds", taken.slowestMillis / 1000)
                .put("skew", taken.skew);
    }

    private synchronized Counts swap() {
        Counts taken = counts;
        counts = new Counts();
        return taken;
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart job) {
        counts.jobs++;
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        counts.tasks++;
        durations
                .computeIfAbsent(end.stageId() + "." + end.stageAttemptId(), absent -> new ArrayList<>())
                .add((double) end.taskInfo().duration());
        TaskMetrics metrics = end.taskMetrics();
        if (metrics != null) {
            counts.readBytes += metrics.inputMetrics().bytesRead();
            counts.readRows += metrics.inputMetrics().recordsRead();
            counts.shuffleWritten += metrics.shuffleWriteMetrics().bytesWritten();
            counts.shuffleRead += metrics.shuffleReadMetrics().totalBytesRead();
            counts.spilledMemory += metrics.memoryBytesSpilled();
            counts.spilledDisk += metrics.diskBytesSpilled();
        }
    }

    @Override
    public synchronized void onStageCompleted(SparkListenerStageCompleted completed) {
        StageInfo stage = completed.stageInfo();
        for (RDDInfo rdd : CollectionConverters.asJava(stage.rddInfos())) {
            if (rdd.name().equals(FileScanRDD.class.getSimpleName()) && scans.add(rdd.id())) {
                counts.scans++;
            }
        }
        List<Double> tasks = durations.remove(stage.stageId() + "." + stage.attemptNumber());
        if (tasks == null
                || stage.submissionTime().isEmpty()
                || stage.completionTime().isEmpty()) {
            return;
        }
        double millis = (Long) stage.completionTime().get()
                - (Long) stage.submissionTime().get();
        if (millis >= counts.slowestMillis) {
            double[] all = tasks.stream().mapToDouble(Double::doubleValue).toArray();
            counts.slowestMillis = millis;
            counts.skew = StatUtils.max(all) / Math.max(1, StatUtils.percentile(all, 50));
        }
    }
}
