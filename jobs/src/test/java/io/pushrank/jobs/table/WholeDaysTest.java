package io.pushrank.jobs.table;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A day that is there but not whole is never taken for an empty one: it stops the run, or is read in full. */
class WholeDaysTest {
    private static final String DAY = "ds=" + TinyWorld.DATE;

    @TempDir
    private Path directory;

    private TinyWorld world;

    @BeforeEach
    void makeWorld() {
        world = new TinyWorld(directory).people(1, 2).relation(1, 2, "block");
    }

    private Inputs inputs(String... settings) {
        ConfigFile file = ConfigFile.shipped();
        for (String setting : settings) {
            file = file.set(setting);
        }
        return new Inputs(
                SharedSpark.session(), world.layout(), file.config(), TinyWorld.DATE, TinyWorld.DATE, Findings.none());
    }

    private Optional<String> checkDays(String... settings) {
        ConfigFile file = ConfigFile.shipped();
        for (String setting : settings) {
            file = file.set(setting);
        }
        return Validators.of(inputs(settings), file.config(), world.layout()).checkDays();
    }

    private Path folder(Table table) {
        return Path.of(world.input(), table.tableName(), DAY);
    }

    private void rejects(Table table, String message) {
        Expect.failure(INPUT_REJECTED, message, () -> inputs().raw(table));
    }

