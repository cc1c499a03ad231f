package io.pushrank.jobs.run;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.RunId;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run that ended before it began, since its settings cannot be used: its manifest is all that {@code status} has of it. */
public final class RefusedRun {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedRun.class);

    private RefusedRun() {}

    /** Writes the manifest; where the output cannot be written either, the log says so and the refusal stands. */
    public static void record(Storage storage, Layout layout, String verb, LocalDate date, PushrankException refusal) {
        try {
            new ManifestWriter(
                            storage, layout, RunId.create(), verb, date, ManifestWriter.Settings.NONE, new RunLedger())
                    .failed(refusal.exitCode(), refusal.getMessage());
        } catch (UncheckedIOException unwritable) {
            LOG.warn("no manifest of the refused run: {}", unwritable.getMessage());
        }
    }
}
