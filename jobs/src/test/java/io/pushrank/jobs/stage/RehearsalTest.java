package io.pushrank.jobs.stage;

import static io.pushrank.jobs.exit.ExitCode.USAGE;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.table.Layout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only Spark finds is found before anything is read, and named with file and line. */
class RehearsalTest {
    private static void rehearse(List<Stage> stages, String... files) {
        Map<String, String> texts = new HashMap<>();
        for (int index = 0; index < files.length; index += 2) {
            texts.put(files[index], files[index + 1]);
        }
        ConfigFile settings = ConfigFile.of(
                files.length == 0 ? ConfFolder.shipped() : ConfFolder.shipped().over("my-conf", texts));
        Layout nowhere = new Layout("no-input", "no-output", "../sample-data/models");
        Rehearsal.of(
                SharedSpark.session(),
                Vocabulary.of(settings),
                TinyWorld.DATE,
                stages,
                new Models(SharedSpark.session(), nowhere));
    }

    @Test
    void whatIsShippedCanBePlanned() {
        rehearse(Stage.all());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            none        | target.user_id, item.post_id AS item_id, 1.0 AS score                                | my-conf/sources/mine.sql: the SELECT must give user_id and item_id, whole numbers, score, a number, and actors, an array of whole numbers, but gives user_id BIGINT, item_id BIGINT, score DECIMAL(2,1)
            none        | target.user_id, item.post_id AS item_id, CAST(array() AS ARRAY<BIGINT>) AS actors    | my-conf/sources/mine.sql: the SELECT must give user_id and item_id, whole numbers, score, a number, and actors, an array of whole numbers, but gives user_id BIGINT, item_id BIGINT, actors ARRAY<BIGINT>
            none        | target.user_id, item.id AS item_id, 1.0 AS score, CAST(array() AS ARRAY<BIGINT>) AS actors | my-conf/sources/mine.sql, line 5: column must be one that is there, but is item.id; the nearest are item.likes, item.post_id, item.replies, item.author_id, item.is_reply
            none        | target.user_id, item.post_id AS item_id, lnn(1.0) AS score, CAST(array() AS ARRAY<BIGINT>) AS actors | my-conf/sources/mine.sql, line 5: function must be one that Spark knows, but is lnn; the nearest are len, ln, and
            none        | target.user_id, item.post_id AS item_id, 1.0 AS score, array('a') AS actors           | my-conf/sources/mine.sql: the SELECT must give user_id and item_id, whole numbers, score, a number, and actors, an array of whole numbers, but gives user_id BIGINT, item_id BIGINT, score DECIMAL(2,1), actors ARRAY<STRING>
            none        | target.user_id, item.media AS item_id, 1.0 AS score, CAST(array() AS ARRAY<BIGINT>) AS actors | my-conf/sources/mine.sql: the SELECT must give user_id and item_id, whole numbers, score, a number, and actors, an array of whole numbers, but gives user_id BIGINT, item_id STRING, score DECIMAL(2,1), actors ARRAY<BIGINT>
            none        | target.user_id, item.post_id AS item_id, array(1.0D) AS score, CAST(array() AS ARRAY<BIGINT>) AS actors | my-conf/sources/mine.sql: the SELECT must give user_id and item_id, whole numbers, score, a number, and actors, an array of whole numbers, but gives user_id BIGINT, item_id BIGINT, score ARRAY<DOUBLE>, actors ARRAY<BIGINT>
            user.follows | target.user_id, item.post_id AS item_id, 1.0 AS score, CAST(array() AS ARRAY<BIGINT>) AS actors | my-conf/sources/mine.sql, line 4: needs must be BOOLEAN, but is BIGINT
            user.follows > array(1) | target.user_id, item.post_id AS item_id, 1.0 AS score, CAST(array() AS ARRAY<BIGINT>) AS actors | my-conf/sources/mine.sql, line 4: needs: [DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] Cannot resolve "(user.follows > array(1))" due to data type mismatch: the left and right operands of the binary operator have incompatible types ("BIGINT" and "ARRAY<INT>"). SQLSTATE: 42K09; line 1 pos 0;
            """)
    void aSourceThatCannotBePlannedIsNamedWithFileAndLine(String needs, String items, String message) {
        Expect.failure(
                USAGE,
                message,
                () -> rehearse(
                        List.of(new Candidates()),
                        "sources/mine.sql",
                        "-- Mine.\n-- items: post\n-- network: both\n-- needs: " + needs + "\nSELECT " + items
                                + "\nFROM targets AS target\nJOIN post AS item ON item.author_id = target.user_id\n",
                        "pushrank.yaml",
                        "candidates: {sources: {mine: {limit: 5}}}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            account.countri              | my-conf/facts/mine.sql, line 5: column must be one that is there, but is account.countri; the nearest are account.country, account.user_id, account.is_guest, account.language, account.push_cap
            acount.country               | my-conf/facts/mine.sql, line 5: column must be one that is there, but is acount.country; the nearest are account.country, account.user_id, account.is_guest, account.language, account.push_cap
            lnn(1)                       | my-conf/facts/mine.sql, line 5: function must be one that Spark knows, but is lnn; the nearest are len, ln, and
            :age + 1                     | my-conf/facts/mine.sql, line 5: parameter must be as_of or one that the head comment declares, but is age
            account.country + array(1)   | my-conf/facts/mine.sql, line 5: [DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] Cannot resolve "(country + array(1))" due to data type mismatch: the left and right operands of the binary operator have incompatible types ("STRING" and "ARRAY<INT>"). SQLSTATE: 42K09; line 5 pos 7;
            """)
    void aFactThatCannotBePlannedIsNamedWithFileAndLine(String item, String message) {
        Expect.failure(
                USAGE,
                message,
                () -> rehearse(
                        List.of(new Targets()),
                        "facts/mine.sql",
                        "-- Mine.\n-- key: user_id\n-- column: one: mine\nSELECT account.user_id,\n       " + item
                                + " AS one\nFROM users AS account\n",
                        "rules.yaml",
                        "rules: [{name: mine, at: [targets], keep: mine.one IS NULL, says: Mine.}]"));
    }

