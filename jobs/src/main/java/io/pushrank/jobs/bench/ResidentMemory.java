package io.pushrank.jobs.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the operating system holds in memory for this process: heap, TensorFlow's memory and everything else. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");

    private ResidentMemory() {}

    static long bytes() {
        return bytes("VmRSS");
    }

    /** The most that it held since {@link #resetPeak}, or since it started where the system does not allow that. */
    static long peakBytes() {
        return bytes("VmHWM");
    }

    /** Has the peak begin anew with what is held now. */
    static boolean resetPeak() {
        try {
            // 5 is the kernel's word for it.
            Files.writeString(RESET, "5", StandardOpenOption.WRITE);
            return true;
        } catch (IOException notAllowed) {
            return false;
        }
    }

    private static long bytes(String name) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(name + ":")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            throw new IllegalStateException(STATUS + " has no line " + name);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
