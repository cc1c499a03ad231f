package io.pushrank.jobs.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QueryFilesTest {
    private static final Path RESOURCES = Path.of("src/main/resources");
    /** Relations that code gives to queries by name. */
    private static final Set<String> GIVEN =
            Set.of("proposals", "hydrated", "light_rows", "time_zones", "earlier_sends", "recipients", "actions");

    /** Long computations over one view that is given: no names are looked up for them, so they may use WITH. */
    private static final Set<Path> COMPUTATIONS =
            Set.of(Path.of("evaluations", "light_ranking.sql"), Path.of("evaluations", "by_user.sql"));

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(RESOURCES)) {
            return files.filter(file -> file.toString().endsWith(".sql"))
                    .map(RESOURCES::relativize)
                    .filter(file -> !COMPUTATIONS.contains(file))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thereAreFilesOfEveryKind() throws IOException {
        Set<String> folders = new TreeSet<>();
        files().forEach(file -> folders.add(file.getParent().toString()));

        assertEquals(Set.of("baselines", "evaluations", "features", "sources", "stages", "views"), folders);
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileSaysWhatItGivesAndReadsOnlyWhatExists(Path file) {
        String name = file.getFileName().toString().replace(".sql", "");
        Query query = Query.load(file.getParent().toString(), name);

        assertTrue(query.text().startsWith("-- "), "it starts with a comment");
        assertFalse(query.summary().isBlank(), "the comment says something");
        assertFalse(
                query.text().replaceAll("(?m)^--.*$", "").matches("(?is).*\\bWITH\\b.*"),
                "a view of its own is easier to find than a WITH");
        assertFalse(query.relations().isEmpty(), "it reads something");
        for (String relation : query.relations()) {
            assertTrue(
                    GIVEN.contains(relation)
                            || Query.exists("views", relation)
                            || Stream.of(Table.values())
                                    .anyMatch(table -> table.tableName().equals(relation)),
                    relation + " is neither a table nor a view");
        }
    }

    @Test
    void relationsAreThoseOfFromAndJoinInSubqueriesToo() {
        Query query = new Query(
                "x",
                "",
                """
                SELECT post.post_id FROM posts AS post
                LEFT JOIN (SELECT act.post_id FROM engagements AS act LEFT ANTI JOIN seen ON seen.post_id = act.post_id) AS rest
                  ON rest.post_id = post.post_id
                """);

        assertEquals(Set.of("engagements", "posts", "seen"), query.relations());
    }

    @Test
    void parametersAreTheNamesAfterAColonOutsideTheHeadComment() {
        Query query =
                new Query("x", "", "-- reused :yes\nSELECT :as_of, a FROM posts WHERE b > :limit AND c < :limit_2");

        assertEquals(Set.of("as_of", "limit", "limit_2"), new TreeSet<>(query.parameters()));
    }
}
