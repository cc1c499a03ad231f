package io.pushrank.jobs.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.pushrank.jobs.config.Secrets;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * What a run did: {@code _runs/ds=YYYY-MM-DD/<run_id>.json}.
 *
 * @param status running, done or failed
 * @param exitCode what the process returns; -1 while it runs
 * @param message why it failed; empty when it did not
 * @param models digest of each model package used
 * @param notes what stages found out about how they work, by the setting that it belongs to
 * @param stages what each stage did, in order
 */
public record Manifest(
        String runId,
        String verb,
        String date,
        String asOf,
        String startedAt,
        String endedAt,
        String status,
        int exitCode,
        String message,
        String configHash,
        String input,
        String modelsDirectory,
        Map<String, String> models,
        Map<String, String> notes,
        List<StageReport> stages) {
    private static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * What a stage did.
     *
     * @param rowsIn rows that it decided on
     * @param digests for each table written its digest
     * @param reasons rows removed for each reason code
     */
    public record StageReport(
            String stage,
            long rowsIn,
            long kept,
            long removed,
            double seconds,
            Map<String, String> digests,
            Map<String, Long> reasons) {
        /** Seconds since a stage started, to the millisecond. */
        public static double secondsSince(Instant started) {
            return ChronoUnit.MILLIS.between(started, Instant.now()) / 1000.0;
        }
    }

    void write(Storage storage, Layout layout) {
        try {
            storage.write(file(layout), Secrets.masked(JSON.writeValueAsString(this)) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest is plain text and numbers", e);
        }
    }

    private String file(Layout layout) {
        return layout.manifests(LocalDate.parse(date)) + "/" + runId + ".json";
    }

    /** The manifests of a date, the first run first. */
    public static List<Manifest> of(Storage storage, Layout layout, LocalDate date) {
        return storage.files(layout.manifests(date)).stream()
                .filter(name -> name.endsWith(".json") && !name.startsWith("."))
                .map(name -> parse(storage.read(layout.manifests(date) + "/" + name)))
                .toList();
    }

    private static Manifest parse(String text) {
        try {
            return JSON.readValue(text, Manifest.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest cannot be read: " + e.getOriginalMessage(), e);
        }
    }
}