    private void deleteFiles(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aSnapshotWithoutFilesIsNotASnapshotWithoutRows() throws IOException {
        world.write();
        deleteFiles(folder(Table.RELATIONS));
        String refusal = "input table relations, folder " + folder(Table.RELATIONS)
                + " has no data files: its writer has not finished, or died; a day without rows is a file without rows";

        rejects(Table.RELATIONS, refusal);
        Files.writeString(folder(Table.RELATIONS).resolve("_SUCCESS"), "");
        rejects(Table.RELATIONS, refusal);
        TinyWorld.writeFile(
                folder(Table.RELATIONS).resolve("part-0.parquet"), TinyWorld.messageType(Table.RELATIONS), List.of());
        assertEquals(0, inputs().raw(Table.RELATIONS).count());
    }

    @Test
    void aDayWithoutEventsIsOneWhoseWriterSaysSo() throws IOException {
        world.engagement(1, 2, 7L, "like", TinyWorld.hoursBefore(30)).write();
        deleteFiles(folder(Table.ENGAGEMENTS));

        rejects(
                Table.ENGAGEMENTS,
                "input table engagements, folder " + folder(Table.ENGAGEMENTS)
                        + " has no data files: its writer has not finished, or died; a day without rows is a file without"
                        + " rows, or the marker _SUCCESS");
        Files.writeString(folder(Table.ENGAGEMENTS).resolve("_SUCCESS"), "");
        assertEquals(1, inputs().raw(Table.ENGAGEMENTS).count());
    }

    @ParameterizedTest
    @CsvSource({
        "_temporary/0/task_1, _temporary",
        ".spark-staging-5f1c/ds=2026-03-14, .spark-staging-5f1c",
        ".part-0-7.inprogress.5f1c, .part-0-7.inprogress.5f1c",
        "part-1.parquet._COPYING_, part-1.parquet._COPYING_",
        "_started_4711, _started_4711"
    })
    void whatWritersHaveOnlyWhileTheyWriteIsRefused(String left, String named) throws IOException {
        world.write();
        Files.createDirectories(folder(Table.RELATIONS).resolve(left));
        Files.createDirectories(folder(Table.DEVICES).getParent().resolve(left));

        rejects(
                Table.RELATIONS,
                "input table relations, folder " + folder(Table.RELATIONS) + " holds " + named
                        + ": its writer has not finished, or died; wait for it, or delete what it left");
        Expect.failure(
                INPUT_REJECTED,
                "input table devices, folder " + folder(Table.DEVICES).getParent() + " holds " + named
                        + ": its writer has not finished, or died; wait for it, or delete what it left",
                this::checkDays);
    }

    @Test
    void aCommittedWriteIsWhole() throws IOException {
        world.write();
        Files.writeString(folder(Table.RELATIONS).resolve("_started_4711"), "");
        Files.writeString(folder(Table.RELATIONS).resolve("_committed_4711"), "");

        assertEquals(1, inputs().raw(Table.RELATIONS).count());
    }

    @Test
    void foldersBelowTheDayAreReadWithIt() throws IOException {
        world.engagement(1, 2, 7L, "like", TinyWorld.hoursBefore(1))
                .engagement(1, 2, 8L, "like", TinyWorld.hoursBefore(2))
                .engagement(1, 2, 9L, "like", TinyWorld.hoursBefore(20))
                .write();
        Path day = folder(Table.ENGAGEMENTS);
        Files.createDirectories(day.resolve("hour=11/minute=00"));
        Files.move(day.resolve("part-0.parquet"), day.resolve("hour=11/minute=00/part-0.parquet"));
        Files.createDirectories(day.resolve("late"));
        TinyWorld more = new TinyWorld(directory.resolve("more"))
                .engagement(2, 1, 5L, "like", TinyWorld.hoursBefore(3))
                .write();
        Files.move(Path.of(more.input(), "engagements", DAY, "part-0.parquet"), day.resolve("late/part-0.parquet"));

        assertEquals(4, inputs().raw(Table.ENGAGEMENTS).count());
        assertEquals(4, inputs().asOf(Table.ENGAGEMENTS, TinyWorld.AS_OF).count());
        assertEquals(
                List.of("hour=11/minute=00/part-0", "late/part-0"),
                inputs().state(Table.ENGAGEMENTS).stream()
                        .filter(line -> line.startsWith(TinyWorld.DATE.toString()))
                        .map(line -> line.substring("2026-03-14 ".length(), line.indexOf(".parquet")))
                        .toList());
    }

    @Test
    void filesWhoseNamesWouldBePatternsAreReadAsTheyAreCalled() throws IOException {
        world.write();
        Path day = folder(Table.DEVICES);
        Files.move(day.resolve("part-0.parquet"), day.resolve("part[1].parquet"));
        TinyWorld.writeFile(day.resolve("hour=2/part{2}.parquet"), TinyWorld.messageType(Table.DEVICES), List.of());

        assertEquals(2, inputs().raw(Table.DEVICES).count());
    }

    @ParameterizedTest
    @CsvSource({
        "kind=like, kind=like names column kind of the table",
        "ds=2026-03-14, ds=2026-03-14 names column ds of the table",
        "hour=11/part, hour=11/part must be named column=value"
    })
    void foldersThatCannotBeReadTogetherAreRefused(String below, String why) throws IOException {
        world.engagement(1, 2, 7L, "like", TinyWorld.hoursBefore(1)).write();
        Path day = folder(Table.ENGAGEMENTS);
        Files.createDirectories(day.resolve(below));
        Files.move(day.resolve("part-0.parquet"), day.resolve(below).resolve("part-0.parquet"));

        Expect.failureMatching(
                INPUT_REJECTED, "input table engagements, folder \\Q" + day + "/" + why + "\\E, .*", () -> inputs().raw(
                                Table.ENGAGEMENTS));
    }

    @Test
    void aTableOfAnotherFormatIsRefusedWithAWordOnHowToReadIt() throws IOException {
        world.write();
        Files.createDirectories(folder(Table.RELATIONS).getParent().resolve("_delta_log"));
        Path devices = folder(Table.DEVICES).getParent();
        Files.createDirectories(devices.resolve("metadata"));
        Files.writeString(devices.resolve("metadata/v1.metadata.json"), "{}");
        Files.createDirectories(folder(Table.FOLLOWS).resolve(".hoodie"));
        String advice = ", whose files keep rows that were deleted or replaced: write its current rows as plain Parquet"
                + " to <table>/ds=YYYY-MM-DD, for example with spark.read().format(";

        rejects(
                Table.RELATIONS,
                "input table relations, folder " + world.input() + "/relations holds a table of Delta Lake" + advice
                        + "\"delta\")");
        rejects(
                Table.DEVICES,
                "input table devices, folder " + world.input() + "/devices holds a table of Iceberg" + advice
                        + "\"iceberg\")");
        rejects(
                Table.FOLLOWS,
                "input table follows, folder " + folder(Table.FOLLOWS) + " holds a table of Hudi" + advice
                        + "\"hudi\")");
    }

    @Test
    void rowsThatBelongToNoDayAreRefused() throws IOException {
        world.write();
        Path relations = folder(Table.RELATIONS).getParent();
        Files.move(folder(Table.RELATIONS), relations.resolve("date=2026-03-14"));
        Path devices = folder(Table.DEVICES).getParent();
        Files.copy(folder(Table.DEVICES).resolve("part-0.parquet"), devices.resolve("part-0.parquet"));

        rejects(
                Table.RELATIONS,
                "input table relations, folder " + relations
                        + " must hold a folder ds=YYYY-MM-DD for each day and no other data, but holds"
                        + " [date=2026-03-14]");
        rejects(
                Table.DEVICES,
                "input table devices, folder " + devices
                        + " must hold a folder ds=YYYY-MM-DD for each day and no other data, but holds [part-0.parquet]");
        new Storage(new Configuration()).delete(relations + "/date=2026-03-14");
        rejects(
                Table.RELATIONS,
                "input table relations, folder " + relations
                        + " must hold a folder ds=YYYY-MM-DD for each day and no other data, but holds none");
    }

    @Test
    void whereWritersLeaveAMarkerADayWithoutOneIsNotFinished() throws IOException {
        world.write();
        String setting = "inputs.complete_marker=_READY";
        String refusal = "input table relations, folder " + folder(Table.RELATIONS)
                + " has no _READY, which inputs.complete_marker names: its writer has not finished, or died";

        Expect.failure(INPUT_REJECTED, refusal, () -> inputs(setting).raw(Table.RELATIONS));
        Files.writeString(folder(Table.RELATIONS).resolve("_READY"), "");
        assertEquals(1, inputs(setting).raw(Table.RELATIONS).count());
        Path part = folder(Table.RELATIONS).resolve("part=1");
        Files.createDirectories(part);
        Files.move(folder(Table.RELATIONS).resolve("_READY"), part.resolve("_READY"));
        Expect.failure(INPUT_REJECTED, refusal, () -> inputs(setting).raw(Table.RELATIONS));
        Files.move(folder(Table.RELATIONS).resolve("part-0.parquet"), part.resolve("part-0.parquet"));
        assertEquals(1, inputs(setting).raw(Table.RELATIONS).count(), "a marker in each folder that holds files");
    }

    @Test
    void aRequiredTableWhoseNewestDayIsMissingIsLate() {
        world.without(Table.ENGAGEMENTS)
                .engagement(1, 2, 7L, "like", TinyWorld.hoursBefore(30))
                .post(7, 2, TinyWorld.hoursBefore(30))
                .post(8, 2, TinyWorld.hoursBefore(1))
                .write();
        String late =
                "input table engagements is late: its last partition is ds=2026-03-13, but other event tables have"
                        + " [2026-03-14]";

        Expect.failure(
                INPUT_REJECTED,
                late + "; wait for it, or go on without by --set inputs.late_tables=warn",
                this::checkDays);
        assertEquals(Optional.of(late), checkDays("inputs.late_tables=warn"));
    }

    @Test
    void anOptionalTableThatIsLateAndADayBetweenAreNamed() {
        world.notification(1, 7, 2, TinyWorld.hoursBefore(30))
                .engagement(1, 2, 7L, "like", TinyWorld.hoursBefore(60))
                .post(7, 2, TinyWorld.hoursBefore(60))
                .post(8, 2, TinyWorld.hoursBefore(30))
                .write();

        assertEquals(
                Optional.of("input table engagements has no partition of [2026-03-13], but other event tables have;"
                        + " input table notifications is late: its last partition is ds=2026-03-13, but other event"
                        + " tables have [2026-03-14]"),
                checkDays());
    }

    @Test
    void tablesThatEndTooEarlyTogetherAreNamed() {
        world.without(Table.ENGAGEMENTS)
                .without(Table.POSTS)
                .engagement(1, 2, 7L, "like", TinyWorld.hoursBefore(30))
                .post(7, 2, TinyWorld.hoursBefore(30))
                .notification(1, 7, 2, TinyWorld.hoursBefore(24 * 40))
                .write();

        assertEquals(
                Optional.of("input table notifications is read as absent: its last partition is ds=2026-02-02,"
                        + " inputs.lookback_days is 30; no event table has ds=2026-03-14: what users did on that day is"
                        + " not known"),
                checkDays());
    }

    @Test
    void tablesThatHaveTheSameDaysAreInTime() {
        world.post(8, 2, TinyWorld.hoursBefore(1)).write();

        assertEquals(Optional.empty(), checkDays());
    }
}
