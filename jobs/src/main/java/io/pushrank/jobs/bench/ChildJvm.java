package io.pushrank.jobs.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A fresh JVM with the options and the class path of this one: nothing that ran before has warmed or filled it. */
final class ChildJvm {
    private ChildJvm() {}

    /**
     * Runs a main class until it ends.
     *
     * @param out receives what it prints, indented
     * @throws IllegalStateException when it ends with another exit code than 0
     */
    static void run(Class<?> main, List<String> arguments, PrintStream out) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            // An interrupted bench leaves nothing running.
            Thread stop = new Thread(process::destroy);
            Runtime.getRuntime().addShutdownHook(stop);
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                lines.lines().forEach(line -> out.println("  " + line));
                int code = process.waitFor();
                if (code != 0) {
                    throw new IllegalStateException(
                            main.getSimpleName() + " must end with exit code 0, but ended with " + code);
                }
            } finally {
                // Nothing where it has ended.
                process.destroy();
                Runtime.getRuntime().removeShutdownHook(stop);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + main.getSimpleName() + " ran", failure);
        }
    }
}
