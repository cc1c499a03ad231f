package io.pushrank.jobs.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Validator.TableReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition is read once, and what is set aside is the same as when all rows are checked each time. */
class KeyIndexesTest {
    private static final LocalDate DATE = TinyWorld.DATE;
    private static final Instant NOW = TinyWorld.hoursBefore(1);
    private static final Instant YESTERDAY = TinyWorld.hoursBefore(25);
    private static final Instant BEFORE = TinyWorld.hoursBefore(49);

    private final SparkSession spark = SharedSpark.session();
    private final RankingConfig config =
            ConfigFile.shipped().set("inputs.max_quarantined_share=1").config();

    @TempDir
    private Path directory;

    private KeyIndexes indexes(TinyWorld world, LocalDate date, String code, boolean isForced) {
        Inputs inputs = new Inputs(spark, world.layout(), config, date, date, Findings.none());
        return new KeyIndexes(inputs, world.layout(), code, isForced);
    }

    private KeyIndexes indexes(TinyWorld world) {
        return indexes(world, DATE, "code", false);
    }

    private List<LocalDate> suspects(TinyWorld world, Table table) {
        return indexes(world).suspects(table).days();
    }

    private static String summary(KeyIndexes indexes, Table table) {
        indexes.suspects(table);
        return indexes.summary();
    }

    private static Path folder(TinyWorld world, Table table, LocalDate day) {
        return Path.of(world.input(), table.tableName(), Layout.day(day));
    }

    private TinyWorld world() {
        return new TinyWorld(directory).people(1, 2);
    }

    @Test
    void whatIsSetAsideIsTheSameAsWhenAllRowsAreChecked() {
        // Nothing is gained by it here, and to plan the checks would take most of the time.
        spark.conf().set("spark.sql.constraintPropagation.enabled", false);
        try {
            double[] dirt = {0.15, 0.5};
            for (int seed = 0; seed < dirt.length; seed++) {
                compare(new DirtyWorld(directory.resolve("world" + seed), seed, dirt[seed]).write());
            }
        } finally {
            spark.conf().unset("spark.sql.constraintPropagation.enabled");
        }
    }

    private void compare(TinyWorld world) {
        Inputs inputs = new Inputs(spark, world.layout(), config, DATE, DATE, Findings.none());
        Validator validator = Validators.of(inputs, config, world.layout());
        int partly = 0;
        for (Table table : Table.inputs().filter(inputs::has).toList()) {
            List<LocalDate> days = inputs.files().partitions(table);
            long rows = inputs.raw(table).count();

            TableReport report = validator.check(table);

            assertEquals(rows, report.rows(), table.toString());
            List<LocalDate> suspects = indexes(world).suspects(table).days();
            if (!suspects.equals(days)) {
                partly += suspects.isEmpty() ? 0 : 1;
                TableReport expected = validator.exact(table, days, rows);
                assertEquals(expected.reasons(), report.reasons(), table.toString());
                assertEquals(expected.quarantined(), report.quarantined(), table.toString());
                assertEquals(quarantine(expected), quarantine(report), table.toString());
            }
        }
        assertTrue(partly > 1, "tables with clean days and others: " + partly);
    }

    private static List<String> quarantine(TableReport report) {
        return report.quarantine() == null
                ? List.of()
                : report.quarantine().collectAsList().stream()
                        .map(Row::toString)
                        .sorted()
                        .toList();
    }

    @Test
    void theDaysOfADoubleKeyAreSuspicious() {
        TinyWorld world = world().post(1, 2, NOW)
                .post(2, 2, YESTERDAY)
                .post(2, 2, YESTERDAY)
                .post(1, 2, BEFORE)
                .post(3, 2, TinyWorld.hoursBefore(73))
                .postTopic(1, 5, 1, NOW)
                .postTopic(1, 6, 1, YESTERDAY)
                .postTopic(1, 5, 1, BEFORE)
                .engagement(1, 2, 1L, "like", NOW)
                .engagement(1, 2, 1L, "like", YESTERDAY)
                .engagement(1, 2, null, "like", BEFORE)
                .engagement(1, 2, null, "like", BEFORE)
                .write();

        assertEquals(List.of(DATE.minusDays(2), DATE.minusDays(1), DATE), suspects(world, Table.POSTS));
        assertEquals(List.of(DATE.minusDays(2), DATE), suspects(world, Table.POST_TOPICS));
        assertEquals(List.of(DATE.minusDays(2)), suspects(world, Table.ENGAGEMENTS));
        assertEquals(List.of(), suspects(world, Table.DEVICES));
    }

