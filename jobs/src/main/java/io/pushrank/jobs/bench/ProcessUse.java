package io.pushrank.jobs.bench;

import com.sun.management.OperatingSystemMXBean;
import io.pushrank.jobs.report.Metrics;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * What this process used from one instant to another: all of its threads, so that the garbage collector, the compiler and
 * native code count too.
 */
final class ProcessUse {
    private final long startedNanos;
    private final long startedCpuNanos;

    private ProcessUse(long startedNanos, long startedCpuNanos) {
        this.startedNanos = startedNanos;
        this.startedCpuNanos = startedCpuNanos;
    }

    /** Since the process started. */
    static ProcessUse sinceStart() {
        long millis = ManagementFactory.getRuntimeMXBean().getUptime();
        return new ProcessUse(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(millis), 0);
    }

    /** From now on; the peak of resident memory begins anew, where the system allows that. */
    static ProcessUse fromNow() {
        ResidentMemory.resetPeak();
        return new ProcessUse(System.nanoTime(), cpuNanos());
    }

    /** Processor time since then, in seconds. */
    double cpuSeconds() {
        return 1e-9 * (cpuNanos() - startedCpuNanos);
    }

    /** Time since then, in seconds. */
    double seconds() {
        return 1e-9 * (System.nanoTime() - startedNanos);
    }

    /** Both, and the peak of resident memory. */
    Metrics metrics() {
        return new Metrics()
                .put("cpu_seconds", cpuSeconds())
                .put("seconds", seconds())
                .put("peak_resident_bytes", ResidentMemory.peakBytes());
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
