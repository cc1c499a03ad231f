package io.pushrank.jobs.run;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.explain.Explanation;
import io.pushrank.jobs.publish.PublicationLog;
import io.pushrank.jobs.publish.Publisher;
import io.pushrank.jobs.publish.RunStatus;
import io.pushrank.jobs.run.Manifest.StageReport;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.Targets;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages that need no model, run, published, run again, and explained. */
class RunTest {
    private final SparkSession spark = SharedSpark.session();
    private final Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    private ConfigFile config =
            ConfigFile.shipped().set("candidates.sources.social_proof=null").set("candidates.sources.popular=null");
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    private void run(TinyWorld world, Stage... stages) {
        run(world, Choices.NONE, stages);
    }

    private void run(TinyWorld world, Choices choices, Stage... stages) {
        new Run(
                        spark,
                        world.layout(),
                        Vocabulary.of(config),
                        TinyWorld.DATE,
                        "some stages",
                        choices,
                        new Progress(new PrintStream(printed, true, StandardCharsets.UTF_8)))
                .stages(List.of(stages));
    }

    private Manifest lastManifest(TinyWorld world) {
        List<Manifest> manifests = Manifest.of(storage, world.layout(), TinyWorld.DATE);
        return manifests.get(manifests.size() - 1);
    }

    private static Map<String, String> digests(Manifest manifest) {
        Map<String, String> digests = new TreeMap<>();
        manifest.stages().forEach(stage -> digests.putAll(stage.digests()));
        return digests;
    }

    private String explain(TinyWorld world, long user) {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        new Explanation(spark, world.layout(), TinyWorld.DATE, user)
                .print(new PrintStream(screen, true, StandardCharsets.UTF_8));
        return screen.toString(StandardCharsets.UTF_8);
    }

    /** User 1 can be sent a post of 2; 3 has no device, 4 follows nobody. */
    private TinyWorld world() {
        return new TinyWorld(directory)
                .people(1, 2, 4)
                .user(3)
                .follow(1, 2)
                .follow(1, 99)
                .post(10, 2, hoursBefore(1))
                .post(11, 2, hoursBefore(2))
                .post(12, 2, hoursBefore(3))
                .engagement(1, 2, 12L, "impression", hoursBefore(1))
                .notification(1, 9, 2, hoursBefore(30))
                .write();
    }

    /** As the rankers would have published it, both of user 1's candidates on their way, the lower item ranked first. */
    private static void rank(Layout layout, long user, boolean isHeavy) {
        Map<String, Object> first = candidate(user, 10, 1);
        Map<String, Object> second = candidate(user, 11, 2);
        for (Map<String, Object> row : List.of(first, second)) {
            row.put("light_rank", row.get("rank"));
            row.put("model_version", "cold");
            row.put("p_oonc", 0.25f);
            row.put("p_engagement", 0.125f);
            row.put("score", 0.5f);
        }
        Published.write(
                layout, isHeavy ? Table.HEAVY_RANKED : Table.LIGHT_RANKED, TinyWorld.DATE, List.of(first, second));
    }

    private static Map<String, Object> candidate(long user, long item, int rank) {
        Map<String, Object> row = new HashMap<>();
        row.put("user_id", user);
        row.put("item_type", "post");
        row.put("item_id", item);
        row.put("author_id", 2L);
        row.put("notification_type", "in_network");
        row.put("item_created_at", Timestamp.from(hoursBefore(1)));
        row.put("is_in_network", true);
        row.put("sources", new Row[] {RowFactory.create("in_network", rank, 1.0, new Long[] {})});
        row.put("rank", rank);
        return row;
    }

