package io.pushrank.jobs.table;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.run.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs that cannot be used at all. */
class InputContractTest {
    private static final LocalDate DATE = TinyWorld.DATE;

    private final SparkSession spark = SharedSpark.session();
    private final RankingConfig config = ConfigFile.shipped().config();

    @TempDir
    private Path directory;

    private TinyWorld world;

    @BeforeEach
    void makeWorld() {
        world = new TinyWorld(directory);
    }

    private Inputs inputs() {
        return new Inputs(spark, world.layout(), config, DATE, DATE, Findings.none());
    }

    private void rejects(Table table, String message) {
        Expect.failure(INPUT_REJECTED, message, () -> Validators.of(inputs(), config, world.layout())
                .check(table));
    }

    private Path part(Table table, String name) {
        return Path.of(world.input(), table.tableName(), "ds=" + DATE, name);
    }

    @Test
    void aRequiredTableThatIsMissingIsNamed() {
        world.without(Table.FOLLOWS).write();

        rejects(Table.FOLLOWS, "input table follows is required, but there is no folder " + world.input() + "/follows");
    }

    @Test
    void anOptionalTableThatIsMissingHasNoRows() {
        world.write();

        assertFalse(inputs().has(Table.RELATIONS));
        assertEquals(0, inputs().asOf(Table.RELATIONS, TinyWorld.AS_OF).count());
    }

    @Test
    void aMissingColumnIsNamedWithItsFile() {
        world.write();
        TinyWorld.writeFile(
                part(Table.USERS, "part-1.parquet"), TinyWorld.messageType(Table.USERS, "is_verified"), List.of());

        rejects(
                Table.USERS,
                "input table users, file " + part(Table.USERS, "part-1.parquet")
                        + ": column is_verified BOOLEAN is missing, found "
                        + Arrays.stream(Table.USERS.schema().fieldNames())
                                .filter(column -> !column.equals("is_verified"))
                                .toList());
    }

    @Test
    void aColumnOfTheWrongTypeIsNamedWithItsFile() {
        world.write();
        var type = Types.buildMessage()
                .optional(PrimitiveTypeName.INT64)
                .named("user_id")
                .optional(PrimitiveTypeName.BOOLEAN)
                .named("device_id")
                .named("row");
        TinyWorld.writeFile(
                part(Table.DEVICES, "part-1.parquet"), type, List.of(Map.of("user_id", 1L, "device_id", true)));

        rejects(
                Table.DEVICES,
                "input table devices, file " + part(Table.DEVICES, "part-1.parquet")
                        + ": column device_id must be BIGINT, but is BOOLEAN");
    }

    @Test
    void aFlippedBitInAPageIsRefusedWithItsFile() throws IOException {
        world.people(1, 2, 3).write();
        Path file = part(Table.USERS, "part-0.parquet");
        byte[] bytes = Files.readAllBytes(file);
        // The last byte of the first column's pages: ids, which nothing but the page's checksum can tell from others.
        bytes[lastByteOfFirstColumn(file)] ^= 1;
        Files.write(file, bytes);
        // Other file systems have no checksums beside their files.
        Files.delete(file.resolveSibling("." + file.getFileName() + ".crc"));

        Failure failure = Failure.of(assertThrows(Exception.class, () -> Validators.of(inputs(), config, world.layout())
                .check(Table.USERS)));

        assertEquals(INPUT_REJECTED, failure.exitCode(), failure.message());
        assertTrue(failure.message().contains(file.toString()), failure.message());
        assertTrue(failure.message().contains("CRC checksum verification failed"), failure.message());
    }

    private static int lastByteOfFirstColumn(Path file) throws IOException {
        var input = HadoopInputFile.fromPath(new org.apache.hadoop.fs.Path(file.toString()), new Configuration());
        try (ParquetFileReader reader = ParquetFileReader.open(input)) {
            var column = reader.getFooter().getBlocks().get(0).getColumns().get(0);
            return (int) (column.getStartingPos() + column.getTotalSize() - 1);
        }
    }

    @Test
    void aTruncatedFileIsNamed() throws IOException {
        world.people(1, 2, 3).write();
        Path file = part(Table.USERS, "part-0.parquet");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(part(Table.USERS, "part-1.parquet"), Arrays.copyOf(bytes, bytes.length / 2));

        Expect.failureMatching(
                INPUT_REJECTED,
                "input table users, file \\Q" + part(Table.USERS, "part-1.parquet")
                        + "\\E cannot be read as Parquet: .* is not a Parquet file\\. Expected magic number at tail.*",
                () -> inputs().raw(Table.USERS));
    }

