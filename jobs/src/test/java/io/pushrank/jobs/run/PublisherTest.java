package io.pushrank.jobs.run;

import static io.pushrank.jobs.exit.ExitCode.OUTPUT_REJECTED;
import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    private final SparkSession spark = SharedSpark.session();
    private final Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());

    @TempDir
    private Path directory;

    private Layout layout;

    @BeforeEach
    void makeLayout() {
        layout = new Layout("input", directory.toString(), "models");
    }

    private Publisher publisher() {
        return new Publisher(storage, layout, "run", 1);
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

    private List<Long> published(String folder) {
        return spark
                .read()
                .parquet(directory + "/" + folder)
                .select("user_id")
                .orderBy("user_id")
                .collectAsList()
                .stream()
                .map(row -> row.getLong(0))
                .toList();
    }

    private boolean exists(String name) {
        return Files.exists(directory.resolve(name));
    }

    @Test
    void aPartitionAppearsWhenItIsPublishedAndIsReplacedWholeAsOftenAsNeeded() {
        Publisher publisher = publisher();
        TableDigest first = publisher.stage(Table.REMOVED, removed(1L, 2L, 3L), directory + "/a/ds=1");
        assertFalse(exists("a"), "staged, not published");
        publisher.publish();
        assertEquals(List.of(1L, 2L, 3L), published("a/ds=1"));

        // More than twice within one run, as the stages of a day do it when the day is run again.
        for (long user = 4; user <= 7; user++) {
            publisher.stage(Table.REMOVED, removed(user), directory + "/a/ds=1");
            publisher.publish();
            assertEquals(List.of(user), published("a/ds=1"));
        }
        TableDigest again = publisher.stage(Table.REMOVED, removed(3L, 2L, 1L), directory + "/a/ds=1");
        publisher.clear(directory + "/a/ds=1");
        publisher.publish();
        assertFalse(exists("a/ds=1"), "cleared");
        publisher.close();

        assertEquals(first, again, "the digest does not depend on the order of rows");
        assertEquals(3, first.rows());
        assertFalse(exists("_staging"));
    }

    @Test
    void whatBreaksTheContractIsNeverSeen() {
        Publisher publisher = publisher();
        String destination = directory + "/a/ds=1";
        publisher.stage(Table.REMOVED, removed(1L), destination);
        publisher.publish();

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
                "output " + destination + ": columns [rank, score] are missing, found [item_id, item_type, reasons,"
                        + " sources, user_id]",
                () -> publisher.stage(Table.REMOVED, removed(1L).drop("rank", "score"), destination));
        publisher.publish();
        publisher.close();

        assertEquals(List.of(1L), published("a/ds=1"));
        assertFalse(exists("_staging"));
    }

    @Test
    void theStagingOfAnotherRunIsLeftAlone() {
        Publisher publisher = publisher();
        new Publisher(storage, layout, "other", 1);
        publisher.close();

        assertFalse(exists("_staging/run"));
        assertEquals(List.of("other"), storage.folders(directory + "/_staging"));
    }

    @Test
    void digestsTellRowsApartAndCountRepetitions() {
        String one = TableDigest.of(removed(1L)).digest();

        assertNotEquals(one, TableDigest.of(removed(2L)).digest());
        assertNotEquals(one, TableDigest.of(removed(1L, 1L)).digest());
        assertEquals(new TableDigest(0, "0000000000000000"), TableDigest.of(removed()));
    }

    @Test
    void anOutputThatCannotBeWrittenIsAUsageError() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Layout below = new Layout("input", file + "/output", "models");

        Expect.failureMatching(
                USAGE,
                "--output \\Q" + below.output() + "\\E cannot be written: \\Q" + below.output()
                        + "/_staging/run\\E: .*\\Q" + file + "\\E.*",
                () -> new Publisher(storage, below, "run", 1));
    }

    @Test
    void anOutputWhoseFolderCannotBeMadeIsAUsageError() {
        // The kernel refuses folders here to everybody, root included.
        Layout refused = new Layout("input", "/proc/self/output", "models");

        Expect.failure(
                USAGE,
                "--output /proc/self/output cannot be written: /proc/self/output/_staging/run: the folder cannot be made",
                () -> new Publisher(storage, refused, "run", 1));
    }
}