    @Test
    void stagesPublishTellWhatTheyDidAndGiveTheSameAgain() {
        TinyWorld world = world();
        Layout layout = world.layout();

        run(world, new Targets(), new Candidates());
        Manifest first = lastManifest(world);
        run(world, new Choices(true, Set.of()), new Targets(), new Candidates());
        Manifest second = lastManifest(world);

        assertEquals(digests(first), digests(second));
        assertEquals(
                "6 of 6 partitions read; rows of 1 checked one by one",
                first.notes().get("validate"));
        assertEquals(first.notes(), second.notes(), "read again, since that is forced");
        assertEquals(
                List.of("candidates", "quarantine/follows", "removed/candidates", "removed/targets", "targets"),
                List.copyOf(digests(first).keySet()));
        assertEquals(
                List.of("validate", "targets", "candidates"),
                first.stages().stream().map(StageReport::stage).toList());
        StageReport validate = first.stages().get(0);
        assertEquals(Map.of("follows.dangling:followee_id", 1L), validate.reasons());
        assertEquals(1, validate.removed());
        StageReport targets = first.stages().get(1);
        assertEquals(List.of(4L, 3L, 1L), List.of(targets.rowsIn(), targets.kept(), targets.removed()));
        assertEquals(Map.of("no_device", 1L), targets.reasons());
        StageReport candidates = first.stages().get(2);
        assertEquals(List.of(5L, 2L, 3L), List.of(candidates.rowsIn(), candidates.kept(), candidates.removed()));
        assertEquals(Map.of("no_candidates", 2L, "seen", 1L), candidates.reasons());
        assertEquals(
                List.of("done", "0", "", "some stages", "2026-03-14", "2026-03-14T12:00:00Z"),
                List.of(
                        first.status().toString(),
                        "" + first.exitCode(),
                        first.message(),
                        first.verb(),
                        first.date(),
                        first.asOf()));
        assertEquals(config.digest(), first.configHash());
        assertEquals(layout.input(), first.input());
        assertTrue(first.endedAt().compareTo(first.startedAt()) >= 0);
        assertEquals(
                4,
                spark.read()
                        .parquet(layout.partition(Table.TARGETS, TinyWorld.DATE))
                        .count());
        assertEquals(
                2,
                spark.read()
                        .parquet(layout.partition(Table.CANDIDATES, TinyWorld.DATE))
                        .count());
        assertFalse(storage.exists(layout.output() + "/_staging"));

        // Then the rest of the day.
        rank(layout, 1, false);
        rank(layout, 1, true);
        run(world, new QualityControl());

        assertEquals(
                Map.of("below_top_pick", 1L),
                lastManifest(world).stages().get(0).reasons());
        String sent = explain(world, 1);
        assertEquals(
                List.of(
                        "User 1 on 2026-03-14",
                        "",
                        "targets eligible",
                        "cap 5 in 24 h, 0 sent in the last 24 h, last send 2026-03-13T06:00:00Z",
                        "1 row of follows in quarantine (dangling:followee_id), such as {\"user_id\":1,"
                                + "\"followee_id\":99,\"followed_at\":\"2025-01-01T00:00:00.000Z\","
                                + "\"is_device_follow\":false}",
                        "heavy ranker version cold",
                        "",
                        "item light score/rank p_oonc/p_engagement/score/rank sources (rank) verdict",
                        "post 10 not scored #1 0.2500 0.1250 0.5000 #1 in_network 1"
                                + " SENT at 2026-03-14T12:00:00Z, by the user's clock 2026-03-14T12:00:00 as in_network,"
                                + " arm rank, propensity 1.0000",
                        "post 11 not scored #2 0.2500 0.1250 0.5000 #2 in_network 2 quality-control: below_top_pick",
                        "post 12 - - in_network candidates: seen",
                        "",
                        "Sent: post 10."),
                words(sent));
        assertEquals(
                List.of(
                        "User 3 on 2026-03-14",
                        "",
                        "targets not eligible: no_device",
                        "cap 5 in 24 h, 0 sent in the last 24 h, last send unknown",
                        "",
                        "Nothing is sent: the user is not eligible (no_device)."),
                words(explain(world, 3)));
        assertEquals(
                "Nothing is sent: no source proposed anything (no_candidates).",
                words(explain(world, 4)).get(5));
        Expect.failure(
                ExitCode.INPUT_REJECTED,
                "user 77 is not in table targets of ds=2026-03-14: it is not in users",
                () -> explain(world, 77));
    }

    @Test
    void whatTheRoundRobinDoesNotComeToIsAccountedForAndExplained() {
        TinyWorld world = world();
        config = config.set("candidates.keep=1");
        run(world, new Targets(), new Candidates());

        StageReport candidates = lastManifest(world).stages().get(2);
        assertEquals(List.of(5L, 1L, 4L), List.of(candidates.rowsIn(), candidates.kept(), candidates.removed()));
        assertEquals(Map.of("no_candidates", 2L, "seen", 1L, "below_round_robin", 1L), candidates.reasons());
        for (Table table : List.of(Table.LIGHT_RANKED, Table.HEAVY_RANKED, Table.SENDS)) {
            Published.write(world.layout(), table, TinyWorld.DATE, List.of());
        }
        List<String> lines = words(explain(world, 1));
        assertTrue(lines.contains("post 11 - - in_network candidates: below_round_robin #2"), lines::toString);
        assertTrue(lines.contains("post 12 - - in_network candidates: seen"), lines::toString);
    }

