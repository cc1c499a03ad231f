package io.pushrank.jobs.source;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.table.Query;
import java.util.List;
import org.junit.jupiter.api.Test;

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

    @Test
    void aFileThatDoesNotSayWhoseAuthorsItShowsIsRefused() {
        IllegalArgumentException failure = assertThrows(
                IllegalArgumentException.class,
                () -> Source.networkOf(new Query("trends", "What trends.", "SELECT 1")));

        assertEquals(
                "sources/trends.sql must say -- network: in, out or both in its head comment", failure.getMessage());
    }
}
