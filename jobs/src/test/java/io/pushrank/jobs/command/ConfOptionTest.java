package io.pushrank.jobs.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A fact, a source, a rule and a feature that no build knows. */
class ConfOptionTest {
    private static final Map<String, String> FILES = new TreeMap<>(
            Map.of(
                    "facts/age.sql",
                    """
            -- How long accounts have been there.
            -- key: user_id
            -- column: years: since the account was opened; from users
            SELECT account.user_id,
                   timestampdiff(DAY, account.created_at, :as_of) / 365 AS years
            FROM users AS account
            """,
                    "sources/old_hands.sql",
                    """
            -- Posts of those who have been there for long.
            -- items: post
            -- network: both
            -- needs: user.has_topics
            -- parameter: min_years, number, 0 to 100, default 1
            SELECT target.user_id,
                   item.post_id AS item_id,
                   age.years AS score,
                   CAST(array() AS ARRAY<BIGINT>) AS actors
            FROM targets AS target
            JOIN age ON age.years >= :min_years
            JOIN post AS item ON item.author_id = age.user_id
            """,
                    "rules.yaml",
                    """
            rules:
              - {name: too_short, at: [candidates], keep: "post.text_length >= :least", parameters: ["least, whole number, 0 to 280, default 50"], says: It is shorter than least.}
            """,
                    "features.yaml",
                    """
            features:
              - {name: user.years, type: continuous, expression: 100 * age.years, light: true}
            """,
                    "pushrank.yaml",
                    """
            candidates:
              sources:
                social_proof: null
                popular: null
                old_hands: {limit: 2}
            """));

    @TempDir
    private Path directory;

    private TinyWorld world;
    private final SparkSession spark = SharedSpark.session();

    @BeforeEach
    void writeWorld() {
        world = new TinyWorld(directory)
                .user(1)
                .device(1)
                .user(2, "created_at", TinyWorld.hoursBefore(24 * 730))
                .user(3, "created_at", TinyWorld.hoursBefore(24 * 36.5))
                .post(10, 2, TinyWorld.hoursBefore(1))
                .post(11, 2, TinyWorld.hoursBefore(2), "text_length", 20)
                .post(12, 3, TinyWorld.hoursBefore(2))
                .notification(1, 10, 2, TinyWorld.hoursBefore(-1))
                .write();
    }

    private Path folder() throws IOException {
        Path folder = directory.resolve("my-conf");
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return folder;
    }