    @Test
    void whoeverIsInQuarantineIsToldSo() {
        TinyWorld world = new TinyWorld(directory)
                .people(1)
                .user(2, "push_cap", 13)
                .user(3)
                .device(3, "platform", "fax")
                .write();

        run(world, new Targets(), new Candidates());
        rank(world.layout(), 1, false);
        rank(world.layout(), 1, true);
        run(world, new QualityControl());

        Expect.failure(
                ExitCode.INPUT_REJECTED,
                "user 2 is not in table targets of ds=2026-03-14: 1 row of users in quarantine"
                        + " (out_of_range:push_cap), such as {\"user_id\":2,\"created_at\":\"2025-01-01T00:00:00.000Z\","
                        + "\"country\":\"FR\",\"language\":\"fr\",\"is_guest\":false,\"is_suspended\":false,"
                        + "\"is_protected\":false,\"is_unsuitable\":false,\"is_verified\":false,"
                        + "\"is_push_enabled\":true,\"has_recommendations\":true,\"has_topics\":true,"
                        + "\"is_in_network_only\":false,\"push_cap\":13}",
                () -> explain(world, 2));
        assertEquals(
                "1 row of devices in quarantine (unknown_value:platform), such as {\"user_id\":3,\"device_id\":3,"
                        + "\"platform\":\"fax\",\"is_push_capable\":true,\"registered_at\":\"2025-01-01T00:00:00.000Z\"}",
                words(explain(world, 3)).get(4));
    }

    @Test
    void theCauseOfWhatIsSetAsideStandsAboveItsEffects() {
        TinyWorld world = new TinyWorld(directory)
                .people(1, 4, 5)
                .user(2, "push_cap", 13)
                .device(2)
                .device(3, "platform", "fax")
                .follow(1, 2)
                .follow(1, 4)
                .write();

        run(world, new Targets());

        assertEquals(
                List.of(
                        "users set aside: out_of_range:push_cap 1",
                        "devices set aside: unknown_value:platform 1, dangling:user_id 2",
                        "follows set aside: dangling:followee_id 1"),
                words(printed.toString(StandardCharsets.UTF_8)).stream()
                        .filter(line -> line.contains("set aside"))
                        .toList());
    }

    private static List<String> publishers(Manifest manifest) {
        return manifest.stages().stream().map(StageReport::publishedBy).toList();
    }

    @Test
    void aStageIsDoneAgainOnlyWhenSomethingItDependsOnHasChanged() {
        TinyWorld world = world();
        run(world, new Targets(), new Candidates());
        Manifest first = lastManifest(world);
        assertEquals(List.of("", "", ""), publishers(first));

        run(world, new Targets(), new Candidates());
        Manifest again = lastManifest(world);
        String by = first.runId();
        assertEquals(List.of(by, by, by), publishers(again));
        assertEquals(digests(first), digests(again));
        assertEquals(
                first.stages().stream().map(StageReport::reasons).toList(),
                again.stages().stream().map(StageReport::reasons).toList());
        assertTrue(printed.toString(StandardCharsets.UTF_8).contains("published by " + by));

        // Candidates read posts, targets do not; both are validated anew.
        Layout more = new TinyWorld(directory.resolve("more"))
                .post(13, 2, hoursBefore(4))
                .write()
                .layout();
        String posts = "/posts/" + Layout.day(TinyWorld.DATE);
        storage.rename(more.input() + posts + "/part-0.parquet", world.input() + posts + "/part-1.parquet");
        run(world, new Targets(), new Candidates());
        Manifest changed = lastManifest(world);
        assertEquals(List.of("", by, ""), publishers(changed));
        assertEquals(3, changed.stages().get(2).kept());

        run(world, new Choices(true, Set.of()), new Targets(), new Candidates());
        assertEquals(List.of("", "", ""), publishers(lastManifest(world)));
        assertTrue(lastManifest(world).isForced());

        String partition = world.layout().partition(Table.TARGETS, TinyWorld.DATE);
        storage.delete(storage.dataFiles(partition).get(0));
        run(world, new Targets());
        assertEquals("", publishers(lastManifest(world)).get(1), "what is not whole is done again");
        run(world, new Candidates());
        assertFalse(publishers(lastManifest(world)).get(0).isEmpty(), "made of equal rows");
    }

    @Test
    void aRunThatALaterOneHasOvertakenStopsBeforeItsNextStage() {
        TinyWorld world = world();
        Publisher later = new Publisher(storage, world.layout(), "later", config.config());
        Stage overtaken = new Targets();
        // The later run begins while this one validates: as soon as its manifest says that it runs.
        Thread observer = new Thread(() -> {
            while (Manifest.of(storage, world.layout(), TinyWorld.DATE).isEmpty()) {
                Thread.onSpinWait();
            }
            PublicationLog log = new PublicationLog(storage, world.layout(), Channel.DAILY, TinyWorld.DATE);
            while (log.latest().number() == 0) {
                Thread.onSpinWait();
            }
            later.begin(Channel.DAILY, TinyWorld.DATE, List.of("targets"));
        });
        observer.start();

        Expect.failure(
                ExitCode.OUTPUT_REJECTED,
                "stage targets of ds=2026-03-14 is not published: a run that began later has its place (token 1, now 2"
                        + " in " + world.layout().output() + "/_published/daily/ds=2026-03-14)",
                () -> run(world, overtaken));

        assertEquals(4, lastManifest(world).exitCode());
        assertFalse(storage.exists(world.layout().partition(Table.TARGETS, TinyWorld.DATE)));
        later.close();
    }

