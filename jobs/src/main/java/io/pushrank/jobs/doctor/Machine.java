package io.pushrank.jobs.doctor;

import io.pushrank.udf.model.CpuFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the operating system says of the machine or container.
 *
 * @param processors that the JVM may use
 * @param flags those of the CPU's flags that matter to TensorFlow and the light ranker
 * @param availableBytes memory that programs could still take; -1 where Linux does not say
 * @param limitBytes what the container may take in all; -1 without a limit
 * @param libc name and version of the C library; empty where it does not say
 */
record Machine(int processors, Set<String> flags, long availableBytes, long limitBytes, String libc) {
    private static final Set<String> FLAGS =
            Set.of("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16");

    static Machine here() {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                flags(lines(Path.of("/proc/cpuinfo"))),
                available(lines(Path.of("/proc/meminfo"))),
                limit(lines(Path.of("/sys/fs/cgroup/memory.max"))),
                nameOfLibc());
    }

    static Set<String> flags(List<String> cpuInformation) {
        Set<String> found = new TreeSet<>(CpuFlags.of(cpuInformation));
        found.retainAll(FLAGS);
        return found;
    }

    static long available(List<String> memoryInformation) {
        return memoryInformation.stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(-1);
    }

    /** A file without a number says "max". */
    static long limit(List<String> controlGroup) {
        return controlGroup.stream()
                .filter(line -> line.matches("\\d+"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(-1);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException notThisKindOfSystem) {
            return List.of();
        }
    }

    private static String nameOfLibc() {
        if (Files.exists(Path.of("/lib/ld-musl-x86_64.so.1"))) {
            return "musl";
        }
        try {
            Process process = new ProcessBuilder("getconf", "GNU_LIBC_VERSION")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException noSuchProgram) {
            return "";
        }
    }
}
