package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldensTest {
    private static final String FILE = "removed/candidates.csv";
    private static final String REWRITE =
            "\nWhen this is meant, .ci/goldens rewrites the golden files of sample-data and prints what changed.";

    @TempDir
    private Path folder;

    @BeforeEach
    void writeTheFiles() throws IOException {
        Files.writeString(folder.resolve("golden-users.csv"), "user_id,why\n1,\"seen, twice\"\n10,reply\n");
        of(usual()).write();
    }

    private static List<Map<String, Object>> usual() {
        return List.of(
                row(10, 5, 0.25f, "reply"),
                row(1, 12, 0.5f, "seen"),
                row(1, 9, 2000f, "seen", "reply"),
                row(3, 5, 0.1f, "seen"));
    }

    private static Map<String, Object> row(long user, long post, float score, String... reasons) {
        return new HashMap<>(Map.of(
                "user_id",
                user,
                "item_type",
                "post",
                "item_id",
                post,
                "sources",
                new String[] {"popular", "in_network"},
                "reasons",
                reasons,
                "score",
                score));
    }

    /** The usual rows, but one of them. */
    private static List<Map<String, Object>> with(int index, Map<String, Object> row) {
        return Stream.concat(
                        Stream.of(row),
                        usual().stream()
                                .filter(other -> !other.get("item_id")
                                                .equals(usual().get(index).get("item_id"))
                                        || !other.get("user_id")
                                                .equals(usual().get(index).get("user_id"))))
                .toList();
    }

    private Goldens of(List<Map<String, Object>> rows) throws IOException {
        List<Row> collected =
                Published.rows(SharedSpark.session(), Table.REMOVED, rows).collectAsList();
        Goldens goldens = new Goldens(folder);
        goldens.add(FILE, new GoldenRows("removed/candidates", Table.REMOVED, collected));
        return goldens;
    }

    private void fails(String message, List<Map<String, Object>> rows) throws IOException {
        Goldens goldens = of(rows);
        assertEquals(
                message + REWRITE,
                assertThrows(AssertionError.class, goldens::check).getMessage());
    }

    @Test
    void theFilesHoldEveryColumnOfTheUsersInOrderOfTheKeyAndFiguresOfAll() throws IOException {
        assertEquals(
                List.of(
                        "user_id,item_type,item_id,sources,reasons,rank,score,propensity",
                        "1,post,9,popular in_network,seen reply,,2000.0,",
                        "1,post,12,popular in_network,seen,,0.5,",
                        "10,post,5,popular in_network,reply,,0.25,"),
                Files.readAllLines(folder.resolve(FILE)));
        List<String> counts = Files.readAllLines(folder.resolve("golden-counts.csv"));
        assertEquals("table,figure,of,value", counts.get(0));
        assertTrue(
                counts.containsAll(List.of(
                        "removed/candidates,rows,,4",
                        "removed/candidates,rows of sources,popular,4",
                        "removed/candidates,rows of reasons,seen,3",
                        "removed/candidates,mean of,score,500.2125")),
                counts.toString());
    }

    @Test
    void equalRowsPassInWhateverOrder() throws IOException {
        of(usual()).check();
        of(with(3, usual().get(3))).check();
    }

    @Test
    void aFailureNamesFileUserColumnAndBothTexts() throws IOException {
        fails(
                """
                removed/candidates.csv, user 1 post 12: reasons must be seen, but is own_post
                golden-counts.csv, removed/candidates digest: value must be %s, but is %s
                golden-counts.csv, removed/candidates rows of reasons seen: value must be 3, but is 2
                golden-counts.csv, removed/candidates rows of reasons own_post: must be absent, but is there"""
                        .formatted(digest(usual()), digest(with(1, row(1, 12, 0.5f, "own_post")))),
                with(1, row(1, 12, 0.5f, "own_post")));
    }

    private static String digest(List<Map<String, Object>> rows) {
        return new GoldenRows(
                        "",
                        Table.REMOVED,
                        Published.rows(SharedSpark.session(), Table.REMOVED, rows)
                                .collectAsList())
                .figures()
                .get(List.of("digest", ""));
    }

    @Test
    void aRowThatIsMissingOrTooManyIsNamed() throws IOException {
        assertTrue(failure(usual().subList(1, 4)).contains("user 10 post 5: must be there, but is absent"));
        assertTrue(failure(Stream.concat(usual().stream(), Stream.of(row(10, 6, 0, "seen")))
                        .toList())
                .contains("user 10 post 6: must be absent, but is there"));
    }

    private String failure(List<Map<String, Object>> rows) throws IOException {
        return assertThrows(AssertionError.class, of(rows)::check).getMessage();
    }

    @Test
    void scoresMayDifferByAHundredThousandthAndAreThenNotRewritten() throws IOException {
        List<Map<String, Object>> near = with(1, row(1, 12, 0.500005f, "seen"));
        of(near).check();
        List<String> before = Files.readAllLines(folder.resolve(FILE));
        assertEquals(List.of("No golden file changed."), of(near).write());
        assertEquals(before, Files.readAllLines(folder.resolve(FILE)));

        assertTrue(failure(with(1, row(1, 12, 0.50002f, "seen"))).contains("score must be 0.5, but is 0.50002"));
    }

    @Test
    void aNumberThatIsNoScoreMustBeEqual() throws IOException {
        Map<String, Object> ranked = row(1, 12, 0.5f, "seen");
        ranked.put("rank", 3);
        assertTrue(failure(with(1, ranked)).contains("user 1 post 12: rank must be empty, but is 3"));
    }

    @Test
    void otherRowsOfAUserWithoutAFileAreFoundByTheDigest() throws IOException {
        List<Map<String, Object>> other = with(3, row(3, 6, 0.1f, "seen"));
        fails(
                "golden-counts.csv, removed/candidates digest: value must be " + digest(usual()) + ", but is "
                        + digest(other),
                other);
        assertEquals(
                List.of("removed/candidates", "  the counts are equal, the digest is not"),
                of(other).write());
    }

    @Test
    void writingTellsWhatChangedByTableReasonAndUser() throws IOException {
        List<Map<String, Object>> rows = Stream.concat(
                        with(1, row(1, 12, 0.75f, "seen", "own_post")).stream()
                                .filter(row -> !row.get("user_id").equals(10L)),
                        Stream.of(row(1, 20, 0.5f, "seen"), row(3, 8, 0.5f, "muted")))
                .toList();

        assertEquals(
                List.of(
                        "removed/candidates",
                        "  rows: 4 -> 5",
                        "  item_type post: 4 -> 5",
                        "  sources in_network: 4 -> 5",
                        "  sources popular: 4 -> 5",
                        "  reasons reply: 2 -> 1",
                        "  reasons seen: 3 -> 4",
                        "  mean of score: 500.2125 -> 400.37",
                        "  reasons muted: 0 -> 1",
                        "  reasons own_post: 0 -> 1",
                        "  user 1: reasons of 1 row (post 12 seen -> seen own_post), score of 1 row (post 12 0.5 -> 0.75),"
                                + " 1 row more (post 20)",
                        "  user 10: 1 row fewer (post 5)",
                        "No user in golden-users.csv has reasons muted in removed/candidates; users who have: 3"),
                of(rows).write());
        of(rows).check();
    }

    @Test
    void aColumnThatIsAddedIsToldOnce() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(FILE));
        Files.write(
                folder.resolve(FILE),
                lines.stream().map(line -> line.replaceAll(",[^,]*$", "")).toList());
        fails("removed/candidates.csv: column propensity must be absent, but is there", usual());

        assertEquals(
                List.of("removed/candidates", "  column propensity: absent -> there"),
                of(usual()).write());
        assertEquals(lines, Files.readAllLines(folder.resolve(FILE)));
    }

    @Test
    void aFileThatNoStageGivesIsDeleted() throws IOException {
        Files.writeString(folder.resolve("removed/renamed.csv"), "user_id\n");
        fails("removed/renamed.csv: must be of a stage's table, but no stage gives it", usual());

        assertEquals(
                List.of("removed/renamed.csv deleted: no stage gives it"),
                of(usual()).write());
        of(usual()).check();
    }

    @Test
    void moreLinesThanAPersonReviewsAreRefused() throws IOException {
        List<Map<String, Object>> many = Stream.iterate(1L, post -> post + 1)
                .limit(1500)
                .map(post -> row(1, post, 0.5f, "seen"))
                .toList();
        String message =
                "Golden files must have at most 1500 lines, but have 1512: take users out of golden-users.csv.";

        List<String> changes = of(many).write();
        assertEquals(message, changes.get(changes.size() - 1));
        assertEquals(message, failure(many));
    }
}