    @Test
    void whatFailsOnAnExecutorStandsInTheManifestToo() throws IOException {
        TinyWorld world = world();
        Path file = Path.of(world.input(), "posts", Layout.day(TinyWorld.DATE), "part-0.parquet");
        byte[] bytes = Files.readAllBytes(file);
        // In the first page: the footer, which is looked at before any row is read, says nothing of it.
        bytes[30] ^= 1;
        Files.write(file, bytes);

        Exception failure = assertThrows(Exception.class, () -> run(world, new Targets()));

        Manifest manifest = lastManifest(world);
        assertEquals(List.of(RunStatus.FAILED, 3), List.of(manifest.status(), manifest.exitCode()));
        assertEquals(Failure.of(failure).message(), manifest.message());
        assertTrue(
                manifest.message().startsWith("file ") && manifest.message().contains("part-0.parquet"),
                manifest.message());
        assertFalse(storage.exists(world.layout().staging()));
    }

    @Test
    void aBackfillGoesOnWhereItWasStopped() {
        TinyWorld world = world();
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        Backfill backfill = new Backfill(new PrintStream(screen, true, StandardCharsets.UTF_8));

        ModelException missing = assertThrows(
                ModelException.class,
                () -> backfill.run(
                        TinyWorld.DATE,
                        TinyWorld.DATE.plusDays(1),
                        day -> new Run(
                                spark,
                                world.layout(),
                                Vocabulary.of(config),
                                day,
                                "backfill",
                                Choices.NONE,
                                new Progress(new PrintStream(printed, true, StandardCharsets.UTF_8)))));

        assertEquals(
                world.layout().models() + "/light/champion: expected the name of the version in use, found no file",
                missing.getMessage());
        assertEquals(
                List.of(
                        "[day 1 of 2]",
                        "day eligible sends seconds outcome",
                        "2026-03-14 - - N s failed, exit 5",
                        "1 of 2 days were not begun; the same command goes on with them"),
                words(screen.toString(StandardCharsets.UTF_8)).stream()
                        .filter(line -> !line.isEmpty())
                        .map(line -> line.replaceAll("[0-9.]+ s", "N s"))
                        .toList());
        assertEquals(
                List.of("validate", "targets", "candidates"),
                lastManifest(world).stages().stream().map(StageReport::stage).toList());
        run(world, new Targets(), new Candidates());
        assertTrue(
                publishers(lastManifest(world)).stream().noneMatch(String::isEmpty), "what was done is not done again");
    }

    private static List<String> words(String screen) {
        return screen.lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    }

    @Test
    void aRowThatAStageLosesStopsItAndWhatWasThereStays() {
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2)
                .follow(1, 2)
                .post(10, 2, hoursBefore(1))
                .write();
        Layout layout = world.layout();
        Map<String, Object> target = new HashMap<>();
        target.put("user_id", 2L);
        target.put("sent_at_24h", new Timestamp[0]);
        target.put("push_cap", 5);
        target.put("spacing_seconds", 0L);
        Published.write(layout, Table.TARGETS, TinyWorld.DATE, List.of(target));
        rank(layout, 1, true);
        Path sends = Path.of(layout.partition(Table.SENDS, TinyWorld.DATE), "of-before");
        assertTrue(sends.getParent().toFile().mkdirs());
        writeText(sends);
        Published.record(storage, layout, Table.SENDS, TinyWorld.DATE, 0);

        Expect.failure(
                ExitCode.OUTPUT_REJECTED,
                "stage quality-control: table heavy_ranked has 2 rows, but 0 were kept and 0 removed",
                () -> run(world, new QualityControl()));

        assertTrue(Files.exists(sends), "the partition of before is untouched");
        assertFalse(storage.exists(layout.output() + "/_staging"));
        Manifest manifest = lastManifest(world);
        assertEquals(RunStatus.FAILED, manifest.status());
        assertEquals(4, manifest.exitCode());
        assertEquals(
                "stage quality-control: table heavy_ranked has 2 rows, but 0 were kept and 0 removed",
                manifest.message());
    }

    private static void writeText(Path file) {
        try {
            Files.writeString(file, "x");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
