package io.pushrank.jobs.gate;

import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.exit.PushrankException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What verdicts lead to: a failed gate stops the run, unless somebody accepts it. */
public final class Gates {
    private static final int NAMED_FAILURES = 5;

    private Gates() {}

    /** Names of all gates, those of inputs first. */
    public static List<String> names() {
        return Arrays.stream(Gate.values()).map(Gate::gateName).toList();
    }

    /**
     * Gates that do not stop a run.
     *
     * @param configured what {@code gates.accepted} names
     * @param options what {@code --accept} names, for this run
     * @throws PushrankException with exit code 2 when either names a gate that does not exist
     */
    public static Set<String> accepted(Collection<String> configured, Collection<String> options) {
        requireKnown("config: gates.accepted", configured);
        requireKnown("--accept", options);
        Set<String> accepted = new TreeSet<>(configured);
        accepted.addAll(options);
        return accepted;
    }

    /** The verdicts in their order, failures of accepted gates marked as such. */
    public static List<Verdict> accept(List<Verdict> verdicts, Set<String> accepted) {
        return verdicts.stream()
                .map(verdict -> verdict.isFailed() && accepted.contains(verdict.gate()) ? verdict.accept() : verdict)
                .toList();
    }

    /**
     * Stops the run when a gate failed that is not accepted.
     *
     * @param exitCode of a failure: {@link ExitCode#INPUT_REJECTED} or {@link ExitCode#OUTPUT_REJECTED}
     * @return the verdicts as {@link #accept} gives them
     * @throws PushrankException with that exit code; the message has the worst failures first
     */
    public static List<Verdict> require(List<Verdict> verdicts, Set<String> accepted, ExitCode exitCode) {
        List<Verdict> judged = accept(verdicts, accepted);
        List<Verdict> failures = judged.stream()
                .filter(Verdict::isFailed)
                .sorted(Comparator.comparingDouble(Verdict::excess).reversed())
                .toList();
        if (failures.isEmpty()) {
            return judged;
        }
        switch (exitCode) {
            case INPUT_REJECTED ->
                throw PushrankException.input("inputs differ from the days before: " + text(failures));
            case OUTPUT_REJECTED ->
                throw PushrankException.output("outputs differ from the days before: " + text(failures));
            default -> throw new IllegalArgumentException("gates are about inputs or outputs, not " + exitCode);
        }
    }

    private static String text(List<Verdict> failures) {
        List<String> sentences = new ArrayList<>(
                failures.stream().limit(NAMED_FAILURES).map(Verdict::sentence).toList());
        if (failures.size() > NAMED_FAILURES) {
            sentences.add("and " + (failures.size() - NAMED_FAILURES) + " more");
        }
        List<String> options = names().stream()
                .filter(name ->
                        failures.stream().anyMatch(failure -> failure.gate().equals(name)))
                .map(name -> "--accept " + name)
                .toList();
        return String.join("; ", sentences) + ". If that is as it should be: " + String.join(" ", options);
    }

    private static void requireKnown(String where, Collection<String> names) {
        for (String name : names) {
            if (!names().contains(name)) {
                throw PushrankException.usage(where + " names " + name + ", known are " + names());
            }
        }
    }
}
