package io.pushrank.jobs.source;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.table.Query;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcesTest {
    private final ConfigFile shipped = ConfigFile.shipped();

    @Test
    void everyShippedSourceLoadsInOrderOfDisplay() {
        List<Source> sources = Sources.of(shipped.config());

        assertEquals(
                List.of("social_proof", "in_network", "followed_topics", "collaborative", "popular"),
                sources.stream().map(Source::name).toList());
        assertEquals(
                List.of(
                        Source.Network.BOTH,
                        Source.Network.IN,
                        Source.Network.OUT,
                        Source.Network.OUT,
                        Source.Network.OUT),
                sources.stream().map(Source::network).toList());
        assertEquals(
                List.of("has_recommendations", "none", "has_topics", "has_recommendations", "has_recommendations"),
                sources.stream().map(source -> source.setting().orElse("none")).toList());
        sources.forEach(source -> assertFalse(source.summary().isBlank(), source.name()));
        assertEquals(30, sources.get(0).limit());
        assertArrayEquals(new String[] {"like", "repost"}, (String[])
                sources.get(0).parameters().get("kinds"));
    }

    @Test
    void aSourceWithoutASqlFileIsNamed() {
        Expect.failure(
                USAGE,
                "config: candidates.sources.trends has no SQL file sources/trends.sql",
                () -> Sources.of(
                        shipped.set("candidates.sources.trends={limit: 5}").config()));
    }

    @Test
    void aParameterThatTheSqlDoesNotUseIsNamed() {
        Expect.failure(
                USAGE,
                "config: candidates.sources.in_network has no parameter max_actors",
                () -> Sources.of(shipped.set("candidates.sources.in_network.max_actors=5")
                        .config()));
    }

    @Test
    void aParameterThatTheSqlLacksIsNamed() {
        Expect.failure(
                USAGE,
                "config: candidates.sources.social_proof lacks [kinds, max_actors], which its SQL uses",
                () -> Sources.of(shipped.set("candidates.sources.social_proof.kinds=null")
                        .set("candidates.sources.social_proof.max_actors=null")
                        .config()));
    }

    @Test
    void aListOfSomethingElseThanTextsIsNamed() {
        Expect.failure(
                USAGE,
                "config: candidates.sources.social_proof.kinds must be a list of texts, but holds 7",
                () -> Sources.of(shipped.set("candidates.sources.social_proof.kinds=[like, 7]")
                        .config()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            needs: none                                  | sources/trends.sql must have one line -- network: … in its head comment, with one of [in, out, both], but has 0
            network: in; network: out; needs: none       | sources/trends.sql must have one line -- network: … in its head comment, with one of [in, out, both], but has 2
            network: any; needs: none                    | sources/trends.sql: network must be one of [in, out, both], but is "any"
            network: in                                  | sources/trends.sql must have one line -- needs: … in its head comment, with one of [none, has_recommendations, has_topics], but has 0
            network: in; needs: is_push_enabled          | sources/trends.sql: needs must be one of [none, has_recommendations, has_topics], but is "is_push_enabled"
            network: in; needs: none; and what else      | sources/trends.sql: a line of its head comment after the first declaration must be one of [needs, network], but is "and what else"
            """)
    void aFileThatDoesNotDeclareWhatItMustIsNamed(String head, String message) {
        Expect.failure(USAGE, message, () -> Declarations.of(trends(head)));
    }

    @Test
    void whatComesBeforeTheDeclarationsIsTheSummary() {
        Declarations declared = Declarations.of(trends("needs: has_topics; network: both"));

        assertEquals("What trends, the newest first.", declared.summary());
        assertEquals(Optional.of("has_topics"), declared.setting());
        assertEquals(Source.Network.BOTH, declared.network());
    }

    /** A source whose head comment ends with these declarations, separated by semicolons. */
    private static Query trends(String declarations) {
        String text =
                "-- What trends,\n-- the newest first.\n-- " + declarations.replace("; ", "\n-- ") + "\nSELECT 1\n";
        return new Query("trends", "", text);
    }
}
