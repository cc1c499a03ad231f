package io.pushrank.jobs.bench;

import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * What an executor's process holds; in local mode that is the driver's.
 *
 * @param executor its id
 * @param residentBytes what the operating system holds in memory for it
 * @param heapBytes what of it the JVM's heap has taken, used or not
 */
record ExecutorMemory(String executor, long residentBytes, long heapBytes) {
    /** TensorFlow's memory, Spark's buffers, the JVM's own. */
    long nativeBytes() {
        return residentBytes - heapBytes;
    }

    /** The largest executor of those that answer. */
    static ExecutorMemory largest(SparkSession spark) {
        JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
        int tasks = 4 * context.defaultParallelism();
        List<String> answers = context.parallelize(Collections.nCopies(tasks, 0), tasks)
                .map(task -> SparkEnv.get().executorId() + " " + ResidentMemory.bytes() + " "
                        + ManagementFactory.getMemoryMXBean()
                                .getHeapMemoryUsage()
                                .getCommitted())
                .collect();
        return answers.stream()
                .map(answer -> answer.split(" "))
                .map(words -> new ExecutorMemory(words[0], Long.parseLong(words[1]), Long.parseLong(words[2])))
                .max(Comparator.comparingLong(ExecutorMemory::residentBytes))
                .orElseThrow();
    }
}
