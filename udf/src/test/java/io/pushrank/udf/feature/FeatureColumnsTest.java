package io.pushrank.udf.feature;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.udf.SharedSpark;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** What becomes of a row's values on their way into the arrays that models take. */
class FeatureColumnsTest {
    private final SparkSession spark = SharedSpark.session();

    private Row heavy(String sql, FeatureList features) {
        return arrays(FeatureForm.HEAVY, sql, features);
    }

    private Row light(String sql, FeatureList features) {
        return arrays(FeatureForm.LIGHT, sql, features);
    }

    private Row arrays(FeatureForm form, String sql, FeatureList features) {
        Column[] all = {col("*")};
        return FeatureColumns.append(form, spark.sql(sql), all, features, FeatureErrors.of(spark), Map.of(), lit(true))
                .head()
                .getAs("features");
    }

    private List<Long> hashes(Stream<String> namesAndValues) {
        Dataset<Row> hashes = spark.sql("SELECT array("
                + String.join(
                        ", ",
                        namesAndValues.map(pair -> "xxhash64(" + pair + ")").toList()) + ")");
        return hashes.head().getList(0);
    }

    @Test
    void whatIsNoFiniteNumberIsMissing() {
        FeatureList features = FeatureList.parse(
                "features.yaml",
                """
                features:
                  - {name: whole, type: continuous, expression: whole}
                  - {name: none, type: continuous, expression: none}
                  - {name: nan, type: continuous, expression: nan}
                  - {name: infinite, type: continuous, expression: -infinite}
                  - {name: huge, type: continuous, expression: huge}
                  - {name: largest, type: continuous, expression: largest}
                  - {name: truth, type: binary, expression: whole = 3}
                  - {name: unknown, type: binary, expression: none = 3}
                """);

        Row arrays = heavy(
                """
                SELECT 3 AS whole, CAST(NULL AS DOUBLE) AS none, double('NaN') AS nan, double('Infinity') AS infinite,
                       1e300D AS huge, CAST(-3.4028235e38D AS DOUBLE) AS largest
                """,
                features);

        assertEquals(List.of(3f, 0f, 0f, 0f, 0f, -Float.MAX_VALUE), arrays.getList(0));
        assertEquals(List.of(false, true, true, true, true, false), arrays.getList(1));
        assertEquals(List.of(1f, 0f), arrays.getList(2));
        for (int index = 3; index < 7; index++) {
            assertEquals(List.of(), arrays.getList(index));
        }
    }

    @Test
    void namesAreHashedWithTheirFeatureAndMissingOnesLeftOut() {
        FeatureList features = FeatureList.parse(
                "features.yaml",
                """
                features:
                  - {name: is_new, type: binary, expression: is_new}
                  - {name: country, type: string, expression: country}
                  - {name: number, type: discrete, expression: number}
                  - {name: unknown, type: string, expression: CAST(NULL AS STRING)}
                  - {name: topics, type: sparse_binary, expression: topics}
                  - {name: no_topics, type: sparse_binary, expression: CAST(NULL AS ARRAY<BIGINT>)}
                  - {name: words, type: sparse_continuous, expression: words}
                """);
        String sql =
                """
                SELECT true AS is_new, 'FR' AS country, 42L AS number, array(7L, NULL, 9L) AS topics,
                       map('a', 0.5D, 'b', double('NaN'), 'c', CAST(NULL AS DOUBLE)) AS words
                """;
        Stream<String> names = Stream.of("'country', 'FR'", "'number', '42'", "'topics', '7'", "'topics', '9'");

        Row heavy = heavy(sql, features);
        Row light = light(sql, features);

        assertEquals(List.of(1f), heavy.getList(2));
        List<Long> ids = hashes(names);
        assertEquals(ids, heavy.getList(3));
        assertEquals(List.of(1f, 1f, 1f, 1f), heavy.getList(4));
        assertEquals(hashes(Stream.of("'words', 'a'", "'words', 'b'", "'words', 'c'")), heavy.getList(5));
        assertEquals(List.of(0.5f, 0f, 0f), heavy.getList(6));

        assertEquals(List.of(), light.getList(2));
        assertEquals(
                Stream.concat(hashes(Stream.of("'is_new', 'true'")).stream(), ids.stream())
                        .toList(),
                light.getList(3),
                "what is binary is hashed, sparse numbers are left out");
        assertEquals(List.of(1f, 1f, 1f, 1f, 1f), light.getList(4));
        assertEquals(List.of(), light.getList(5));
        assertEquals(List.of(), light.getList(6));
    }