    @Test
    void aFactOfRowsThatCannotBePlannedIsNamedWithFileAndLine() {
        Expect.failure(
                USAGE,
                "my-conf/facts/mine.sql, line 4: column must be one that is there, but is row.countri; the nearest are row.country, row.user_id, row.target, row.is_guest, row.language",
                () -> rehearse(
                        List.of(new Targets()),
                        "facts/mine.sql",
                        "-- Mine.\n-- key: none\n-- column: one: mine\nSELECT row.countri AS one\nFROM row\n",
                        "rules.yaml",
                        "rules: [{name: mine, at: [targets], keep: mine.one IS NULL, says: Mine.}]"));
    }

    @Test
    void aRuleThatCannotBePlannedIsNamedWithFileAndLine() {
        Expect.failure(
                USAGE,
                "my-conf/rules.yaml, line 2: rule mine: keep must be BOOLEAN, but is BIGINT",
                () -> rehearse(
                        List.of(new QualityControl()),
                        "rules.yaml",
                        "rules:\n- {name: mine, at: [quality_control], keep: pair.likes, says: Mine.}"));
    }

    @Test
    void theTypeOfAKeyIsThatOfTheRows() {
        Expect.failure(
                USAGE,
                "my-conf/facts/mine.sql: key code must be BIGINT, as user_id of the rows, but is ARRAY<STRING>",
                () -> rehearse(
                        List.of(new Targets()),
                        "facts/mine.sql",
                        "-- Mine.\n-- key: code = user_id\n-- column: one: mine\nSELECT account.platforms AS code, 1 AS one FROM user AS account\n",
                        "rules.yaml",
                        "rules: [{name: mine, at: [targets], keep: mine.one IS NULL, says: Mine.}]"));
    }
}
