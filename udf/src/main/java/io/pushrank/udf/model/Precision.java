package io.pushrank.udf.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;

/** What the heavy ranker's matrix products are calculated in. */
public enum Precision {
    /** Single precision. */
    @JsonProperty("fp32")
    FP32,
    /** bfloat16, where it keeps within {@link PrecisionCheck}'s bounds; a CPU without it is an error. */
    @JsonProperty("bf16")
    BF16,
    /** {@link #BF16} where the CPU has it, else {@link #FP32}. */
    @JsonProperty("auto")
    AUTO;

    /** Flags of /proc/cpuinfo, of which one must be there for bfloat16 to pay. */
    private static final Set<String> BF16_FLAGS = Set.of("avx512_bf16", "amx_bf16");

    /** Whether this machine's CPU multiplies in bfloat16. */
    public static boolean isBf16Native() {
        return isBf16Native(Path.of("/proc/cpuinfo"));
    }

    static boolean isBf16Native(Path cpuInformation) {
        try {
            return !Collections.disjoint(CpuFlags.of(Files.readAllLines(cpuInformation)), BF16_FLAGS);
        } catch (IOException noLinux) {
            return false;
        }
    }

    /** Why a machine does not calculate in bfloat16. */
    public static String missingFlags() {
        return "this CPU has neither avx512_bf16 nor amx_bf16 among its flags";
    }
}
