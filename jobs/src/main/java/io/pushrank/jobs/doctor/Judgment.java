package io.pushrank.jobs.doctor;

import static io.pushrank.jobs.doctor.Finding.failUnless;
import static io.pushrank.jobs.doctor.Finding.ok;
import static io.pushrank.jobs.doctor.Finding.warnUnless;

import io.pushrank.jobs.config.PinnedSettings;
import io.pushrank.jobs.config.Secrets;
import io.pushrank.jobs.run.Sessions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a JVM's report means. */
final class Judgment {
    private static final long MEBIBYTE = 1L << 20;
    /** Native memory that TensorFlow, the JVM itself and Spark's buffers take beside the heap, at the least. */
    private static final long LEAST_NATIVE_BYTES = 512 * MEBIBYTE;
    /** Clocks this far apart put runs into the wrong order. */
    private static final long MOST_SKEW_MILLIS = 2000;

    private Judgment() {}

    /**
     * @param tasksAtOnce tasks that run at once in the JVM
     * @param threadsOfTask TensorFlow's threads inside one operation
     */
    static List<Finding> of(JvmReport jvm, int tasksAtOnce, int threadsOfTask) {
        String where = jvm.where();
        boolean isDriver = where.startsWith(Access.DRIVER);
        String role = isDriver ? "spark.driver" : "spark.executor";
        String options = isDriver ? "spark.driver.extraJavaOptions" : "spark.executor.defaultJavaOptions";
        List<Finding> findings = new ArrayList<>();
        findings.add(failUnless(
                Runtime.Version.parse(jvm.java()).feature() >= 17,
                where,
                "Java",
                jvm.java(),
                "run on Java 17 or later: JAVA_HOME on every machine"));
        findings.add(failUnless(
                jvm.closedPackages().isEmpty(),
                where,
                "opened packages",
                jvm.closedPackages().isEmpty() ? "all" : "closed: " + String.join(", ", jvm.closedPackages()),
                "use " + options + " of conf/spark-defaults.conf (--properties-file)"));
        findings.add(warnUnless(
                jvm.hasVectorModule(),
                where,
                "Vector API",
                jvm.hasVectorModule() ? "there" : "missing",
                "the light ranker is several times slower: add --add-modules=jdk.incubator.vector to " + options));
        findings.add(warnUnless(
                jvm.timeZone().equals("UTC"),
                where,
                "time zone",
                jvm.timeZone(),
                "add -Duser.timezone=UTC to " + options));
        tensorFlow(jvm, findings);
        memory(jvm, role, findings);
        findings.add(warnUnless(
                tasksAtOnce * threadsOfTask <= jvm.machine().processors(),
                where,
                "threads",
                tasksAtOnce + " tasks of " + threadsOfTask + " threads on "
                        + jvm.machine().processors() + " processors",
                "set heavy_rank.intra_op_threads to 1, or spark.task.cpus to it"));
        jvm.copies().forEach((library, places) -> {
            if (places.size() != 1) {
                findings.add(copies(where, library, places));
            }
        });
        if (jvm.copies().values().stream().allMatch(places -> places.size() == 1)) {
            findings.add(ok(where, "class path", "each library once"));
        }
        jvm.access()
                .troubles()
                .forEach(trouble -> findings.add(new Finding(
                        Finding.Level.FAILURE,
                        where,
                        trouble.what(),
                        trouble.message(),
                        "every machine must reach it under this same path, readable and writable")));
        if (jvm.access().troubles().isEmpty() && !jvm.access().tried().isEmpty()) {
            findings.add(ok(where, "paths", String.join(", ", jvm.access().tried()) + " can be used"));
        }
        return findings;
    }

