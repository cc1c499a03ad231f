package io.pushrank.jobs.run;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.LocalDate;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** What all parts of a run share. */
record RunContext(
        SparkSession spark,
        Storage storage,
        Layout layout,
        Vocabulary vocabulary,
        LocalDate date,
        String runId,
        Choices choices,
        Progress progress,
        RunLedger ledger) {
    RankingConfig config() {
        return vocabulary.config();
    }

    /** What an earlier run published of a stage, when it is whole and made of the same; unless all is to be done again. */
    Optional<Publication.Stage> published(Publication publication, String stage, String fingerprint) {
        return Optional.ofNullable(publication.stages().get(stage))
                .filter(before -> !choices.isForced()
                        && before.fingerprint().equals(fingerprint)
                        && new PublishedTables(storage, layout).isWhole(publication, before));
    }

    /** Notes and shows what a stage did. */
    void add(Manifest.StageReport report) {
        ledger.reports.add(report);
        progress.end(report);
    }
}
