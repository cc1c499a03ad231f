package io.pushrank.jobs.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.source.EverySource;
import io.pushrank.jobs.source.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every SQL file that is shipped: those of conf, and those of the code's own. */
class QueryFilesTest {
    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final Facts FACTS = Facts.of(ConfigFile.shipped());
    /** Relations that code gives to queries by name. */
    private static final Set<String> GIVEN = Set.of(
            Family.ROW,
            Facts.NEAREST_POSTS,
            "recipients",
            "actions",
            "audience",
            "ranked_items",
            "evidence",
            "clustered_authors",
            "counted_follows");

    /** Long computations over one view that is given: no names are looked up for them, so they may use WITH. */
    private static final Set<Path> COMPUTATIONS =
            Set.of(Path.of("evaluations", "light_ranking.sql"), Path.of("evaluations", "by_user.sql"));

    private static List<Query> queries() throws IOException {
        List<Query> queries = new ArrayList<>(FACTS.queries());
        queries.addAll(Sources.of(Facts.of(EverySource.settings())).queries());
        try (Stream<Path> files = Files.walk(RESOURCES)) {
            files.filter(file -> file.toString().endsWith(".sql"))
                    .map(RESOURCES::relativize)
                    .filter(file -> !COMPUTATIONS.contains(file))
                    // In another dialect, with blanks that are filled in.
                    .filter(file -> !file.startsWith(Path.of("bench", "duckdb")))
                    .sorted()
                    .forEach(file -> queries.add(Query.load(
                            file.getParent().toString(),
                            file.getFileName().toString().replace(".sql", ""))));
        }
        return queries;
    }

    @ParameterizedTest
    @MethodSource("queries")
    void aFileSaysWhatItGivesAndReadsOnlyWhatExists(Query query) {
        assertFalse(query.summary().isBlank(), query.file() + ": the comment says something");
        assertFalse(
                query.text().replaceAll("(?m)^--.*$", "").matches("(?is).*\\bWITH\\b.*"),
                query.file() + ": a view of its own is easier to find than a WITH");
        assertFalse(query.relations().isEmpty(), query.file() + " reads something");
        for (String relation : query.relations()) {
            assertTrue(
                    GIVEN.contains(relation) || FACTS.isRelation(relation),
                    query.file() + ": " + relation + " is no table, view or family");
        }
    }

    @Test
    void everyViewIsReadBySomething() throws IOException {
        Set<String> unread = new TreeSet<>(FACTS.viewNames());
        queries().forEach(query -> unread.removeAll(query.relations()));
        for (Query query : FACTS.queries()) {
            query.head()
                    .all("instead")
                    .forEach(entry -> unread.remove(entry.value().split(" ", 2)[0]));
        }

        assertEquals(Set.of(), unread);
    }

    private static Query query(String text) {
        return Query.of("x", new NamedText("x.sql", text), Set.of("reused"));
    }

    @Test
    void relationsAreThoseOfFromAndJoinInSubqueriesToo() {
        Query query = query(
                """
                -- What is left.
                SELECT post.post_id FROM posts AS post
                LEFT JOIN (SELECT act.post_id FROM engagements AS act LEFT ANTI JOIN seen ON seen.post_id = act.post_id) AS rest
                  ON rest.post_id = post.post_id
                WHERE post.author_id IN (SELECT user_id FROM recommendable)
                """);

        assertEquals(Set.of("engagements", "posts", "recommendable", "seen"), query.relations());
    }

    @Test
    void parametersAreTheNamesAfterAColonInTheSqlAlone() {
        Query query = query(
                "-- What is :old.\n-- reused: :yes\n"
                        + "SELECT :as_of, ':no', a FROM posts WHERE b > :limit AND c < (SELECT max(d) FROM users WHERE d < :limit_2)");

        assertEquals(Set.of("as_of", "limit", "limit_2"), query.parameters());
    }
}
