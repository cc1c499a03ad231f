package io.pushrank.jobs.source;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.RowExpression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcesTest {
    private final ConfigFile shipped = ConfigFile.shipped();

    private static List<Source> sources(ConfigFile settings) {
        return Sources.of(Facts.of(settings)).all();
    }

    private static Source source(ConfigFile settings, String name) {
        return sources(settings).stream()
                .filter(source -> source.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theShippedSourcesLoadInTheOrderOfTheSettings() {
        List<Source> sources = sources(shipped);

        assertEquals(
                List.copyOf(shipped.config().candidates().sources().keySet()),
                sources.stream().map(Source::name).toList());
        sources.forEach(source -> assertFalse(source.summary().isBlank(), source.name()));
        Source proof = source(shipped, "social_proof");
        assertEquals(30, proof.limit());
        assertEquals(1, proof.quota());
        assertEquals("post", proof.itemType());
        assertEquals(Source.Network.BOTH, proof.network());
        assertEquals("user.has_recommendations", proof.needs().orElseThrow().text());
        assertArrayEquals(
                new String[] {"like", "repost"}, (String[]) proof.parameters().get("kinds"));
    }

    @Test
    void theSettingsForTheHiggsDataAreUsable() throws IOException {
        String higgs = Files.readString(Path.of("../conf/higgs.yaml"));

        assertEquals(6, sources(shipped.over("higgs.yaml", higgs)).size());
    }

    @Test
    void theSettingsForMovieLensAreUsable() throws IOException {
        String movieLens = Files.readString(Path.of("../conf/movielens.yaml"));

        assertEquals(4, sources(shipped.over("movielens.yaml", movieLens)).size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            trendz={limit: 5}                    | candidates.sources.trendz must have a file sources/trendz.sql, but has none; the nearest are trend, video, popular
            in_network.max_actors=5              | candidates.sources.in_network must have parameters of [max_age_hours], but has max_actors
            social_proof.kinds=null              | candidates.sources.social_proof must have [kinds, max_actors, max_age_hours], but lacks [kinds]
            social_proof.limit=null              | candidates.sources.social_proof.limit must be a whole number, but is null
            social_proof.max_age_hours=-5        | candidates.sources.social_proof.max_age_hours must be between 1 and 8760, but is -5
            popular.max_age_hours=0              | candidates.sources.popular.max_age_hours must be between 1 and 8760, but is 0
            popular.max_age_hours=8761           | candidates.sources.popular.max_age_hours must be between 1 and 8760, but is 8761
            popular.max_age_hours=100000000000   | candidates.sources.popular.max_age_hours must be between 1 and 8760, but is 100000000000
            popular.max_age_hours=day            | candidates.sources.popular.max_age_hours must be a whole number, but is "day"
            popular.max_age_hours=1.5            | candidates.sources.popular.max_age_hours must be a whole number, but is 1.5
            popular.max_age_hours=[24]           | candidates.sources.popular.max_age_hours must be a whole number, but is [24]
            social_proof.max_actors=-1           | candidates.sources.social_proof.max_actors must be between 1 and 100, but is -1
            followed_topics.min_topic_score=1.1  | candidates.sources.followed_topics.min_topic_score must be between 0 and 1, but is 1.1
            followed_topics.min_topic_score=true | candidates.sources.followed_topics.min_topic_score must be a number, but is true
            social_proof.kinds=like              | candidates.sources.social_proof.kinds must be a list, but is "like"
            social_proof.kinds=[]                | candidates.sources.social_proof.kinds must be some of [like, repost, reply, quote, click], but is empty
            social_proof.kinds=[like, likes]     | candidates.sources.social_proof.kinds must be some of [like, repost, reply, quote, click], but holds "likes"
            social_proof.kinds=[like, 7]         | candidates.sources.social_proof.kinds must be some of [like, repost, reply, quote, click], but holds 7
            social_proof.kinds=[like, like]      | candidates.sources.social_proof.kinds must hold each value once, but holds "like" again
            """)
    void aSettingThatTheSourceDoesNotDeclareIsNamedWithItsBounds(String assignment, String message) {
        ConfigFile settings = shipped.set("candidates.sources." + assignment);

        Expect.failure(USAGE, "config: " + message, () -> sources(settings));
    }

    @Test
    void theBoundsThemselvesAreAllowedAndANumberMayBeWhole() {
        ConfigFile settings = shipped.set("candidates.sources.popular.max_age_hours=720")
                .set("candidates.sources.followed_topics.min_topic_score=1");

        assertEquals(
                Map.of("max_age_hours", 720, "limit", 20),
                source(settings, "popular").parameters());
        assertEquals(1.0, source(settings, "followed_topics").parameters().get("min_topic_score"));
    }

    @Test
    void aSourceMustNotReachBackFurtherThanEventsAreRead() {
        ConfigFile settings = shipped.set("inputs.lookback_days=2")
                .set("rules.sent_before.duplicate_days=2")
                .set("candidates.sources.popular.max_age_hours=49");

        Expect.failure(
                USAGE,
                "config: candidates.sources.popular.max_age_hours must be at most 24 * inputs.lookback_days (24 * 2 = 48),"
                        + " but is 49",
                () -> sources(settings));
    }

    /** Settings with one more source, mine, whose head comment has these lines after its summary. */
    private static ConfigFile mine(String lines, String sql, String settings) {
        String text = "-- What trends,\n-- the newest first.\n-- " + lines.replace("; ", "\n-- ") + "\n" + sql + "\n";
        return ConfigFile.of(ConfFolder.shipped()
                .over(
                        "my-conf",
                        Map.of(
                                "sources/mine.sql",
                                text,
                                "pushrank.yaml",
                                "candidates: {sources: {mine: " + settings + "}}")));
    }

    private static final String SELECT = "SELECT user_id, 1 AS item_id, 1.0 AS score FROM targets";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            network: in; needs: none                            | my-conf/sources/mine.sql: the head comment must have one line -- items: … with one of [post, trend], but has 0
            items: trends; network: in; needs: none             | my-conf/sources/mine.sql, line 3: items must be one of [post, trend], but is "trends"
            items: post; needs: none                            | my-conf/sources/mine.sql: the head comment must have one line -- network: … with one of [in, out, both], but has 0
            items: post; network: in; network: out; needs: none | my-conf/sources/mine.sql, line 5: the head comment must have one line -- network: …, but has 2
            items: post; network: any; needs: none              | my-conf/sources/mine.sql, line 4: network must be one of [in, out, both], but is "any"
            items: post; network: in                            | my-conf/sources/mine.sql: the head comment must have one line -- needs: … with an expression over facts of the user, or none, but has 0
            items: post; network: in; needs: user.has_topic     | my-conf/sources/mine.sql, line 5: needs: a fact must be a column of user, but is user.has_topic; the nearest are user.has_topics, user.topics, user.push_types
            items: post; network: in; needs: users.has_topics   | my-conf/sources/mine.sql, line 5: needs: a fact must be of a family that is there, but is users.has_topics; the nearest are user, item, pair
            items: post; network: in; needs: has_topics         | my-conf/sources/mine.sql, line 5: needs: a fact must be FAMILY.COLUMN, but is has_topics; the nearest are user.has_topics
            items: post; network: in; needs: pair.is_followed   | my-conf/sources/mine.sql, line 5: needs: a fact must be of a family that is found by [user_id], but is pair.is_followed, found by author_id
            items: post; network: in; needs: user.follows >     | my-conf/sources/mine.sql, line 5: needs: expression user.follows > is not SQL: [PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos 14)
            items: post; network: in; needs: (SELECT true)      | my-conf/sources/mine.sql, line 5: needs: expression must be of one row, but holds a query: scalarsubquery()
            items: post; network: in; need: none                | my-conf/sources/mine.sql, line 5: a key of the head comment must be one of [items, needs, network, parameter], but is need; the nearest are needs, items, network
            items: post; network: in; needs: none; and what else | my-conf/sources/mine.sql, line 6: after the first -- key: value, a line of the head comment must be another or be indented, but is "-- and what else"
            """)
    void aHeadThatDoesNotSayWhatTheSourceIsIsNamedWithFileAndLine(String head, String message) {
        ConfigFile settings = mine(head, SELECT, "{limit: 5}");

        Expect.failure(USAGE, message, () -> sources(settings));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            age, whole number, 1 to 5                     | my-conf/sources/mine.sql: each parameter that the SQL uses must be declared, but these are not: [score]
            age, number, 1 to 5; score, number, 0 to 1; days, number, 1 to 2 | my-conf/sources/mine.sql, line 8: a declared parameter must be one that the SQL uses, once, but is days; the SQL uses [age, score]
            age, number, 1 to 5; age, number, 1 to 5      | my-conf/sources/mine.sql, line 7: a declared parameter must be one that the SQL uses, once, but is age again
            limit, whole number, 1 to 5                   | my-conf/sources/mine.sql, line 6: a declared parameter must be one that the SQL uses, once, but is limit; the SQL uses [age, score]
            age, whole number, 0.5 to 5                   | my-conf/sources/mine.sql, line 6: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "age, whole number, 0.5 to 5"
            age, number, 5 to 1                           | my-conf/sources/mine.sql, line 6: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "age, number, 5 to 1"
            age                                           | my-conf/sources/mine.sql, line 6: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "age"
            kinds, some of                                | my-conf/sources/mine.sql, line 6: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "kinds, some of"
            age, number, 1 to 5, default 6                | my-conf/sources/mine.sql, line 6: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "age, number, 1 to 5, default 6"
            """)
    void parametersThatAreNotThoseOfTheSqlAreNamedWithTheFile(String parameters, String message) {
        String head = "items: post; network: in; needs: none; parameter: " + parameters.replace("; ", "; parameter: ");
        ConfigFile settings = mine(
                head,
                "SELECT user_id FROM targets WHERE :age < :score AND :limit > 0 AND :as_of IS NOT NULL",
                "{limit: 5}");

        Expect.failure(USAGE, message, () -> sources(settings));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            SELECT user_id FROM user_topic    | my-conf/sources/mine.sql, line 6: FROM and JOIN must name a table, a view or a family of facts, but name user_topic; the nearest are user_topics, post_topics, user_visits
            SELECT user_id FROM row           | my-conf/sources/mine.sql, line 6: FROM and JOIN must name a table, a view or a family of facts, but name row; the nearest are post, acts, posts
            SELECT user_id FROM actor         | my-conf/sources/mine.sql, line 6: FROM and JOIN must name a table, a view or a family of facts, but name actor; the nearest are acts, author, history
            SELECT user_id FROM pair          | my-conf/sources/mine.sql, line 6: FROM and JOIN must name a table, a view or a family of facts, but name pair; the nearest are post, user, acts
            SELECT user_id FROM nearest_posts | my-conf/sources/mine.sql, line 6: a source that reads nearest_posts must have a parameter max_age_hours, whole number, but has []
            SELECT user_id FORM targets       | my-conf/sources/mine.sql, line 6: the text must be SQL, but: [PARSE_SYNTAX_ERROR] Syntax error at or near 'targets': extra input 'targets'. SQLSTATE: 42601 (line 6, pos 20)
            SELECT user_id FROM (SELECT 1     | my-conf/sources/mine.sql, line 7: the text must be SQL, but: [PARSE_SYNTAX_ERROR] Syntax error at or near end of input: missing ')'. SQLSTATE: 42601 (line 7, pos 0)
            """)
    void sqlThatReadsWhatIsNotThereIsNamedWithFileAndLine(String sql, String message) {
        ConfigFile settings = mine("items: post; network: in; needs: none", sql, "{limit: 5}");

        Expect.failure(USAGE, message, () -> sources(settings));
    }

    @Test
    void aSourceOfMyOwnIsAddedWithItsDefaultsAndNeeds() {
        Source mine = source(
                mine(
                        "items: trend; network: both; needs: user.has_topics AND user.follows > 2;"
                                + " parameter: age, whole number, 1 to 5, default 3; parameter: share, number, 0 to 1",
                        "SELECT user_id FROM targets WHERE :age > :share",
                        "{limit: 5, quota: 4, share: 1}"),
                "mine");

        assertEquals("What trends, the newest first.", mine.summary());
        assertEquals("trend", mine.itemType());
        assertEquals(4, mine.quota());
        assertEquals(
                List.of("user.follows", "user.has_topics"),
                mine.needs().map(RowExpression::references).orElseThrow().stream()
                        .map(Object::toString)
                        .toList());
        assertEquals(Map.of("age", 3, "share", 1.0), mine.parameters());
    }
}