    @Test
    void countsSayWhichIdsAreOfWhichFeature() {
        FeatureList features = FeatureList.parse(
                "features.yaml",
                """
                features:
                  - {name: number, type: continuous, expression: n}
                  - {name: topics, type: sparse_binary, expression: "IF(n = 0, NULL, array(n, NULL, 9L))"}
                  - {name: country, type: string, expression: "IF(n = 1, NULL, 'FR')"}
                  - {name: words, type: sparse_continuous, expression: "IF(n = 2, map(), map('a', 0.5D, 'b', double('NaN')))"}
                  - {name: none, type: sparse_continuous, expression: "CAST(NULL AS MAP<STRING, DOUBLE>)"}
                  - {name: hour, type: discrete, expression: n}
                """);

        List<Row> rows = appended(spark.range(0, 3).selectExpr("id AS n"), features, FeatureErrors.of(spark), Map.of());

        // Of country, hour, topics, words and none.
        assertEquals(
                List.of(List.of(1, 1, 0, 2, 0), List.of(0, 1, 2, 2, 0), List.of(1, 1, 2, 0, 0)),
                rows.stream()
                        .map(row -> row.getList(row.fieldIndex("sparse_counts")))
                        .toList());
        for (Row row : rows) {
            Row heavy = row.getAs("features");
            List<Integer> counts = row.getList(row.fieldIndex("sparse_counts"));
            int single = counts.stream().limit(3).mapToInt(count -> count).sum();
            assertEquals(single, heavy.getList(3).size());
            assertEquals(counts.get(3) + counts.get(4), heavy.getList(5).size());
        }
    }

    @Test
    void aBlockThatRowsShareGivesTheFeaturesThatEachRowWouldGive() {
        FeatureList features = FeatureList.parse(
                "features.yaml",
                """
                features:
                  - {name: user.a, type: continuous, expression: user.a, light: true}
                  - {name: row.a, type: continuous, expression: 10 * n / user.a, light: true}
                  - {name: user.rate, type: continuous, expression: 1 / user.a}
                  - {name: user.is_big, type: binary, expression: user.a > 3, light: true}
                  - {name: row.is_even, type: binary, expression: n % 2 = 0, light: true}
                  - {name: user.name, type: string, expression: "nullif(concat('u', user.a), 'u5')", light: true}
                  - {name: row.number, type: discrete, expression: n, light: true}
                  - {name: user.list, type: sparse_binary, expression: "sequence(0, user.a)", light: true}
                  - {name: row.list, type: sparse_binary, expression: "IF(n % 3 = 0, NULL, array(n, NULL))", light: true}
                  - {name: user.map, type: sparse_continuous, expression: "map(concat('k', user.a), user.a / 2)"}
                """);
        // A user of 0 has no rate.
        Dataset<Row> users = spark.range(0, 7).selectExpr("id AS user_id", "struct(CAST(id AS INT) AS a) AS user");
        Dataset<Row> rows = spark.range(0, 60).selectExpr("id AS n", "pmod(xxhash64(7, id), 7) AS user_id");
        List<Feature> ofUser = features.features().stream()
                .filter(feature -> feature.name().startsWith("user."))
                .toList();
        FeatureErrors errorsOfKeys = FeatureErrors.of(spark);
        Dataset<Row> withBlock = FeatureColumns.block(users, ofUser, FeatureForm.BOTH, errorsOfKeys, "block")
                .join(rows, "user_id");

        List<Row> shared = appended(
                withBlock, features, errorsOfKeys, Map.of(new FeatureBlock(ofUser, FeatureForm.BOTH), col("block")));
        List<Row> single = appended(rows.join(users, "user_id"), features, FeatureErrors.of(spark), Map.of());

        assertEquals(60, shared.size());
        assertEquals(single, shared);
        long rowsOfUserZero = rows.filter("user_id = 0").count();
        assertEquals(
                Map.of(
                        "row.a",
                        "DIVIDE_BY_ZERO in " + rowsOfUserZero + " rows",
                        "user.rate",
                        "DIVIDE_BY_ZERO in 1 row"),
                errorsOfKeys.report(),
                "errors of shared features are counted once a key");
    }

    private List<Row> appended(
            Dataset<Row> rows, FeatureList features, FeatureErrors errors, Map<FeatureBlock, Column> calculated) {
        return FeatureColumns.append(
                        FeatureForm.BOTH, rows, new Column[] {col("n")}, features, errors, calculated, lit(true))
                .orderBy("n")
                .collectAsList();
    }

    @Test
    void rowsThatAreNotAskedForHaveNoFeaturesAndNoErrors() {
        FeatureList features = FeatureList.parse(
                "features.yaml",
                """
                features:
                  - {name: rate, type: continuous, expression: 1 / n}
                """);
        FeatureErrors errors = FeatureErrors.of(spark);

        List<Boolean> areMissing = FeatureColumns.append(
                        FeatureForm.HEAVY,
                        spark.range(0, 3).selectExpr("id AS n"),
                        new Column[] {col("n")},
                        features,
                        errors,
                        Map.of(),
                        col("n").gt(0))
                .orderBy("n")
                .collectAsList()
                .stream()
                .map(row -> row.isNullAt(1))
                .toList();

        assertEquals(List.of(true, false, false), areMissing);
        assertEquals(Map.of(), errors.report());
    }
}
