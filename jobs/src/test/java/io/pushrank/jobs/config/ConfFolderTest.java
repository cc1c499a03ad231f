package io.pushrank.jobs.config;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfFolderTest {
    private static final Path CONF = Path.of("../conf");
    private final ConfFolder shipped = ConfFolder.shipped();

    @Test
    void whatIsShippedIsWhatLiesInConf() throws IOException {
        for (String folder : List.of(ConfFolder.SOURCES, ConfFolder.FACTS, ConfFolder.VIEWS)) {
            Set<String> files = new TreeSet<>();
            try (Stream<Path> paths = Files.list(CONF.resolve(folder))) {
                paths.map(path -> path.getFileName().toString())
                        .filter(name -> name.endsWith(".sql"))
                        .forEach(name -> files.add(name.replace(".sql", "")));
            }
            assertEquals(files, shipped.sql(folder).keySet());
        }
        for (String file : List.of(ConfFolder.SETTINGS, ConfFolder.RULES, ConfFolder.FEATURES)) {
            assertEquals(
                    List.of(new ConfFolder.NamedText("conf/" + file, Files.readString(CONF.resolve(file)))),
                    shipped.layers(file));
        }
    }

    @Test
    void anSqlFileReplacesTheOneOfItsNameAndANewOneIsAdded() {
        ConfFolder over = shipped.over("mine", Map.of("facts/pair.sql", "-- mine", "facts/more.sql", "-- more"))
                .over("yours", Map.of("facts/more.sql", "-- yours"));

        Set<String> expected = new TreeSet<>(shipped.sql("facts").keySet());
        expected.add("more");
        assertEquals(expected, over.sql("facts").keySet());
        assertEquals(
                new ConfFolder.NamedText("mine/facts/pair.sql", "-- mine"),
                over.sql("facts").get("pair"));
        assertEquals(
                new ConfFolder.NamedText("yours/facts/more.sql", "-- yours"),
                over.sql("facts").get("more"));
        assertEquals(shipped.sql("facts").get("user"), over.sql("facts").get("user"));
        assertEquals(shipped.sql("views"), over.sql("views"));
    }

    @Test
    void ofYamlFilesEveryLayerIsRead() {
        ConfFolder over = shipped.over("mine", Map.of("pushrank.yaml", "targets: {push_cap: 3}"));

        assertEquals(
                List.of("conf/pushrank.yaml", "mine/pushrank.yaml"),
                over.layers("pushrank.yaml").stream()
                        .map(ConfFolder.NamedText::name)
                        .toList());
        assertEquals(3, ConfigFile.of(over).config().targets().pushCap());
        assertEquals(4, ConfigFile.of(over).config().targets().minSpacingHours());
    }

    @Test
    void digestsAreOfEveryFileInEffect() {
        ConfFolder over = shipped.over("mine", Map.of("facts/pair.sql", "-- mine", "rules.yaml", "rules: []"));

        Set<String> expected = new TreeSet<>(shipped.digests().keySet());
        expected.remove("conf/facts/pair.sql");
        expected.addAll(List.of("mine/facts/pair.sql", "mine/rules.yaml"));
        assertEquals(expected, over.digests().keySet());
        assertEquals(DigestUtils.sha256Hex("-- mine"), over.digests().get("mine/facts/pair.sql"));
    }

    @Test
    void aFolderThatIsNamedAsTheShippedOneHidesNoneOfItsDigests() {
        ConfFolder over = shipped.over("conf", Map.of("rules.yaml", "rules: []"));
        ConfFolder other = shipped.over("conf", Map.of("rules.yaml", "rules: [] # other"));

        assertEquals(shipped.digests().size() + 1, over.digests().size());
        assertTrue(over.digests().values().containsAll(shipped.digests().values()));
        assertNotEquals(over.digests(), other.digests());
    }

    @Test
    void whatOthersReadMayLieBeside() {
        ConfFolder over = shipped.over(
                "mine",
                Map.of(
                        "rules.yaml",
                        "rules: []",
                        "models/heavy.yaml",
                        "layers: 3",
                        "kubernetes/pod.yaml",
                        "kind: Pod"));

        assertFalse(over.digests().keySet().stream().anyMatch(name -> name.contains("models")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            source/mine.sql      | mine/source/mine.sql: files of --conf must be pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but is source/mine.sql; the nearest are sources/mine.sql, facts/mine.sql, tiles/mine.sql
            mine.sql             | mine/mine.sql: files of --conf must be pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but is mine.sql; the nearest are facts/mine.sql, tiles/mine.sql, views/mine.sql
            facts/deep/mine.sql  | mine/facts/deep/mine.sql: files of --conf must be pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but is facts/deep/mine.sql; the nearest are facts/mine.sql, tiles/mine.sql, sources/mine.sql
            rule.yaml            | mine/rule.yaml: files of --conf must be pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but is rule.yaml; the nearest are rules.yaml, towers.yaml, facts/rule.yaml
            feature.yaml         | mine/feature.yaml: files of --conf must be pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but is feature.yaml; the nearest are features.yaml, facts/feature.yaml, rules.yaml
            """)
    void aFileAtAPlaceWhereNoneIsReadIsNamedWithTheNearest(String path, String message) {
        Expect.failure(USAGE, message, () -> shipped.over("mine", Map.of(path, "", "rules.yaml", "rules: []")));
    }

    @Test
    void aFolderWithNothingToReadIsRefused() {
        Expect.failure(
                USAGE,
                "--conf mine must hold pushrank.yaml, rules.yaml, features.yaml, towers.yaml or an SQL file in sources/, facts/, views/, tiles/, but holds none of them",
                () -> shipped.over("mine", Map.of("models/heavy.yaml", "")));
    }
}