    @Test
    void aDayThatRefersToARowThatIsSetAsideIsSuspicious() {
        TinyWorld world = world().user(3, "push_cap", 13)
                .post(1, 2, NOW)
                .post(2, 3, YESTERDAY)
                .post(3, 2, BEFORE, "text_length", -1)
                .postTopic(1, 5, 1, YESTERDAY)
                .postTopic(3, 5, 1, BEFORE)
                .write();

        assertEquals(List.of(DATE), suspects(world, Table.USERS));
        assertEquals(List.of(DATE.minusDays(2), DATE.minusDays(1)), suspects(world, Table.POSTS));
        assertEquals(List.of(DATE.minusDays(2)), suspects(world, Table.POST_TOPICS));
    }

    @Test
    void aUserWhoIsGoneTomorrowMakesEarlierDaysSuspicious() throws IOException {
        TinyWorld world = world().people(3)
                .post(1, 2, NOW)
                .post(2, 3, YESTERDAY)
                .post(3, 1, BEFORE)
                .write();
        assertEquals(List.of(), suspects(world, Table.POSTS));
        LocalDate tomorrow = DATE.plusDays(1);
        TinyWorld later = new TinyWorld(directory.resolve("later"))
                .people(1, 2)
                .moved(Table.USERS, tomorrow)
                .write();
        Files.move(folder(later, Table.USERS, tomorrow), folder(world, Table.USERS, tomorrow));

        KeyIndexes indexes = indexes(world, tomorrow, "code", false);

        assertEquals(List.of(DATE.minusDays(1)), indexes.suspects(Table.POSTS).days());
        assertEquals(
                "1 of 4 partitions read, the others as found before; rows of 1 checked one by one", indexes.summary());
    }

