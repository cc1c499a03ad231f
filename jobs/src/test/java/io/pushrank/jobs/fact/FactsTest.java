package io.pushrank.jobs.fact;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FactsTest {
    /** The shipped facts with files over them, as pairs of path and text. */
    private static Facts over(String... files) {
        Map<String, String> texts = new HashMap<>();
        for (int index = 0; index < files.length; index += 2) {
            texts.put(files[index], files[index + 1]);
        }
        return Facts.of(ConfigFile.of(ConfFolder.shipped().over("my-conf", texts)));
    }

    /** A file whose lines stand here separated by semicolons, those of the head without their hyphens. */
    private static String file(String head, String sql) {
        return "-- " + head.replace("; ", "\n-- ") + "\n" + sql.replace("; ", "\n") + "\n";
    }

    private static String family(String name, String sql) {
        return file("Mine.; key: user_id; column: " + name + ": mine", sql);
    }

    @Test
    void aFamilyOfMyOwnIsAdded() {
        Facts facts = over("facts/mine.sql", family("age", "SELECT users.user_id, 7 AS age FROM users"));

        assertEquals(Map.of("age", "mine"), facts.families().get("mine").columns());
        assertTrue(facts.isRelation("mine"), "other queries may read it");
        facts.require(List.of(new Reference("mine", "age")), Set.of("user_id"), "here");
    }

    @Test
    void familiesStandAfterThoseThatTheySpeakOf() {
        List<String> order = Facts.of(ConfigFile.shipped()).order().stream()
                .map(Family::name)
                .toList();

        assertTrue(order.indexOf("topic") > order.indexOf("user"), order.toString());
        assertTrue(order.indexOf("pair") > order.indexOf("post"), order.toString());
        assertTrue(order.indexOf("item") > order.indexOf("trend"), order.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            Mine.                                              | SELECT users.user_id FROM users | my-conf/facts/mine.sql: the head comment must have one line -- key: … with "COLUMN", "COLUMN = COLUMN OF THE ROW" or "none", but has 0
            key: user_id                                       | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 1: the file must start with a comment that says what it gives, but has none
            Mine.; key: user_id; key: user_id                  | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 3: the head comment must have one line -- key: …, but has 2
            Mine.; key: user id                                | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 2: key must be "COLUMN", "COLUMN = COLUMN OF THE ROW" or "none", but is "user id"
            Mine.; key: other_id                               | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 2: key must be columns that the SELECT gives, [user_id], but is other_id
            Mine.; key: user_id                                | SELECT users.user_id, users.country, users.language FROM users | my-conf/facts/mine.sql, line 2: each column of the SELECT must have a line -- column: NAME: what it is, but these have none: [country, language]
            Mine.; key: user_id; column: county: mine          | SELECT users.user_id, users.country FROM users | my-conf/facts/mine.sql, line 3: column must be one that the SELECT gives, but is county; the nearest are country, user_id
            Mine.; key: user_id; column: country: mine; column: country: mine | SELECT users.user_id, users.country FROM users | my-conf/facts/mine.sql, line 4: column must be described once, but is country again
            Mine.; key: user_id; column: country               | SELECT users.user_id, users.country FROM users | my-conf/facts/mine.sql, line 3: column must be "NAME, …: what it is; from where", but is "country"
            Mine.; key: user_id; colum: country: mine          | SELECT users.user_id, users.country FROM users | my-conf/facts/mine.sql, line 3: a key of the head comment must be one of [column, items, key, light_ranked, setting], but is colum; the nearest are column, items, key
            Mine.; key: user_id                                | SELECT * FROM users | my-conf/facts/mine.sql, line 2: a fact file must be one SELECT that names each column, but is not
            Mine.; key: user_id                                | SELECT user_id FROM users UNION ALL SELECT user_id FROM devices | my-conf/facts/mine.sql, line 2: a fact file must be one SELECT that names each column, but is not
            Mine.; key: user_id; items: event                  | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 3: a family of items must give [author_id, created_at, fresh_at], but lacks [author_id, created_at, fresh_at]
            Mine.; key: user_id; light_ranked: true            | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 3: light_ranked must be yes or no, but is true
            Mine.; key: user_id                                | SELECT users.user_id; FORM users | my-conf/facts/mine.sql, line 4: the text must be SQL, but: [PARSE_SYNTAX_ERROR] Syntax error at or near 'users': extra input 'users'. SQLSTATE: 42601 (line 4, pos 5)
            Mine.; key: user_id                                | SELECT users.user_id; FROM users; JOIN usrs ON usrs.user_id = users.user_id | my-conf/facts/mine.sql, line 5: FROM and JOIN must name a table, a view or a family of facts, but name usrs; the nearest are users, user, acts
            Mine.; key: user_id                                | SELECT users.user_id FROM pair AS users | my-conf/facts/mine.sql, line 3: FROM and JOIN must name a table, a view or a family of facts, but name pair; the nearest are post, user, acts
            Mine.; key: user_id                                | SELECT users.user_id FROM actor AS users | my-conf/facts/mine.sql, line 3: FROM and JOIN must name a table, a view or a family of facts, but name actor; the nearest are acts, author, history
            Mine.; key: none; column: likes: mine              | SELECT pair.lieks AS likes FROM row | my-conf/facts/mine.sql, line 4: a fact must be a column of pair, but is pair.lieks; the nearest are pair.clicks, pair.likes, pair.opens
            Mine.; key: user_id; setting: targets.push_capp    | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 3: a setting must be a key of pushrank.yaml with one value, but is targets.push_capp; the nearest are targets.push_cap, inputs.item_age, retrieval.rate
            Mine.; key: user_id; setting: targets              | SELECT users.user_id FROM users | my-conf/facts/mine.sql, line 3: a setting must be a key of pushrank.yaml with one value, but is targets; the nearest are seed, targets.push_cap, as_of_hour
            """)
    void aFileThatIsNoFamilyIsNamedWithItsLine(String head, String sql, String message) {
        Expect.failure(USAGE, message, () -> over("facts/mine.sql", file(head, sql)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"users", "edges", "rank", "row", "item", "earlier_sends", "Mine", "my-own"})
    void aFamilyThatIsNamedAsSomethingElseIsRefused(String name) {
        Expect.failure(
                USAGE,
                "my-conf/facts/" + name
                        + ".sql: the name must be lower-case letters, digits and underscores, and none of a"
                        + " table, a view, or a column of the tables between stages, but is " + name,
                () -> over(
                        "facts/" + name + ".sql",
                        family("age", "SELECT account.user_id, 7 AS age FROM users AS account")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"users", "row", "time_zones"})
    void aViewThatIsNamedAsSomethingElseIsRefused(String name) {
        Expect.failure(
                USAGE,
                "my-conf/views/" + name
                        + ".sql: the name must be lower-case letters, digits and underscores, and none of a"
                        + " table, a view, or a column of the tables between stages, but is " + name,
                () -> over("views/" + name + ".sql", "-- Mine.\nSELECT 1 AS one FROM posts"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            Mine.; reused: maybe                                            | SELECT 1 AS one FROM posts | my-conf/views/mine.sql, line 2: reused must be yes, but is maybe
            Mine.; instead: live_posts                                      | SELECT 1 AS one FROM posts | my-conf/views/mine.sql, line 2: instead must be "VIEW where SETTING is VALUE", but is "live_posts"
            Mine.; instead: live_post where inputs.item_age is created      | SELECT 1 AS one FROM posts | my-conf/views/mine.sql, line 2: instead must name a view, but names live_post; the nearest are live_posts, dated_posts, edge_acts
            Mine.; instead: live_posts where inputs.item_aged is created    | SELECT 1 AS one FROM posts | my-conf/views/mine.sql, line 2: a setting must be a key of pushrank.yaml with one value, but is inputs.item_aged; the nearest are inputs.item_age, inputs.late_tables, inputs.complete_marker
            Mine.; key: user_id                                             | SELECT 1 AS one FROM posts | my-conf/views/mine.sql, line 2: a key of the head comment must be one of [instead, reused, setting], but is key; the nearest are reused, instead, setting
            Mine.                                                           | SELECT 1 AS one FROM row | my-conf/views/mine.sql, line 2: FROM and JOIN must name a table, a view or a family of facts, but name row; the nearest are post, acts, mine
            Mine.                                                           | SELECT 1 AS one; FROM post; WHERE post_id IN (SELECT post_id FROM sean) | my-conf/views/mine.sql, line 4: FROM and JOIN must name a table, a view or a family of facts, but name sean; the nearest are seen, sends, user
            """)
    void aFileThatIsNoViewIsNamedWithItsLine(String head, String sql, String message) {
        Expect.failure(USAGE, message, () -> over("views/mine.sql", file(head, sql)));
    }

    @Test
    void aTypeOfItemsIsOfOneFamily() {
        Expect.failure(
                USAGE,
                "my-conf/facts/story.sql: items must be a type of one family, but is post of another too",
                () -> over(
                        "facts/story.sql",
                        file(
                                "Stories.; key: post_id = item_id; items: post; column: author_id, created_at, fresh_at: as in posts",
                                "SELECT posts.post_id, posts.author_id, posts.created_at, posts.created_at AS fresh_at FROM posts")));
    }

    @Test
    void familiesThatNeedEachOtherAreNamedAsACircle() {
        Expect.failure(
                USAGE,
                "my-conf/facts/mine.sql: facts must not need each other, but do: mine → yours → mine",
                () -> over(
                        "facts/mine.sql",
                        file("Mine.; key: none; column: one: mine", "SELECT yours.two AS one FROM row"),
                        "facts/yours.sql",
                        file("Yours.; key: none; column: two: yours", "SELECT mine.one AS two FROM row")));
    }

    @Test
    void viewsThatNeedEachOtherAreNamedAsACircle() {
        Expect.failure(
                USAGE,
                "my-conf/views/mine.sql: facts must not need each other, but do: mine → yours → mine",
                () -> over(
                        "views/mine.sql", "-- Mine.\nSELECT yours.one FROM yours",
                        "views/yours.sql", "-- Yours.\nSELECT mine.one FROM mine"));
    }
}
