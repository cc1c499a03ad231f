package io.pushrank.jobs.source;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    void theSettingsForTheHiggsDataAreUsable() throws IOException {
        String higgs = Files.readString(Path.of("../conf/higgs.yaml"));

        assertEquals(4, Sources.of(shipped.over("higgs.yaml", higgs).config()).size());
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            social_proof.max_age_hours=-5        | social_proof.max_age_hours must be between 1 and 720, but is -5
            popular.max_age_hours=0              | popular.max_age_hours must be between 1 and 720, but is 0
            popular.max_age_hours=721            | popular.max_age_hours must be between 1 and 720, but is 721
            popular.max_age_hours=100000000000   | popular.max_age_hours must be between 1 and 720, but is 100000000000
            popular.max_age_hours=day            | popular.max_age_hours must be a whole number, but is "day"
            popular.max_age_hours=1.5            | popular.max_age_hours must be a whole number, but is 1.5
            popular.max_age_hours=[24]           | popular.max_age_hours must be a whole number, but is [24]
            social_proof.max_actors=-1           | social_proof.max_actors must be between 1 and 100, but is -1
            followed_topics.min_topic_score=1.1  | followed_topics.min_topic_score must be between 0 and 1, but is 1.1
            followed_topics.min_topic_score=true | followed_topics.min_topic_score must be a number, but is true
            social_proof.kinds=like              | social_proof.kinds must be a list, but is "like"
            social_proof.kinds=[]                | social_proof.kinds must be some of [like, repost, reply, quote, click], but is empty
            social_proof.kinds=[like, likes]     | social_proof.kinds must be some of [like, repost, reply, quote, click], but holds "likes"
            social_proof.kinds=[like, 7]         | social_proof.kinds must be some of [like, repost, reply, quote, click], but holds 7
            social_proof.kinds=[like, like]      | social_proof.kinds must hold each value once, but holds "like" again
            """)
    void aValueThatTheSourceDoesNotDeclareIsNamedWithItsBounds(String assignment, String message) {
        RankingConfig config = shipped.set("candidates.sources." + assignment).config();

        Expect.failure(USAGE, "config: candidates.sources." + message, () -> Sources.of(config));
    }

    @Test
    void theBoundsThemselvesAreAllowedAndANumberMayBeWhole() {
        List<Source> sources = Sources.of(shipped.set("candidates.sources.popular.max_age_hours=720")
                .set("candidates.sources.followed_topics.min_topic_score=1")
                .config());

        assertEquals(Map.of("max_age_hours", 720, "limit", 20), sources.get(4).parameters());
        assertEquals(1.0, sources.get(2).parameters().get("min_topic_score"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            inputs.lookback_days=2; quality_control.duplicate_days=2; candidates.sources.popular.max_age_hours=49 | candidates.sources.popular.max_age_hours must be at most 24 * inputs.lookback_days (24 * 2 = 48), but is 49
            quality_control.min_reply_actors=11   | quality_control.min_reply_actors must be at most candidates.sources.social_proof.max_actors (10), but is 11
            candidates.sources.social_proof.max_actors=1 | quality_control.min_reply_actors must be at most candidates.sources.social_proof.max_actors (1), but is 2
            """)
    void valuesThatContradictOtherSettingsAreNamedWithThem(String assignments, String message) {
        ConfigFile file = shipped;
        for (String assignment : assignments.split("; ", -1)) {
            file = file.set(assignment);
        }
        RankingConfig config = file.config();

        Expect.failure(USAGE, "config: " + message, () -> Sources.of(config));
    }

    @Test
    void withoutASourceThatSaysHowManyActorsItNamesARuleMayAskForAnyNumber() {
        List<Source> sources = Sources.of(shipped.set("candidates.sources.social_proof=null")
                .set("quality_control.min_reply_actors=1000")
                .config());

        assertEquals(4, sources.size());
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
            network: in; needs: none; and what else      | sources/trends.sql: a line of its head comment after the first declaration must be one of [network, needs, parameter], but is "and what else"
            """)
    void aFileThatDoesNotDeclareWhoseAuthorsAndWhatItNeedsIsNamed(String head, String message) {
        Expect.failure(USAGE, message, () -> Declarations.of(trends(head)));
    }

    @Test
    void whatComesBeforeTheDeclarationsIsTheSummary() {
        Declarations declared = Declarations.of(trends("needs: has_topics; network: both"));

        assertEquals("What trends, the newest first.", declared.summary());
        assertEquals(Optional.of("has_topics"), declared.setting());
        assertEquals(Source.Network.BOTH, declared.network());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            age, whole number, 1 to 5                     | sources/trends.sql must declare each parameter that its SQL uses in a line -- parameter: … of its head comment, but lacks [score]
            age, number, 1 to 5; score, number, 0 to 1; days, number, 1 to 2 | sources/trends.sql must declare each parameter once that its SQL uses, save [as_of, limit], and no other, but declares days
            age, number, 1 to 5; age, number, 1 to 5      | sources/trends.sql must declare each parameter once that its SQL uses, save [as_of, limit], and no other, but declares age twice
            limit, whole number, 1 to 5                   | sources/trends.sql must declare each parameter once that its SQL uses, save [as_of, limit], and no other, but declares limit
            age, whole number, 0.5 to 5                   | sources/trends.sql: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", but is "age, whole number, 0.5 to 5"
            age, number, 5 to 1                           | sources/trends.sql: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", but is "age, number, 5 to 1"
            age                                           | sources/trends.sql: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", but is "age"
            kinds, some of                                | sources/trends.sql: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", but is "kinds, some of"
            """)
    void aFileWhoseParametersAreNotThoseOfItsSqlIsNamed(String parameters, String message) {
        String head = "network: in; needs: none; parameter: " + parameters.replace("; ", "; parameter: ");

        Expect.failure(USAGE, message, () -> Declarations.of(trends(head, "SELECT :age, :score, :limit, :as_of")));
    }

    /** A source whose head comment ends with these declarations, separated by semicolons. */
    private static Query trends(String declarations) {
        return trends(declarations, "SELECT 1");
    }

    private static Query trends(String declarations, String sql) {
        String text =
                "-- What trends,\n-- the newest first.\n-- " + declarations.replace("; ", "\n-- ") + "\n" + sql + "\n";
        return new Query("trends", "", text);
    }
}
