package io.pushrank.udf.model;

import java.util.List;
import java.util.Set;

/** What a CPU can do, as Linux lists it in {@code /proc/cpuinfo}. */
public final class CpuFlags {
    private CpuFlags() {}

    /**
     * Flags of the first processor, such as {@code avx2}; empty where there is no such line.
     *
     * @param cpuInformation lines of {@code /proc/cpuinfo}
     */
    public static Set<String> of(List<String> cpuInformation) {
        return cpuInformation.stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> Set.copyOf(List.of(line.split("\\s+"))))
                .orElse(Set.of());
    }
}
