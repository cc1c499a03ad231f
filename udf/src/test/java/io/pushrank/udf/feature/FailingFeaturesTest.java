package io.pushrank.udf.feature;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.udf.SharedSpark;
import io.pushrank.udf.model.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.SparkException;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Features whose expressions fail: for some rows, which are counted, or for all, which is said before there are any. */
class FailingFeaturesTest {
    private static final String FAILING =
            """
            features:
              - {name: share, type: continuous, expression: 6 / n, light: true}
              - {name: shares, type: continuous, expression: 6 / n + 6 / n, light: true}
              - {name: whole, type: continuous, expression: n, light: true}
              - {name: sum, type: continuous, expression: "aggregate(array(1, 2), 0D, (sum, i) -> sum + i / n)", light: true}
              - {name: text, type: continuous, expression: "IF(n = 0, 'none', '5')", light: true}
              - {name: power, type: continuous, expression: "power(10, 400 * n)", light: true}
              - {name: is_small, type: binary, expression: 6 / n < 5, light: true}
              - {name: is_text, type: binary, expression: "IF(n = 0, 'yes', '1')"}
              - {name: day, type: string, expression: "make_date(2026, 2, 28 + 1 - n)", light: true}
              - {name: byte, type: discrete, expression: CAST(127 + 1 - n AS TINYINT), light: true}
              - {name: letter, type: string, expression: "element_at(array('a', 'b'), n + 1)", light: true}
              - {name: shares_of, type: sparse_binary, expression: "transform(array(1, 2), i -> 6 / n + i)", light: true}
              - {name: list, type: sparse_binary, expression: "array(6 / n)", light: true}
              - {name: map, type: sparse_continuous, expression: "map('a', 6 / n, 'b', 1)"}
              - {name: pairs, type: sparse_continuous, expression: "map('a', 1, IF(n = 2, 'a', 'b'), 2)"}
              - {name: numbers, type: sparse_continuous, expression: "map('a', IF(n = 0, 'none', '7'))"}
            """;

    private SparkSession spark;

    @BeforeEach
    void openSession() {
        spark = SharedSpark.session().newSession();
    }

    /** Rows of n = 0, 1 and 2 in two tasks, with the features of both rankers. */
    private Map<Long, Row> computed(FeatureList features, FeatureErrors errors) {
        Dataset<Row> rows =
                spark.range(0, 3, 1, 2).selectExpr("id", "CAST(id AS INT) AS n").repartition(2, col("id"));
        Map<Long, Row> computed = new TreeMap<>();
        for (Row row : FeatureColumns.append(
                        FeatureForm.BOTH, rows, new Column[] {col("id")}, features, errors, Map.of(), lit(true))
                .collectAsList()) {
            computed.put(row.getLong(0), row);
        }
        return computed;
    }

    private static FeatureList list(String... lines) {
        return FeatureList.parse("mine.yaml", "features:\n" + String.join("\n", lines));
    }

    @ParameterizedTest
    @CsvSource({"true, FALLBACK", "false, CODEGEN_ONLY", "false, NO_CODEGEN"})
    void anErrorIsAMissingValueOfItsRowAndFeatureAlone(boolean wholeStage, String mode) {
        spark.conf().set("spark.sql.codegen.wholeStage", wholeStage);
        spark.conf().set("spark.sql.codegen.factoryMode", mode);
        FeatureErrors errors = FeatureErrors.of(spark);

        Map<Long, Row> computed = computed(FeatureList.parse("mine.yaml", FAILING), errors);

        Row none = computed.get(0L).getAs("features");
        assertEquals(List.of(0f, 0f, 0f, 0f, 0f, 1f), none.getList(0));
        assertEquals(List.of(true, true, false, true, true, false), none.getList(1));
        assertEquals(List.of(0f, 0f), none.getList(2));
        Row one = computed.get(1L).getAs("features");
        assertEquals(List.of(6f, 12f, 1f, 3f, 5f, 0f), one.getList(0));
        assertEquals(List.of(false, false, false, false, false, true), one.getList(1));
        assertEquals(List.of(0f, 1f), one.getList(2));
        assertEquals(List.of(6f, 1f, 1f, 2f, 7f), one.getList(6));
        Row two = computed.get(2L).getAs("features");
        assertEquals(List.of(3f, 6f, 2f, 1.5f, 5f, 0f), two.getList(0));
        assertEquals(List.of(1f, 1f), two.getList(2));
        assertEquals(
                List.of(List.of(1, 3, 3), List.of(6, 5, 5), List.of(5, 3, 3)),
                List.of(sizes(none), sizes(one), sizes(two)),
                "sparse ids, sparse continuous ids and their values");
        Row light = computed.get(0L).getAs("light_features");
        assertEquals(none.getList(0), light.getList(0));
        assertEquals(none.getList(1), light.getList(1));
        assertEquals(none.getList(3), light.getList(3), "no id of a truth that is missing");
        assertEquals(
                """
                byte: CAST_OVERFLOW in 1 row
                day: DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION in 1 row
                is_small: DIVIDE_BY_ZERO in 1 row
                is_text: CAST_INVALID_INPUT in 1 row
                letter: INVALID_ARRAY_INDEX_IN_ELEMENT_AT in 1 row
                list: DIVIDE_BY_ZERO in 1 row
                map: DIVIDE_BY_ZERO in 1 row
                numbers: CAST_INVALID_INPUT in 1 row
                pairs: DUPLICATED_MAP_KEY in 1 row
                power: NOT_FINITE in 2 rows
                share: DIVIDE_BY_ZERO in 1 row
                shares: DIVIDE_BY_ZERO in 1 row
                shares_of: DIVIDE_BY_ZERO in 1 row
                sum: DIVIDE_BY_ZERO in 1 row
                text: CAST_INVALID_INPUT in 1 row
                """,
                errors.report().entrySet().stream()
                        .map(error -> error.getKey() + ": " + error.getValue() + "\n")
                        .collect(Collectors.joining()));
    }

