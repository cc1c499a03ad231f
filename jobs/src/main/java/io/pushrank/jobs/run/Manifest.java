package io.pushrank.jobs.run;

import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.config.Secrets;
import io.pushrank.jobs.gate.Verdict;
import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.RunStatus;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Partitions;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.text.OptionalKey;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run did: {@code _runs/ds=YYYY-MM-DD/<run_id>.json}.
 *
 * @param exitCode what the process returns; -1 while it runs
 * @param message why it failed; empty when it did not
 * @param configHash SHA-256 of the settings in effect
 * @param conf SHA-256 of each file of conf that was in effect, those of {@code --conf} under its name
 * @param codeHash SHA-256 of the build; empty in manifests of before it was noted
 * @param publishing how tables were published: {@code publishing.mode}; empty when that is not known
 * @param isForced whether stages were done again although their rows were published
 * @param accepted gates that whoever started the run let fail
 * @param models digest of each model package used
 * @param notes what stages found out about how they work, by the setting that it belongs to
 * @param verdicts what the gates found, in the order in which they were asked
 * @param stages what each stage did, in order
 */
public record Manifest(
        String runId,
        String verb,
        String date,
        String asOf,
        String startedAt,
        String endedAt,
        RunStatus status,
        int exitCode,
        String message,
        String configHash,
        @OptionalKey Map<String, String> conf,
        @OptionalKey String codeHash,
        @OptionalKey String publishing,
        @OptionalKey boolean isForced,
        @OptionalKey List<String> accepted,
        String input,
        String modelsDirectory,
        Map<String, String> models,
        @OptionalKey Map<String, String> notes,
        @OptionalKey List<Verdict> verdicts,
        List<StageReport> stages) {
    public Manifest {
        // Absent from manifests of earlier builds; verbs that look at all runs, such as clean, read those too.
        conf = conf == null ? Map.of() : conf;
        codeHash = codeHash == null ? "" : codeHash;
        publishing = publishing == null ? "" : publishing;
        accepted = accepted == null ? List.of() : accepted;
        notes = notes == null ? Map.of() : notes;
        verdicts = verdicts == null ? List.of() : verdicts;
    }

    /**
     * What a stage did.
     *
     * @param rowsIn rows that it decided on
     * @param digests for each table written its digest
     * @param reasons rows removed for each reason code
     * @param publishedBy the earlier run that did it, of the same inputs, code, settings and models; empty when this one did
     */
    public record StageReport(
            String stage,
            long rowsIn,
            long kept,
            long removed,
            double seconds,
            Map<String, String> digests,
            Map<String, Long> reasons,
            @OptionalKey String publishedBy) {
        public StageReport {
            // Absent from manifests of builds that did every stage of every run.
            publishedBy = publishedBy == null ? "" : publishedBy;
        }

        /** Whether it tells of the inputs: its reasons are those of their tables. */
        boolean isValidation() {
            return stage.equals(Validation.STAGE);
        }

        /** Its name among the facts of a publication. */
        static final String FACT = "report";

        /** Of a stage that was published by an earlier run. */
        static StageReport of(Publication.Stage published) {
            StageReport report = Json.value(published.facts().get(FACT), StageReport.class);
            return new StageReport(
                    report.stage(),
                    report.rowsIn(),
                    report.kept(),
                    report.removed(),
                    0,
                    report.digests(),
                    report.reasons(),
                    published.runId());
        }

        /** Seconds since a stage started, to the millisecond. */
        public static double secondsSince(Instant started) {
            return ChronoUnit.MILLIS.between(started, Instant.now()) / 1000.0;
        }
    }

    void write(Storage storage, Layout layout) {
        storage.write(file(layout), Secrets.masked(Json.text(this)));
    }

    private String file(Layout layout) {
        return layout.manifests(LocalDate.parse(date)) + "/" + runId + ".json";
    }

    /** Statuses of all runs that left a manifest, by their identifiers. */
    public static Map<String, RunStatus> statuses(Storage storage, Layout layout) {
        Map<String, RunStatus> statuses = new HashMap<>();
        for (LocalDate day : Partitions.days(storage, layout.manifests())) {
            of(storage, layout, day).forEach(manifest -> statuses.put(manifest.runId(), manifest.status()));
        }
        return statuses;
    }

    /** The manifests of a date, the first run first. */
    public static List<Manifest> of(Storage storage, Layout layout, LocalDate date) {
        return storage.files(layout.manifests(date)).stream()
                .filter(name -> name.endsWith(".json") && !name.startsWith("."))
                .map(name -> layout.manifests(date) + "/" + name)
                .map(file -> Json.parse(file, storage.read(file), Manifest.class))
                .toList();
    }
}