    private Path zip(String inner) throws IOException {
        Path file = directory.resolve("my-conf.zip");
        try (OutputStream bytes = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> entry : FILES.entrySet()) {
                zip.putNextEntry(new ZipEntry(inner + entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return file;
    }

    private Result execute(String verb, String... more) {
        return executeOn(world.input(), verb, more);
    }

    private Result executeOn(String input, String verb, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                verb,
                "--date=" + TinyWorld.DATE,
                "--input=" + input,
                "--output=" + world.layout().output(),
                "--models=" + world.layout().models()));
        arguments.addAll(Arrays.asList(more));
        return Result.of(arguments.toArray(String[]::new));
    }

    private void done(String verb, String... more) {
        Result result = execute(verb, more);
        assertEquals(0, result.exitCode(), result.printed());
    }

    private Map<String, String> rows(Table table, String value) {
        Map<String, String> rows = new TreeMap<>();
        spark.read()
                .parquet(world.layout().partition(table, TinyWorld.DATE))
                .filter("item_id IS NOT NULL")
                .selectExpr("concat_ws(' ', user_id, item_id)", value)
                .collectAsList()
                .forEach(row -> rows.put(row.getString(0), row.getString(1)));
        return rows;
    }

    @ParameterizedTest
    @ValueSource(strings = {"folder", "zip of a folder"})
    void aFactASourceAndARuleAreAddedWithoutABuild(String kind) throws IOException {
        Path conf = kind.equals("folder") ? folder() : zip("my-conf/");
        done("targets", "--conf=" + conf);
        done("candidates", "--conf=" + conf);

        assertEquals(Map.of("1 10", "old_hands"), rows(Table.CANDIDATES, "notification_type"));
        assertTrue(spark.read()
                .parquet(world.layout().output() + "/removed/ds=2026-03-14/stage=candidates")
                .selectExpr("concat_ws(' ', user_id, item_id, array_join(reasons, ','))")
                .collectAsList()
                .toString()
                .contains("[1 11 too_short]"));
        List<Manifest> manifests =
                Manifest.of(new Storage(spark.sparkContext().hadoopConfiguration()), world.layout(), TinyWorld.DATE);
        Map<String, String> used = manifests.get(manifests.size() - 1).conf();
        FILES.forEach((path, text) -> assertEquals(DigestUtils.sha256Hex(text), used.get(conf + "/" + path), path));
        assertTrue(used.keySet().containsAll(ConfFolder.shipped().digests().keySet()), used.toString());
    }

    @Test
    void parametersOfWhatIsAddedAreSettings() throws IOException {
        Path conf = folder();
        String[] options = {
            "--conf=" + conf, "--set=candidates.sources.old_hands.min_years=0.1", "--set=rules.too_short.least=0"
        };
        done("targets", options);
        done("candidates", options);

        assertEquals(
                Map.of("1 10", "old_hands", "1 11", "old_hands"),
                rows(Table.CANDIDATES, "notification_type"),
                "the source's limit is two");
    }

    @Test
    void aChangeOfAFileHasAStageDoneAgain() throws IOException {
        Path conf = folder();
        done("targets", "--conf=" + conf);
        done("candidates", "--conf=" + conf);
        Result again = execute("candidates", "--conf=" + conf);
        assertTrue(again.out().contains("published by"), again::printed);

        Path fact = conf.resolve("facts/age.sql");
        Files.writeString(fact, Files.readString(fact).replace("/ 365", "/ 3650"));
        done("targets", "--conf=" + conf);
        done("candidates", "--conf=" + conf);

        assertEquals(Map.of(), rows(Table.CANDIDATES, "notification_type"));
    }

    @Test
    void aFeatureIsAddedWithoutABuild() throws IOException {
        Path conf = zip("");
        done("examples", "--conf=" + conf, "--from=" + TinyWorld.DATE);

        String file = world.layout().output() + "/examples/_features.yaml";
        FeatureList features = FeatureList.parse(file, Files.readString(Path.of(file)));
        assertEquals(
                "user.years",
                features.features().get(features.features().size() - 1).name());
        assertTrue(features.features().size() > 100, "beside those that are shipped");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            facts/age.sql         | account.created_at          | account.opened_at         | CONF/facts/age.sql, line 5: column must be one that is there, but is account.opened_at; the nearest are account.created_at, account.push_cap, account.user_id, account.country, account.is_guest
            facts/age.sql         | FROM users                  | FROM user_s               | CONF/facts/age.sql, line 6: FROM and JOIN must name a table, a view or a family of facts, but name user_s; the nearest are users, user, sends
            facts/age.sql         | -- key: user_id             | -- kay: user_id           | CONF/facts/age.sql, line 2: a key of the head comment must be one of [column, items, key, light_ranked, setting], but is kay; the nearest are key, items, column
            sources/old_hands.sql | user.has_topics             | user.has_topic            | CONF/sources/old_hands.sql, line 4: needs: a fact must be a column of user, but is user.has_topic; the nearest are user.has_topics, user.topics, user.push_types
            sources/old_hands.sql | age.years AS score          | age.year AS score         | CONF/sources/old_hands.sql, line 8: column must be one that is there, but is age.year; the nearest are age.years, age.user_id, item.likes, target.reasons, target.country
            sources/old_hands.sql | default 1                   | default 101               | CONF/sources/old_hands.sql, line 5: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "min_years, number, 0 to 100, default 101"
            rules.yaml            | post.text_length            | post.text_lenght          | CONF/rules.yaml, line 2: rule too_short: a fact must be a column of post, but is post.text_lenght; the nearest are post.text_length, post.created_at, post.has_link
            rules.yaml            | post.text_length >= :least  | pots.text_length >= :least | CONF/rules.yaml, line 2: rule too_short: a fact must be of a family that is there, but is pots.text_length; the nearest are post, pair, actor
            rules.yaml            | post.text_length >= :least  | len(post.text) >= :least  | CONF/rules.yaml, line 2: rule too_short: a fact must be a column of post, but is post.text; the nearest are post.media, post.opens, post.likes
            rules.yaml            | least, whole                | most, whole               | CONF/rules.yaml, line 2: rule too_short: a declared parameter must be one that the SQL uses, once, but is most; the SQL uses [least]
            pushrank.yaml         | old_hands: {limit: 2}       | oldhands: {limit: 2}      | config: candidates.sources.oldhands must have a file sources/oldhands.sql, but has none; the nearest are old_hands, trend, popular
            """)
    void anUnknownWordIsRefusedBeforeAnythingIsRead(String path, String word, String instead, String message)
            throws IOException {
        Path conf = folder();
        Path file = conf.resolve(path);
        Files.writeString(file, Files.readString(file).replace(word, instead));

        Result refused = executeOn(directory + "/nowhere", "daily", "--conf=" + conf);

        assertEquals(
                "\npushrank: usage or config: " + message.replace("CONF", conf.toString()) + "\n",
                lastLines(refused.err(), 2));
        assertEquals(2, refused.exitCode());
        assertFalse(refused.err().contains("\tat "), "no stack trace");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            /nowhere   | --conf must be a folder or a zip of one, but there is none: DIR/nowhere
            /input     | --conf DIR/input must hold pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but holds none of them
            /some.zip  | --conf DIR/some.zip must hold pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but holds none of them
            """)
    void whatIsNoFolderOfConfIsRefused(String path, String message) throws IOException {
        Files.writeString(directory.resolve("some.zip"), "no zip");

        Result refused = execute("daily", "--conf=" + directory + path);

        assertEquals(
                "\npushrank: usage or config: " + message.replace("DIR", directory.toString()) + "\n",
                lastLines(refused.err(), 2));
        assertEquals(2, refused.exitCode());
    }

    private static String lastLines(String text, int lines) {
        List<String> all = text.lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size())) + "\n";
    }
}