    @Test
    void aPartitionIsReadOnce() throws Exception {
        TinyWorld world = world().post(1, 2, NOW).post(2, 2, YESTERDAY).write();
        AtomicLong read = new AtomicLong();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd task) {
                read.addAndGet(task.taskMetrics().inputMetrics().recordsRead());
            }
        };
        spark.sparkContext().listenerBus().waitUntilEmpty();
        spark.sparkContext().addSparkListener(listener);
        try {
            assertEquals("3 of 3 partitions read", summary(indexes(world), Table.POSTS));
            spark.sparkContext().listenerBus().waitUntilEmpty();
            assertEquals(4, read.get(), "two users and two posts");

            assertEquals("0 of 3 partitions read, the others as found before", summary(indexes(world), Table.POSTS));
            spark.sparkContext().listenerBus().waitUntilEmpty();
            assertEquals(4, read.get(), "nothing more");
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }
        assertEquals(2, indexes(world).suspects(Table.POSTS).rows());
        assertEquals(
                "3 of 3 partitions read",
                summary(indexes(world, DATE, "other code", false), Table.POSTS),
                "another build may check otherwise");
        assertEquals("3 of 3 partitions read", summary(indexes(world, DATE, "code", true), Table.POSTS), "when forced");
    }

    @Test
    void aPartitionWhoseFileWasReplacedIsReadAgain() throws IOException {
        TinyWorld world = world().post(1, 2, NOW).post(2, 2, YESTERDAY).write();
        assertEquals(List.of(), suspects(world, Table.POSTS));
        TinyWorld other = new TinyWorld(directory.resolve("other"))
                .post(2, 2, YESTERDAY)
                .post(1, 2, YESTERDAY)
                .write();
        Path folder = folder(world, Table.POSTS, DATE.minusDays(1));
        new Storage(spark.sparkContext().hadoopConfiguration()).delete(folder.toString());
        Files.move(folder(other, Table.POSTS, DATE.minusDays(1)), folder);

        KeyIndexes indexes = indexes(world);

        assertEquals(
                List.of(DATE.minusDays(1), DATE), indexes.suspects(Table.POSTS).days());
        assertEquals(
                "1 of 3 partitions read, the others as found before; rows of 2 checked one by one", indexes.summary());
    }

    @Test
    void anIndexThatIsNotWholeIsNotUsed() throws IOException {
        TinyWorld world = world().post(1, 2, NOW).post(2, 2, YESTERDAY).write();
        suspects(world, Table.POSTS);
        Path folder = Path.of(world.layout().indexes(Table.POSTS));
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        byte[] first = Files.readAllBytes(files.get(0));
        Files.write(files.get(0), Arrays.copyOf(first, first.length - 1));
        // As a run leaves it that is killed while it writes: under a name of its own.
        byte[] second = Files.readAllBytes(files.get(1));
        Files.delete(files.get(1));
        Files.write(folder.resolve("." + files.get(1).getFileName() + ".draft"), Arrays.copyOf(second, 10));

        KeyIndexes indexes = indexes(world);

        assertEquals(new KeyIndexes.Suspects(2, List.of()), indexes.suspects(Table.POSTS));
        assertEquals("2 of 3 partitions read, the others as found before", indexes.summary());
        assertEquals(List.of(), suspects(world, Table.POSTS));
        assertTrue(Arrays.equals(first, Files.readAllBytes(files.get(0))));
        assertTrue(Arrays.equals(second, Files.readAllBytes(files.get(1))));
    }

    @Test
    void aDayWithoutRowsHasAnIndexToo() {
        TinyWorld world = world().write();

        assertEquals(new KeyIndexes.Suspects(0, List.of()), indexes(world).suspects(Table.POSTS));
        assertEquals("0 of 2 partitions read, the others as found before", summary(indexes(world), Table.POSTS));
    }

    @Test
    void whetherAStateIsOfTheFutureIsAskedForEachDate() {
        LocalDate tomorrow = DATE.plusDays(1);
        TinyWorld world = world().user(3, "created_at", TinyWorld.hoursBefore(-20))
                .device(3)
                .write();

        assertEquals(List.of(DATE), suspects(world, Table.USERS));
        assertEquals(List.of(DATE), suspects(world, Table.DEVICES), "the third user is not known yet");
        KeyIndexes indexes = indexes(world, tomorrow, "code", false);
        assertEquals(List.of(), indexes.suspects(Table.DEVICES).days());
        assertEquals("0 of 2 partitions read, the others as found before", indexes.summary());
    }

    @Test
    void numbersComeBackAsTheyWere() {
        Random random = new Random(7);
        LongSet set = new LongSet();
        TreeSet<Long> expected = new TreeSet<>();
        LongStream.concat(
                        LongStream.of(0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 127, 128, -128),
                        LongStream.range(0, 20_000)
                                .map(number -> number % 2 == 0 ? random.nextLong() : random.nextInt(5_000)))
                .forEach(value -> {
                    set.add(value);
                    expected.add(value);
                });
        LongBuffer buffer = set.values();
        assertEquals(expected.size(), buffer.size());
        assertTrue(!buffer.sortDistinct());
        SortedLongs.Writer writer = new SortedLongs.Writer();
        writer.addAll(buffer.toArray());
        List<Long> found = new ArrayList<>();
        try (SortedLongs.Reader reader =
                new SortedLongs.Reader(new java.io.ByteArrayInputStream(writer.toBytes()), writer.count())) {
            while (reader.hasNext()) {
                found.add(reader.next());
            }
        }
        assertEquals(List.copyOf(expected), found);
        buffer.add(found.get(0));
        assertTrue(buffer.sortDistinct());
        assertEquals(expected.size(), buffer.size());
    }

    @Test
    void everyReferenceIsToAKeyThatIsKept() {
        for (Table table : Table.inputs().toList()) {
            for (Check.References reference : KeyIndex.references(table)) {
                assertTrue(KeyIndex.isNamedByPrint(reference), reference.toString());
                assertTrue(KeyIndex.keepsKeys(Table.named(reference.table())), reference.toString());
            }
        }
        assertEquals(
                List.of(Table.POSTS, Table.POST_TOPICS, Table.TRENDS, Table.NOTIFICATIONS, Table.WITHHELD),
                Table.inputs().filter(KeyIndex::mayRepeatAcrossDays).toList());
    }
}