    private static void tensorFlow(JvmReport jvm, List<Finding> findings) {
        boolean isMusl = jvm.machine().libc().equals("musl");
        findings.add(failUnless(
                jvm.tensorFlowFailure().isEmpty(),
                jvm.where(),
                "TensorFlow",
                jvm.tensorFlowFailure().isEmpty() ? jvm.tensorFlow() + " multiplies" : jvm.tensorFlowFailure(),
                isMusl
                        ? "take an image with glibc (Debian, Ubuntu, Red Hat): TensorFlow is not built for musl"
                        : "give the jar of the native library: --jars tensorflow-core-native-…-linux-x86_64.jar,"
                                + " spark.{driver,executor}.extraClassPath, or the jar that has it inside"));
        String flags = jvm.machine().flags().isEmpty()
                ? "unknown"
                : String.join(" ", jvm.machine().flags());
        findings.add(warnUnless(
                jvm.machine().flags().contains("avx2"),
                jvm.where(),
                "CPU",
                flags + ", "
                        + (jvm.machine().libc().isEmpty()
                                ? "unknown libc"
                                : jvm.machine().libc()),
                "choose machines with AVX2: scoring is several times slower without"));
        // With these instructions TensorFlow uses it unless told not to.
        boolean onByItself = jvm.machine().flags().contains("avx512_vnni");
        findings.add(warnUnless(
                jvm.oneDnn().equals("1") || (jvm.oneDnn().isEmpty() && onByItself),
                jvm.where(),
                "oneDNN",
                jvm.oneDnn().isEmpty()
                        ? "TF_ENABLE_ONEDNN_OPTS is not set" + (onByItself ? ", and on with AVX-512 and VNNI" : "")
                        : "TF_ENABLE_ONEDNN_OPTS=" + jvm.oneDnn(),
                "set TF_ENABLE_ONEDNN_OPTS=1 (spark.executorEnv.…), which pays on AVX2 too"));
    }

    private static void memory(JvmReport jvm, String role, List<Finding> findings) {
        long available = jvm.machine().availableBytes();
        long limit = jvm.machine().limitBytes();
        findings.add(warnUnless(
                available < 0 || available >= LEAST_NATIVE_BYTES,
                jvm.where(),
                "free memory",
                available < 0 ? "unknown" : bytes(available),
                "leave at least " + bytes(LEAST_NATIVE_BYTES)
                        + " for TensorFlow: fewer or smaller executors a machine"));
        findings.add(warnUnless(
                limit < 0 || limit - jvm.heapBytes() >= LEAST_NATIVE_BYTES,
                jvm.where(),
                "memory beside the heap",
                limit < 0
                        ? "no limit, heap " + bytes(jvm.heapBytes())
                        : bytes(Math.max(0, limit - jvm.heapBytes())) + " of " + bytes(limit),
                "raise " + role + ".memoryOverhead: TensorFlow's memory is not in the heap"));
    }

    private static Finding copies(String where, String library, List<String> places) {
        return places.isEmpty()
                ? new Finding(
                        Finding.Level.WARNING,
                        where,
                        "class path",
                        library + " is not there",
                        "compare --jars with conf/README.md")
                : new Finding(
                        Finding.Level.WARNING,
                        where,
                        "class path",
                        library + " is there " + places.size() + " times: " + String.join(", ", places),
                        "take all but one away; the first wins");
    }

    /** How far an executor's clock is off, when it was asked between two instants of the driver's clock. */
    static Finding clock(JvmReport executor, long before, long after) {
        long skew = Math.max(0, Math.max(before - executor.startedMillis(), executor.endedMillis() - after));
        return warnUnless(
                skew <= MOST_SKEW_MILLIS,
                executor.where(),
                "clock",
                skew == 0 ? "as the driver's" : "off by " + skew + " ms at least",
                "synchronize the machines' clocks (chrony, ntpd)");
    }

    /**
     * What a run does with the cluster's settings for Spark SQL and Parquet: which it overrides, and which it uses though
     * neither Spark nor pushrank would set them.
     */
    static List<Finding> settings(Map<String, String> settings) {
        List<Finding> findings = new ArrayList<>();
        List<PinnedSettings.Overridden> overrides = PinnedSettings.overrides(settings);
        overrides.forEach(each -> findings.add(ok(
                "cluster",
                "Spark setting",
                shown(each.name(), each.theirs()) + " is overridden by "
                        + (each.ours() == null ? "Spark's default" : each.ours()))));
        Set<String> overridden =
                overrides.stream().map(PinnedSettings.Overridden::name).collect(Collectors.toSet());
        new TreeMap<>(settings).forEach((name, value) -> {
            boolean isOfInterest = name.startsWith("spark.sql.") || name.startsWith("spark.hadoop.parquet.");
            if (isOfInterest
                    && !overridden.contains(name)
                    && !PinnedSettings.isPinned(name)
                    && !PinnedSettings.isSparksDefault(name, value)
                    && !Sessions.isOurs(name, value)) {
                findings.add(ok("cluster", "Spark setting", shown(name, value) + " is used"));
            }
        });
        return findings.isEmpty() ? List.of(ok("cluster", "Spark settings", "none of its own")) : findings;
    }

    private static String shown(String name, String value) {
        return name + "=" + Secrets.masked(name, value);
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes / MEBIBYTE);
    }
}
