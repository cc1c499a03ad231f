package io.pushrank.jobs.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code clean} takes what stopped runs left, and nothing that anyone needs. */
class CleaningTest {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 14);
    private static final String PATH = "sends/ds=" + DAY;
    private static final Instant FAR_AHEAD = Instant.parse("2999-01-01T00:00:00Z");
    private static final Instant LONG_AGO = Instant.EPOCH;

    private final Storage storage = new Storage(new Configuration());
    private final Map<String, RunStatus> statuses = new HashMap<>();

    @TempDir
    private Path directory;

    private Layout layout;
    private Cleaning cleaning;

    @BeforeEach
    void makeLayout() {
        layout = new Layout("input", directory.toString(), "models");
        cleaning = new Cleaning(storage, layout, statuses);
    }

    private void file(String path) {
        storage.write(layout.output() + "/" + path, "rows");
    }

    private void publish(String folder, String staged, String file) {
        PublicationLog log = new PublicationLog(storage, layout, Channel.DAILY, DAY);
        log.publish(
                "quality-control",
                log.fence(List.of("quality-control")),
                new Publication.Stage("run", "", "", List.of(PATH), Map.of()),
                Map.of(PATH, new Publication.Partition(folder, staged, new TreeMap<>(Map.of(file, 4L)), 1, "")),
                List.of());
    }

    private List<String> left(Instant idleSince) {
        return cleaning.clean(idleSince, true).stream()
                .map(left -> layout.relative(left.folder()) + ": " + left.why())
                .toList();
    }

    @Test
    void whatAFailedRunLeftGoesAtOnceAndWhatARunningOneWroteStays() {
        statuses.put("failed", RunStatus.FAILED);
        statuses.put("running", RunStatus.RUNNING);
        file("_staging/failed/0/part-1");
        file("_staging/running/0/part-1");

        assertEquals(List.of("_staging/failed/0: its run is failed"), left(LONG_AGO));
        assertTrue(storage.exists(layout.staging("failed") + "/0"), "only asked");
        List<Cleaning.Left> deleted = cleaning.clean(LONG_AGO, false);

        assertEquals(List.of(4L), deleted.stream().map(Cleaning.Left::bytes).toList());
        assertEquals(List.of("running"), storage.folders(layout.staging()));
    }

    @Test
    void aRunThatWroteNothingForLongWasStopped() {
        statuses.put("running", RunStatus.RUNNING);
        file("_staging/running/0/part-1");
        file("_staging/unknown/0/part-1");

        assertEquals(2, cleaning.clean(FAR_AHEAD, false).size());

        assertFalse(storage.exists(layout.staging()));
    }

    @Test
    void whatIsPublishedAndNotMovedYetIsMovedNotDeleted() {
        statuses.put("killed", RunStatus.RUNNING);
        file("_staging/killed/0/part-1");
        file("_staging/killed/1/part-2");
        publish(PATH, "_staging/killed/0", "part-1");

        List<Cleaning.Left> deleted = cleaning.clean(FAR_AHEAD, false);

        assertEquals(
                List.of(layout.staging("killed") + "/1"),
                deleted.stream().map(Cleaning.Left::folder).toList());
        assertEquals(
                List.of("part-1"),
                List.copyOf(
                        storage.dataFileLengths(layout.output() + "/" + PATH).keySet()));
        assertFalse(storage.exists(layout.staging()));
    }

    @Test
    void filesThatStayWhereTheyWereWrittenGoWhenTheyAreReplacedAndTheirReadersHadTime() throws IOException {
        file("_data/before/0/part-1");
        publish("_data/before/0", "_data/before/0", "part-1");
        file("_data/after/0/part-2");
        publish("_data/after/0", "_data/after/0", "part-2");

        assertEquals(List.of(), left(LONG_AGO));
        // Written long ago, and replaced only now.
        Path written = directory.resolve("_data/before/0/part-1");
        Files.setLastModifiedTime(written, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        assertEquals(List.of(), left(Instant.parse("2021-01-01T00:00:00Z")));
        assertEquals(List.of("_data/before/0: replaced, or never published"), left(FAR_AHEAD));
        cleaning.clean(FAR_AHEAD, false);

        assertEquals(List.of("after"), storage.folders(layout.data()));
        assertEquals(
                List.of("part-2"),
                List.copyOf(storage.dataFileLengths(layout.data() + "/after/0").keySet()));
    }

    @Test
    void indexesThatWereMadeLongAgoGo() {
        file("_indexes/posts/2026-03-14.digest");

        assertEquals(List.of(), cleaning.cleanIndexes(Instant.now().minusSeconds(3600), false));
        assertEquals(
                List.of(new Cleaning.Left(
                        layout.indexes() + "/posts/2026-03-14.digest", 4, "made before " + FAR_AHEAD)),
                cleaning.cleanIndexes(FAR_AHEAD, true));
        assertTrue(storage.exists(layout.indexes() + "/posts/2026-03-14.digest"), "only asked");
        cleaning.cleanIndexes(FAR_AHEAD, false);
        assertEquals(List.of(), storage.files(layout.indexes() + "/posts"));
    }

    @Test
    void tilesOfDaysThatAreLongPastGoAndTheLatestStay() {
        List<LocalDate> days = List.of(DAY.minusDays(2), DAY.minusDays(1), DAY);
        days.forEach(this::publishTile);
        Cleaning.Left oldest =
                new Cleaning.Left(layout.tile("acts", DAY.minusDays(2)), 4, "of a day before " + DAY.minusDays(1));

        assertEquals(List.of(), cleaning.cleanTiles(3, false));
        assertEquals(List.of(oldest), cleaning.cleanTiles(2, true));
        assertTrue(storage.exists(oldest.folder()), "only asked");
        assertEquals(List.of(oldest), cleaning.cleanTiles(2, false));
        assertEquals(days.subList(1, 3), new PublishedTables(storage, layout).days(Channel.TILES));
        assertFalse(storage.exists(oldest.folder()));
        assertTrue(storage.exists(layout.tile("acts", DAY)));
    }

    private void publishTile(LocalDate day) {
        String path = layout.relative(layout.tile("acts", day));
        file(path + "/part.parquet");
        PublicationLog log = new PublicationLog(storage, layout, Channel.TILES, day);
        log.publish(
                "acts",
                log.fence(List.of("acts")),
                new Publication.Stage("run", "", "", List.of(path), Map.of()),
                Map.of(
                        path,
                        new Publication.Partition(
                                path, "_staging/run/0", new TreeMap<>(Map.of("part.parquet", 4L)), 1, "")),
                List.of());
    }
}