    private static List<Integer> sizes(Row features) {
        return List.of(
                features.getList(3).size(),
                features.getList(5).size(),
                features.getList(6).size());
    }

    @Test
    void aConstantThatFailsIsMissingInEveryRow() {
        FeatureErrors errors = FeatureErrors.of(spark);

        Map<Long, Row> computed = computed(
                list(
                        "- {name: a, type: continuous, expression: 1 / 0}",
                        "- {name: n, type: continuous, expression: n}"),
                errors);

        computed.values()
                .forEach(row -> assertEquals(
                        List.of(true, false), row.<Row>getAs("features").getList(1)));
        assertEquals(Map.of("a", "DIVIDE_BY_ZERO in 3 rows"), errors.report());
    }

    @Test
    void errorsOfOneFeatureAreToldMostFrequentFirst() {
        FeatureErrors errors = FeatureErrors.of(spark);

        computed(
                list("- {name: a, type: continuous, expression: \"IF(n = 2, 1 / (n - 2), CAST('NaN' AS FLOAT))\"}"),
                errors);

        assertEquals(Map.of("a", "NOT_FINITE in 2 rows, DIVIDE_BY_ZERO in 1 row"), errors.report());
    }

    @Test
    void whatIsNoErrorOfARowsValuesIsThrownOn() {
        FeatureErrors errors = FeatureErrors.of(spark);
        List<Exception> fatal = List.of(
                new TaskKilledException("another attempt succeeded"),
                new IllegalStateException(new InterruptedException()),
                new IllegalStateException(new OutOfMemoryError()),
                new UncheckedIOException(new IOException("gone")),
                new ModelException("light/1", "this", "that"),
                new SparkException("an executor is lost"),
                SparkException.internalError("a bug of Spark"),
                new InterruptedException());

        for (Exception error : fatal) {
            assertSame(error, assertThrows(Exception.class, () -> errors.failed("a", error)));
        }
        errors.failed("a", new ArithmeticException("overflow"));

        assertEquals(Map.of("a", "ArithmeticException in 1 row"), errors.report());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            - {name: a, type: continuous, expression: m + 1}         | feature a: expression m \\+ 1 cannot be calculated: \\[UNRESOLVED_COLUMN.WITH_SUGGESTION\\] A column, variable, or function parameter with name `m` cannot be resolved\\. .*
            - {name: a, type: continuous, expression: "array(n)"}    | feature a: expression array\\(n\\) cannot be calculated: \\[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION\\] .*
            - {name: a, type: binary, expression: "array(n)"}        | feature a: expression array\\(n\\) cannot be calculated: \\[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION\\] .*
            - {name: a, type: sparse_binary, expression: n}          | feature a: expression n cannot be calculated: \\[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE\\] .*
            - {name: a, type: sparse_continuous, expression: n}      | feature a: expression n cannot be calculated: \\[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE\\] .*
            - {name: a, type: continuous, expression: sum(n)}        | feature a: expression sum\\(n\\) cannot be calculated: \\[MISSING_GROUP_BY\\] .*
            """)
    void anExpressionThatNoRowCanHaveIsNamed(String line, String message) {
        FeatureList features = list("- {name: n, type: continuous, expression: n}", line);

        FeatureException refusal =
                assertThrows(FeatureException.class, () -> computed(features, FeatureErrors.of(spark)));

        assertTrue(refusal.getMessage().matches(message), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lower(text) || CASE WHEN n > 1 THEN round(n) ELSE EXTRACT(DAY FROM day) END",
                "light_score(features)",
                "Power(n, 2) + CAST(text AS INT) + current_date",
                "transform(list, (item, place) -> named_struct('item', item).item + place)[0]",
                "n BETWEEN 1 AND 2 AND text LIKE 'a%' AND text IN ('a', 'b') AND list IS NOT NULL"
            })
    void functionsOfSparkAndOfTheProductAreKnown(String expression) {
        FeatureFunctions.require(spark, list("- {name: a, type: continuous, expression: \"" + expression + "\"}"));
    }

    @Test
    void aFunctionThatIsUnknownIsNamedWithThoseLikeIt() {
        FeatureException refusal = assertThrows(
                FeatureException.class,
                () -> FeatureFunctions.require(
                        spark,
                        list(
                                "- {name: a, type: continuous, expression: ln(n)}",
                                "- {name: b, type: continuous, expression: \"ln(n) + greatst(n, 1)\"}")));

        assertEquals(
                "feature b: function must be one that Spark knows, but is greatst; the nearest are greatest, least, cast",
                refusal.getMessage());
    }
}