    @Test
    void aTextFileThatIsCalledParquetIsNamed() throws IOException {
        world.write();
        Files.writeString(part(Table.DEVICES, "part-1.parquet"), "no Parquet, but long enough to be looked at\n");
        Files.writeString(part(Table.FOLLOWS, "part-1.parquet"), "");

        Expect.failureMatching(
                INPUT_REJECTED,
                "input table devices, file \\Q" + part(Table.DEVICES, "part-1.parquet")
                        + "\\E cannot be read as Parquet: .* is not a Parquet file\\. Expected magic number at tail.*",
                () -> inputs().raw(Table.DEVICES));
        Expect.failureMatching(
                INPUT_REJECTED,
                "input table follows, file \\Q" + part(Table.FOLLOWS, "part-1.parquet")
                        + "\\E cannot be read as Parquet: .* is not a Parquet file \\(length is too low: 0\\)",
                () -> inputs().raw(Table.FOLLOWS));
    }

    @Test
    void markerAndHiddenFilesAreNoData() throws IOException {
        world.write();
        Files.writeString(part(Table.DEVICES, "_SUCCESS"), "");
        Files.writeString(part(Table.DEVICES, ".part-1.parquet.crc"), "x");

        assertEquals(0, inputs().raw(Table.DEVICES).count());
    }

    @Test
    void withoutUsersThereIsNobodyToNotify() {
        world.write();

        rejects(Table.USERS, "input table users is empty: there is nobody to notify");
    }

    @Test
    void engagementsOfNoDayOfTheLookBackAreNoData() {
        world.without(Table.ENGAGEMENTS)
                .partition(Table.ENGAGEMENTS, DATE.minusDays(31))
                .partition(Table.ENGAGEMENTS, DATE.plusDays(1))
                .write();

        rejects(
                Table.ENGAGEMENTS,
                "input table engagements has no data for 2026-03-14: no partition of 2026-02-12 to 2026-03-14 in "
                        + world.input() + "/engagements");
    }

    @Test
    void postsThatEndTooEarlyAreNoData() {
        world.without(Table.POSTS)
                .partition(Table.POSTS, DATE.minusDays(3))
                .partition(Table.POSTS, DATE.minusDays(2))
                .write();

        rejects(
                Table.POSTS,
                "input table posts has no data for 2026-03-14: its last partition in " + world.input()
                        + "/posts is ds=2026-03-12");
    }

    @Test
    void theLatestSnapshotUpToTheDateIsReadUnlessItIsTooOld() {
        world.people(1)
                .moved(Table.DEVICES, DATE.minusDays(8))
                .moved(Table.USERS, DATE.minusDays(7))
                .partition(Table.USERS, DATE.minusDays(9))
                .partition(Table.USERS, DATE.plusDays(1))
                .write();

        assertEquals(1, inputs().raw(Table.USERS).count());
        rejects(
                Table.DEVICES,
                "input table devices has no snapshot for 2026-03-14: the latest in " + world.input()
                        + "/devices is ds=2026-03-06, inputs.max_snapshot_age_days is 7");
    }

    @Test
    void blocksAndMutesThatAreTooOldAreNotForgottenSilently() {
        world.people(1, 2)
                .relation(1, 2, "block")
                .moved(Table.RELATIONS, DATE.minusDays(8))
                .write();

        rejects(
                Table.RELATIONS,
                "input table relations has no snapshot for 2026-03-14: the latest in " + world.input()
                        + "/relations is ds=2026-03-06, inputs.max_snapshot_age_days is 7");
    }

    @Test
    void anOptionalSnapshotOfALaterDateIsAbsentYet() {
        world.partition(Table.RELATIONS, DATE.plusDays(1)).write();

        assertFalse(inputs().has(Table.RELATIONS));
        assertTrue(inputs().has(Table.USERS));
    }

    @Test
    void aPartitionWhoseNameIsNoDayIsNamed() throws IOException {
        world.write();
        Files.createDirectories(Path.of(world.input(), "posts", "ds=2026-3-14"));

        rejects(
                Table.POSTS,
                "folder " + world.input() + "/posts/ds=2026-3-14 must be named ds=YYYY-MM-DD: Text '2026-3-14' could"
                        + " not be parsed at index 5");
    }

    @Test
    void aWorldHasItsInputTablesInAFolderOfTheirOwn() {
        world.people(1).write();
        Path input = Path.of(world.input());
        Path whole = directory.resolve("whole");
        assertTrue(input.toFile().exists());
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
        storage.rename(world.input(), whole + "/0-inputs");

        assertEquals(DATE, Inputs.latestDay(storage, new Layout(whole + "/", "out", "models")));
    }

    @Test
    void withoutAnySnapshotOfUsersNoDayIsTheLatest() {
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());

        Expect.failure(
                INPUT_REJECTED,
                "input table users is required, but there is no partition ds=… in " + world.input() + "/users",
                () -> Inputs.latestDay(storage, world.layout()));
    }
}
