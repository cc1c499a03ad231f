package io.pushrank.jobs.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.run.Manifest.StageReport;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiles: made once for each day, read in place of events, and made again where files have changed. */
class TileRunTest {
    private static final List<String> MADE_OF_TILES = List.of("post_counts", "edges", "edge_days", "affinities");
    private static final List<String> KINDS = List.of(
            "like",
            "repost",
            "reply",
            "quote",
            "click",
            "impression",
            "impression",
            "profile_visit",
            "dislike",
            "update");

    private final ConfigFile settings = ConfigFile.shipped()
            .set("inputs.lookback_days=3")
            .set("rules.sent_before.duplicate_days=3")
            .set("tiles.minimum_rows=1");

    @TempDir
    private Path directory;

    /** Seven days of acts of five people, some of them at the very instant at which a day's tile ends. */
    private TinyWorld world() {
        TinyWorld world = new TinyWorld(directory).people(1, 2, 3, 4, 5);
        for (int post = 10; post < 20; post++) {
            world.post(post, 1 + post % 5, TinyWorld.AS_OF.minus(Duration.ofHours(12L * (post - 9))));
        }
        Random random = new Random(14);
        for (int act = 0; act < 400; act++) {
            engage(world, random, TinyWorld.AS_OF.minusSeconds(random.nextInt(7 * 86_400) - 3600L));
        }
        for (int day = 0; day < 7; day++) {
            engage(world, random, TinyWorld.AS_OF.minus(Duration.ofDays(day)));
            engage(world, random, TinyWorld.AS_OF.minus(Duration.ofDays(day)).minusNanos(1000));
        }
        return world.write();
    }

    private static void engage(TinyWorld world, Random random, Instant at) {
        long post = 10L + random.nextInt(10);
        String kind = KINDS.get(random.nextInt(KINDS.size()));
        world.engagement(
                1 + random.nextInt(5), 1 + post % 5, kind.equals("profile_visit") ? null : (Long) post, kind, at);
    }

    private StageReport tiles(TinyWorld world, Choices choices) {
        return tiles(world, settings, choices);
    }

    /** What the last stage of the run did that makes tiles. */
    private static StageReport tiles(TinyWorld world, ConfigFile settings, Choices choices) {
        new Run(
                        SharedSpark.session(),
                        world.layout(),
                        Vocabulary.of(settings),
                        TinyWorld.DATE,
                        "tiles",
                        choices,
                        new Progress(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)))
                .tiles();
        Storage storage = new Storage(SharedSpark.session().sparkContext().hadoopConfiguration());
        List<Manifest> manifests = Manifest.of(storage, world.layout(), TinyWorld.DATE);
        List<StageReport> stages = manifests.get(manifests.size() - 1).stages();
        return stages.get(stages.size() - 1);
    }

    /** Rows of what is made of tiles, by relation; each as text, in order. */
    private Map<String, List<String>> known(TinyWorld world) {
        Map<String, List<String>> known = new TreeMap<>();
        try (StageContext context = world.context(settings)) {
            for (String relation : MADE_OF_TILES) {
                known.put(relation, rows(context.relations().all(relation)));
            }
        }
        return known;
    }

    private static List<String> rows(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(Row::toString).sorted().toList();
    }

    /** Days of the engagements that are read to know the edges, and whether tiles are. */
    private List<String> daysRead(StageContext context) {
        return Arrays.stream(context.relations().all("edge_days").inputFiles())
                .map(file -> file.replaceFirst(".*/(engagements|tiles/edge_acts)/ds=([0-9-]+)/.*", "$1 $2"))
                .distinct()
                .sorted()
                .toList();
    }

    @Test
    void whatIsKnownOfTilesIsWhatIsKnownOfTheEvents() {
        TinyWorld world = world();
        Map<String, List<String>> ofEvents = known(world);

        StageReport made = tiles(world, Choices.NONE);

        assertFalse(ofEvents.get("edges").isEmpty());
        assertEquals(ofEvents, known(world));
        assertEquals("tiles", made.stage());
        assertEquals(6, made.digests().size(), "two tiles of each of three days: " + made.digests());
        try (StageContext context = world.context(settings)) {
            assertEquals(
                    List.of(
                            "engagements 2026-03-11",
                            "tiles/edge_acts 2026-03-12",
                            "tiles/edge_acts 2026-03-13",
                            "tiles/edge_acts 2026-03-14"),
                    daysRead(context),
                    "events of the first hours of the look-back alone");
        }
    }

    @Test
    void tilesAreMadeOnceUnlessThatIsForced() {
        TinyWorld world = world();
        StageReport first = tiles(world, Choices.NONE);

        assertEquals(Map.of(), tiles(world, Choices.NONE).digests());
        assertEquals(first.digests(), tiles(world, new Choices(true, Set.of())).digests());
    }

    @Test
    void aFileThatComesLateHasTheTilesOfItsDayMadeAgain() throws IOException {
        TinyWorld world = world();
        tiles(world, Choices.NONE);
        TinyWorld late = new TinyWorld(directory.resolve("late"))
                .engagement(1, 4, 13L, "repost", TinyWorld.AS_OF.minus(Duration.ofDays(2)))
                .write();
        String day = "/engagements/ds=2026-03-12/";
        Files.copy(Path.of(late.input() + day + "part-0.parquet"), Path.of(world.input() + day + "part-late.parquet"));

        Map<String, List<String>> withoutThem = known(world);
        StageReport again = tiles(world, Choices.NONE);

        assertEquals(
                List.of(
                        "tiles/edge_acts/ds=2026-03-12",
                        "tiles/edge_acts/ds=2026-03-13",
                        "tiles/post_acts/ds=2026-03-12",
                        "tiles/post_acts/ds=2026-03-13"),
                List.copyOf(again.digests().keySet()),
                "the events of a day lie in two tiles");
        assertEquals(withoutThem, known(world), "tiles of other files were not used");
    }

    @Test
    void anInstantWithinTheDayIsMadeOfEvents() {
        TinyWorld world = world();
        tiles(world, Choices.NONE);

        try (StageContext context = StageContext.of(
                SharedSpark.session(),
                world.layout(),
                Vocabulary.of(settings),
                TinyWorld.DATE,
                TinyWorld.AS_OF.minusSeconds(3600),
                Findings.none())) {
            assertTrue(
                    daysRead(context).stream().allMatch(day -> day.startsWith("engagements")),
                    daysRead(context).toString());
        }
    }

    @Test
    void fewEventsAreNotWorthATile() {
        assertEquals(
                "validate", tiles(world(), ConfigFile.shipped(), Choices.NONE).stage());
    }
}
