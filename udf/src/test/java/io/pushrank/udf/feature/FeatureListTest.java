package io.pushrank.udf.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureListTest {
    private static FeatureList parse(String... lines) {
        return FeatureList.parse("mine.yaml", "features:\n" + String.join("\n", lines) + "\n");
    }

    @Test
    void theShippedListParsesAndSurvivesItsOwnText() throws IOException {
        FeatureList features = FeatureList.parse("features.yaml", Files.readString(Path.of("../conf/features.yaml")));

        assertEquals(features, FeatureList.parse("again", features.toYaml()));
        assertEquals(
                features.features().stream()
                        .filter(feature -> !feature.name().matches("(pair|actor|topic)[.].*")
                                && feature.type() != FeatureType.SPARSE_CONTINUOUS)
                        .toList(),
                features.light().features(),
                "pair, actor, topic and sparse continuous features are the heavy ranker's alone");
    }

    @Test
    void theLightRankerTakesItsPartAndHashesWhatIsBinary() {
        FeatureList features = parse(
                "- {name: a, type: continuous, expression: a, light: true}",
                "- {name: b, type: continuous, expression: b}",
                "- {name: c, type: binary, expression: c, light: true}");

        assertEquals(
                List.of("a", "c"),
                features.light().features().stream().map(Feature::name).toList());
        assertEquals(2, features.heavyShape().continuous());
        assertEquals(1, features.heavyShape().binary());
        assertEquals(1, features.light().lightShape().continuous());
        assertEquals(0, features.light().lightShape().binary());
        assertEquals(
                List.of("b"),
                features.of(FeatureType.CONTINUOUS).stream()
                        .skip(1)
                        .map(Feature::name)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
            - {name: a, type: numeric, expression: a} | mine.yaml, line 2: type must be one of [continuous, binary, discrete, string, sparse_binary, sparse_continuous], but is numeric
            - {name: a, expression: a}                | mine.yaml, line 2: key type is missing
            - {name: ' ', type: string, expression: a}| mine.yaml, line 2: a feature has no name: expression a
            - {name: a, type: string}                 | mine.yaml, line 2: key expression is missing
            - {name: a, type: string, expression: "lower(reflect('java.lang.System', 'getenv', b))"} | mine.yaml, line 2: feature a: expression must not call Java, but has reflect
            - {name: a, type: string, expression: "b + Java_Method('java.lang.System', 'exit', 1)"}  | mine.yaml, line 2: feature a: expression must not call Java, but has Java_Method
            """)
    void aLineThatIsWrongIsNamedWithItsFile(String line, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> parse(line)).getMessage());
    }

    @Test
    void anExpressionIsOfItsRowAlone() {
        IllegalArgumentException query = assertThrows(
                IllegalArgumentException.class,
                () -> parse("- {name: a, type: continuous, expression: b + (SELECT max(c) FROM users)}"));
        assertTrue(
                query.getMessage()
                        .startsWith("mine.yaml, line 2: feature a: expression must be of one row, but holds a query: "),
                query.getMessage());

        IllegalArgumentException noSql = assertThrows(
                IllegalArgumentException.class, () -> parse("- {name: a, type: continuous, expression: 'b +'}"));
        assertTrue(
                noSql.getMessage().startsWith("mine.yaml, line 2: feature a: expression b + is not SQL: "),
                noSql.getMessage());
    }

    @Test
    void aNameStandsOnce() {
        IllegalArgumentException failure = assertThrows(
                IllegalArgumentException.class,
                () -> parse("- {name: a, type: string, expression: a}", "- {name: a, type: binary, expression: b}"));

        assertEquals(
                "mine.yaml, line 3: feature a must stand once in the list, but stands there again",
                failure.getMessage());
    }

    @Test
    void aFileWithoutAListSaysSo() {
        IllegalArgumentException failure =
                assertThrows(IllegalArgumentException.class, () -> FeatureList.parse("mine.yaml", "features:\n"));

        assertEquals("mine.yaml: must hold one key, features, with a list, but does not", failure.getMessage());
    }

    @Test
    void aFactAsItIsNeedsNoExpression() {
        FeatureList features = FeatureList.parse(
                "mine.yaml", "features:\n  - pair.likes: continuous\n  - user.country: string, light\n");

        assertEquals(
                List.of(
                        new Feature("pair.likes", FeatureType.CONTINUOUS, "pair.likes", false),
                        new Feature("user.country", FeatureType.STRING, "user.country", true)),
                features.features());
    }

    @Test
    void aShortLineOfAnUnknownTypeIsNamedWithItsLine() {
        IllegalArgumentException problem = assertThrows(
                IllegalArgumentException.class,
                () -> FeatureList.parse(
                        "mine.yaml", "features:\n  - pair.likes: continuous\n  - pair.weight: number\n"));

        assertEquals(
                "mine.yaml, line 3: type must be one of [continuous, binary, discrete, string, sparse_binary,"
                        + " sparse_continuous], but is number",
                problem.getMessage());
    }

    @Test
    void anUpperListReplacesByNameInPlaceAndAddsAtTheEnd() {
        FeatureList lower = FeatureList.parse("lower.yaml", "features:\n  - a.x: continuous\n  - a.y: continuous\n");
        FeatureList upper = FeatureList.parse("upper.yaml", "features:\n  - a.z: binary\n  - a.x: binary\n");

        assertEquals(
                List.of("a.x BINARY", "a.y CONTINUOUS", "a.z BINARY"),
                lower.with(upper).features().stream()
                        .map(feature -> feature.name() + " " + feature.type())
                        .toList());
    }
}
