package io.pushrank.jobs.publish;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static io.pushrank.jobs.exit.ExitCode.OUTPUT_REJECTED;
import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.publish.PublishedViews.Dialect;
import io.pushrank.jobs.publish.Publisher.Token;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables appear in one step, whole, and never by a run that another one has overtaken. */
class PublisherTest {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 14);
    private static final String STAGE = "light-rank";
    private static final RankingConfig MOVING =
            ConfigFile.shipped().set("output_partitions=1").config();
    private static final RankingConfig STAYING = ConfigFile.shipped()
            .set("output_partitions=1")
            .set("publishing.mode=manifest")
            .config();

    private final SparkSession spark = SharedSpark.session();
    private final Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());

    @TempDir
    private Path directory;

    private Layout layout;
    private String destination;
    private PublishedTables published;

    @BeforeEach
    void makeLayout() {
        layout = new Layout("input", directory.toString(), "models");
        destination = layout.partition(Table.REMOVED, DAY, STAGE);
        published = new PublishedTables(storage, layout);
    }

    private Publisher publisher(String runId) {
        return new Publisher(storage, layout, runId, MOVING);
    }

    private static Token begin(Publisher publisher) {
        return publisher.begin(Channel.DAILY, DAY, List.of(STAGE));
    }

    private static void publish(Publisher publisher, Token token) {
        publisher.publish(STAGE, token, "", Map.of());
    }

    private static Dataset<Row> removed(Long... users) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Long user : users) {
            Map<String, Object> row = new HashMap<>();
            row.put("user_id", user);
            row.put("sources", new String[0]);
            row.put("reasons", new String[] {"seen"});
            rows.add(row);
        }
        return Published.rows(SharedSpark.session(), Table.REMOVED, rows);
    }

    private List<Long> users(String folder) {
        return spark.read().parquet(folder).select("user_id").orderBy("user_id").collectAsList().stream()
                .map(row -> row.getLong(0))
                .toList();
    }

    /** What plain readers see, who look below the table's name. */
    private List<Long> seen() {
        return users(destination);
    }

    /** What readers see who ask the log. */
    private List<Long> logged() {
        return users(published.folder(DAY, destination).orElseThrow());
    }

    private boolean exists(String name) {
        return Files.exists(directory.resolve(name));
    }

    @Test
    void aPartitionAppearsWhenItIsPublishedAndIsReplacedWholeAsOftenAsNeeded() {
        Publisher publisher = publisher("run");
        Token token = begin(publisher);
        TableDigest first = publisher.stage(Table.REMOVED, removed(1L, 2L, 3L), destination);
        assertFalse(exists("removed"), "staged, not published");
        publish(publisher, token);
        assertEquals(List.of(1L, 2L, 3L), seen());
        assertEquals(List.of(1L, 2L, 3L), logged());

        // More than twice within one run, as the stages of a day do it when the day is run again.
        for (long user = 4; user <= 7; user++) {
            publisher.stage(Table.REMOVED, removed(user), destination);
            publish(publisher, token);
            assertEquals(List.of(user), seen());
        }
        TableDigest again = publisher.stage(Table.REMOVED, removed(3L, 2L, 1L), layout.partition(Table.REMOVED, DAY));
        publisher.clear(destination);
        publish(publisher, token);
        assertFalse(Files.exists(Path.of(destination)), "cleared");
        publisher.close();

        assertEquals(first, again, "the digest does not depend on the order of rows");
        assertEquals(3, first.rows());
        assertEquals(3, first.nulls().get("item_id"));
        assertFalse(exists("_staging"));
    }

    @Test
    void equalRowsLeaveTheFilesWhereTheyAre() throws IOException {
        Publisher first = publisher("first");
        publishAs(first, 1L);
        first.close();
        Path file = onlyFile();

        Publisher again = publisher("again");
        publishAs(again, 1L);
        again.close();

        assertEquals(file, onlyFile(), "no reader is disturbed");
        assertEquals(
                "again",
                new PublicationLog(storage, layout, Channel.DAILY, DAY)
                        .latest()
                        .stages()
                        .get(STAGE)
                        .runId());
        assertFalse(exists("_staging"));

        Files.delete(file);
        Publisher mending = publisher("mending");
        publishAs(mending, 1L);
        mending.close();
        assertNotEquals(file, onlyFile(), "unless they are not whole");
        assertEquals(List.of(1L), logged());
    }

    @Test
    void whatBreaksTheContractIsNeverSeen() {
        Publisher publisher = publisher("run");
        Token token = begin(publisher);
        publisher.stage(Table.REMOVED, removed(1L), destination);
        publish(publisher, token);

        Expect.failure(
                OUTPUT_REJECTED,
                "output " + destination + ": key [user_id, item_type, item_id] must be unique, but 3 rows have 2 keys",
                () -> publisher.stage(Table.REMOVED, removed(1L, 2L, 2L), destination));
        Expect.failure(
                OUTPUT_REJECTED,
                "output " + destination + ": column user_id must not be NULL, but is in 1 rows",
                () -> publisher.stage(Table.REMOVED, removed(1L, null), destination));
        Expect.failure(
                OUTPUT_REJECTED,
                "output " + destination
                        + ": columns [rank, score] are missing, found [item_id, item_type, propensity, reasons,"
                        + " sources, user_id]",
                () -> publisher.stage(Table.REMOVED, removed(1L).drop("rank", "score"), destination));
        publisher.close();

        assertEquals(List.of(1L), seen());
        assertFalse(exists("_staging"));
    }

    @Test
    void aRunThatAnotherOneHasOvertakenPublishesNothing() {
        Publisher early = publisher("early");
        Token earlyToken = begin(early);
        early.stage(Table.REMOVED, removed(1L), destination);

        Publisher late = publisher("late");
        Token lateToken = begin(late);
        late.stage(Table.REMOVED, removed(2L), destination);
        publish(late, lateToken);

        String refused = "stage light-rank of ds=2026-03-14 is not published: a run that began later has its place"
                + " (token 1, now 2 in " + directory + "/_published/daily/ds=2026-03-14)";
        Expect.failure(OUTPUT_REJECTED, refused, () -> publish(early, earlyToken));
        assertEquals(List.of(2L), seen());
        early.close();
        late.close();
        assertEquals(List.of(2L), seen());
        assertFalse(exists("_staging"));
    }

    @Test
    void whatWasPublishedAndNotMovedIsReadWhereItLiesAndMovedByTheNextRun() {
        Publisher before = publisher("before");
        publishAs(before, 1L);
        before.close();
        Publisher killed = publisher("killed");
        Token token = begin(killed);
        killed.stage(Table.REMOVED, removed(2L), destination);
        killed.commit(STAGE, token, "", Map.of());
        // Killed here.
        assertEquals(List.of(1L), seen(), "plain readers see what was there, whole");
        assertEquals(List.of(2L), logged());

        killed.close();
        assertEquals(List.of(2L), logged(), "closing takes nothing away that is published");
        Publisher next = publisher("next");
        next.begin(Channel.DAILY, DAY, List.of("quality-control"));
        next.close();

        assertEquals(List.of(2L), seen());
    }

    @Test
    void whatTheLogNamesIsKeptEvenByARunThatWasNotToldThatItPublished() {
        Publisher publisher = publisher("run");
        Token token = begin(publisher);
        publisher.stage(Table.REMOVED, removed(1L), destination);
        // The step is taken, but the run does not hear of it.
        String staged = "_staging/run/0";
        token.log()
                .publish(
                        STAGE,
                        token.number(),
                        new Publication.Stage("run", "", "", List.of(layout.relative(destination)), Map.of()),
                        Map.of(
                                layout.relative(destination),
                                new Publication.Partition(
                                        layout.relative(destination),
                                        staged,
                                        storage.dataFileLengths(directory + "/" + staged),
                                        1,
                                        "")),
                        List.of());

        publisher.close();

        assertEquals(1, logged().size());
    }

    @Test
    void whoOnlyLooksAtTheInputsDoesNotOvertakeTheDay() {
        Publisher day = publisher("day");
        Token token = begin(day);
        Publisher looking = publisher("looking");
        assertEquals(token.number(), looking.join(Channel.DAILY, DAY, STAGE).number());

        day.stage(Table.REMOVED, removed(1L), destination);
        publish(day, token);
        assertEquals(List.of(1L), seen());
        Publisher alone = publisher("alone");
        assertEquals(
                1,
                alone.join(Channel.DAILY, DAY.plusDays(1), STAGE).number(),
                "where there is no run, it is one's own");
        looking.close();
        alone.close();
        day.close();
    }

    @Test
    void whatARunTookAwayAndDidNotPutBackIsFound() {
        Publisher before = publisher("before");
        publishAs(before, 1L);
        before.close();
        // As a run does that means to put another partition there, and is killed.
        storage.rename(destination, layout.staging("killed") + "/replaced-1");
        assertEquals(List.of(1L), logged());

        Publisher next = publisher("next");
        begin(next);

        assertEquals(List.of(1L), seen());
        next.close();
        assertEquals(List.of(1L), seen());
    }

    @Test
    void filesThatAreGoneOrCutShortOrOneTooManyAreComplainedOf() throws IOException {
        Publisher publisher = publisher("run");
        publishAs(publisher, 1L);
        publisher.close();
        Path file = onlyFile();
        String whole = "{" + file.getFileName() + "=" + Files.size(file) + "}";
        String must = "published partition removed/ds=2026-03-14/stage=light-rank must hold the files " + whole
                + " (bytes) in " + destination + ", but holds ";
        String again = ": run the stage that writes it again with --force";
        byte[] bytes = Files.readAllBytes(file);

        Files.write(file, Arrays.copyOf(bytes, 100));
        Expect.failure(INPUT_REJECTED, must + "{" + file.getFileName() + "=100}" + again, this::logged);
        Files.delete(file);
        Expect.failure(INPUT_REJECTED, must + "{}" + again, this::logged);
        Files.write(file, bytes);
        assertEquals(List.of(1L), logged());
        Files.write(file.resolveSibling("part-more.parquet"), bytes);
        Expect.failureMatching(
                INPUT_REJECTED,
                Pattern.quote(must) + "\\{.*, part-more.parquet=.*" + Pattern.quote(again),
                this::logged);
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(destination))) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void publishAs(Publisher publisher, long user) {
        Token token = begin(publisher);
        publisher.stage(Table.REMOVED, removed(user), destination);
        publish(publisher, token);
    }

    @Test
    void whereRenamesAreNotAtomicNothingIsMovedAndReadersAskTheLog() {
        Publisher moving = publisher("moving");
        publishAs(moving, 1L);
        moving.close();
        Publisher staying = new Publisher(storage, layout, "staying", STAYING);
        publishAs(staying, 2L);
        staying.close();

        assertEquals(List.of(2L), logged());
        assertEquals(
                List.of(directory + "/_data/staying/0"),
                published.folder(DAY, destination).stream().toList());
        assertFalse(Files.exists(Path.of(destination)), "what holds no longer is not left for plain readers");

        Publisher unpublished = new Publisher(storage, layout, "unpublished", STAYING);
        begin(unpublished);
        unpublished.stage(Table.REMOVED, removed(3L), destination);
        unpublished.close();
        assertFalse(exists("_data/unpublished/0"));
        assertEquals(List.of(2L), logged());
    }

    @Test
    void aViewNamesWhatIsPublishedAndNothingElse() {
        Map<String, Object> row = new HashMap<>();
        row.put("user_id", 7L);
        Published.write(layout, Table.SENDS, DAY, List.of(row));
        Published.write(layout, Table.SENDS, DAY.minusDays(1), List.of(row, row));
        storage.createFolder(layout.partition(Table.SENDS, DAY.minusDays(2)));
        PublishedViews views = new PublishedViews(storage, layout);

        spark.sql(views.sql(Table.SENDS, Dialect.SPARK).replace(";", ""));

        assertEquals(
                List.of("2026-03-13 2", "2026-03-14 1"),
                spark.sql("SELECT ds, count(*) FROM sends GROUP BY ds ORDER BY ds").collectAsList().stream()
                        .map(each -> each.get(0) + " " + each.get(1))
                        .toList());
        assertTrue(views.sql(Table.SENDS, Dialect.DUCKDB)
                .startsWith("CREATE OR REPLACE VIEW sends AS\nSELECT *, DATE '2026-03-13' AS ds FROM read_parquet(['"
                        + layout.partition(Table.SENDS, DAY.minusDays(1)) + "/part-"));
        spark.sql("DROP VIEW sends");

        Publisher publisher = publisher("run");
        publishAs(publisher, 5L);
        publisher.close();
        spark.sql(views.sql(Table.REMOVED, Dialect.SPARK).replace(";", ""));
        assertEquals(
                "[5,2026-03-14,light-rank]",
                spark.sql("SELECT user_id, ds, stage FROM removed").head().toString());
        spark.sql("DROP VIEW removed");
        Expect.failure(
                INPUT_REJECTED,
                "no day of table candidates is published in " + directory,
                () -> views.sql(Table.CANDIDATES, Dialect.DUCKDB));
    }

    @Test
    void theStagingOfAnotherRunIsLeftAlone() {
        Publisher publisher = publisher("run");
        publisher("other");
        publisher.close();

        assertFalse(exists("_staging/run"));
        assertEquals(List.of("other"), storage.folders(directory + "/_staging"));
    }

    @Test
    void digestsTellRowsApartAndCountRepetitions() {
        String one = digest(removed(1L)).digest();

        assertNotEquals(one, digest(removed(2L)).digest());
        assertEquals("0000000000000000", digest(removed()).digest());
        assertEquals(0, digest(removed()).rows());
    }

    private static TableDigest digest(Dataset<Row> rows) {
        TableDigest.Observed observed = TableDigest.observe(Table.REMOVED.shape(), rows);
        observed.rows().write().format("noop").mode("overwrite").save();
        return TableDigest.of(observed, rows, "nowhere");
    }

    @Test
    void anOutputThatCannotBeWrittenIsAUsageError() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Layout below = new Layout("input", file + "/output", "models");

        Expect.failureMatching(
                USAGE,
                "--output \\Q" + below.output() + "\\E cannot be written: \\Q" + below.output()
                        + "/_staging/run\\E: .*\\Q" + file + "\\E.*",
                () -> new Publisher(storage, below, "run", MOVING));
    }

    @Test
    void onAStoreThatCannotRenameNothingIsPublishedByRenaming() {
        Layout bucket = new Layout("input", "s3a://bucket/output", "models");

        Expect.failure(
                USAGE,
                "publishing.mode must be manifest for --output s3a://bucket/output, but is rename",
                () -> new Publisher(storage, bucket, "run", MOVING));
    }

    @Test
    void anOutputWhoseFolderCannotBeMadeIsAUsageError() {
        // The kernel refuses folders here to everybody, root included.
        Layout refused = new Layout("input", "/proc/self/output", "models");

        Expect.failure(
                USAGE,
                "--output /proc/self/output cannot be written: /proc/self/output/_staging/run: the folder cannot be made",
                () -> new Publisher(storage, refused, "run", MOVING));
    }
}
