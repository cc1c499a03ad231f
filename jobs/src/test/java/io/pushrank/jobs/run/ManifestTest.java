package io.pushrank.jobs.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pushrank.jobs.publish.RunStatus;
import io.pushrank.jobs.run.Manifest.StageReport;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests stay with the output for as long as it is kept, longer than a build is in use. */
class ManifestTest {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 14);

    /** As the first build wrote it. */
    private static final String FIRST_BUILD =
            """
            {
              "run_id" : "20260314T120000-1a2b3c4d",
              "verb" : "daily",
              "date" : "2026-03-14",
              "as_of" : "2026-03-14T12:00:00Z",
              "started_at" : "2026-03-14T12:00:00Z",
              "ended_at" : "2026-03-14T12:10:00Z",
              "status" : "done",
              "exit_code" : 0,
              "message" : "",
              "config_hash" : "c0",
              "input" : "in",
              "models_directory" : "models",
              "models" : {
                "heavy/1" : "d1"
              },
              "stages" : [ {
                "stage" : "targets",
                "rows_in" : 3,
                "kept" : 2,
                "removed" : 1,
                "seconds" : 1.5,
                "digests" : {
                  "targets" : "d2"
                },
                "reasons" : {
                  "no_device" : 1
                }
              } ]
            }
            """;

    private final Storage storage = new Storage(new Configuration());

    @TempDir
    private Path directory;

    private Layout layout;

    @BeforeEach
    void makeLayout() {
        layout = new Layout("in", directory.toString(), "models");
    }

    private void written(String manifest) {
        storage.write(layout.manifests(DAY) + "/20260314T120000-1a2b3c4d.json", manifest);
    }

    @Test
    void aManifestOfTheFirstBuildIsReadAndWhatLaterBuildsAddedIsEmpty() {
        written(FIRST_BUILD);

        StageReport targets =
                new StageReport("targets", 3, 2, 1, 1.5, Map.of("targets", "d2"), Map.of("no_device", 1L), "");
        Manifest manifest = new Manifest(
                "20260314T120000-1a2b3c4d",
                "daily",
                "2026-03-14",
                "2026-03-14T12:00:00Z",
                "2026-03-14T12:00:00Z",
                "2026-03-14T12:10:00Z",
                RunStatus.DONE,
                0,
                "",
                "c0",
                Map.of(),
                "",
                "",
                false,
                List.of(),
                "in",
                "models",
                Map.of("heavy/1", "d1"),
                Map.of(),
                List.of(),
                List.of(targets));
        assertEquals(List.of(manifest), Manifest.of(storage, layout, DAY));
        assertEquals(
                Map.of("20260314T120000-1a2b3c4d", RunStatus.DONE),
                Manifest.statuses(storage, layout),
                "clean asks all runs for theirs");
    }

    @Test
    void whatEveryBuildWroteMustBeThere() {
        written(FIRST_BUILD.replace("  \"status\" : \"done\",\n", ""));

        assertEquals(
                layout.manifests(DAY) + "/20260314T120000-1a2b3c4d.json cannot be read: line 29: key status is missing",
                assertThrows(IllegalStateException.class, () -> Manifest.of(storage, layout, DAY))
                        .getMessage());
    }
}
