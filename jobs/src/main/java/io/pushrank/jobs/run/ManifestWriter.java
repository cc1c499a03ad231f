package io.pushrank.jobs.run;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.publish.CodeDigest;
import io.pushrank.jobs.publish.RunStatus;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Writes the manifest of a run: when it begins, and again when it has ended. */
final class ManifestWriter {
    private final Storage storage;
    private final Layout layout;
    private final String runId;
    private final String verb;
    private final LocalDate date;
    private final Settings settings;
    private final RunLedger ledger;
    private final String startedAt = now();

    ManifestWriter(
            Storage storage,
            Layout layout,
            String runId,
            String verb,
            LocalDate date,
            Settings settings,
            RunLedger ledger) {
        this.storage = storage;
        this.layout = layout;
        this.runId = runId;
        this.verb = verb;
        this.date = date;
        this.settings = settings;
        this.ledger = ledger;
    }

    /** What a run is told to do, as its manifest has it. */
    record Settings(
            String asOf,
            String configHash,
            Map<String, String> conf,
            String publishing,
            boolean isForced,
            List<String> accepted) {
        /** Of a run whose settings cannot be used. */
        static final Settings NONE = new Settings("", "", Map.of(), "", false, List.of());

        static Settings of(ConfigFile file, LocalDate date, Choices choices) {
            return new Settings(
                    file.config().asOf(date).toString(),
                    file.digest(),
                    file.folder().digests(),
                    file.config().publishing().mode().toString(),
                    choices.isForced(),
                    List.copyOf(choices.accepted()));
        }
    }

    /**
     * @throws UncheckedIOException when it cannot be written, here and below
     */
    void running() {
        write(RunStatus.RUNNING, -1, "");
    }

    void done() {
        write(RunStatus.DONE, ExitCode.DONE.code(), "");
    }

    /** @param message why, in one line */
    void failed(ExitCode exitCode, String message) {
        write(RunStatus.FAILED, exitCode.code(), message);
    }

    private void write(RunStatus status, int exitCode, String message) {
        new Manifest(
                        runId,
                        verb,
                        date.toString(),
                        settings.asOf(),
                        startedAt,
                        status.hasEnded() ? now() : "",
                        status,
                        exitCode,
                        message,
                        settings.configHash(),
                        settings.conf(),
                        CodeDigest.get(),
                        settings.publishing(),
                        settings.isForced(),
                        settings.accepted(),
                        layout.input(),
                        layout.models(),
                        ledger.models,
                        ledger.notes,
                        List.copyOf(ledger.verdicts),
                        List.copyOf(ledger.reports))
                .write(storage, layout);
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
