package io.pushrank.udf.scoring;

import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.udf.SharedSpark;
import io.pushrank.udf.kernel.Kernels;
import io.pushrank.udf.model.LightBlock;
import io.pushrank.udf.model.LightModel;
import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.FileSourceScanExec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample's light ranker in bulk, in SQL and row by row. */
class LightScoreTest {
    private static final String MODELS = "../sample-data/models";
    private static final int ROWS = 150;

    private static SparkSession spark;
    private static ModelPackage model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        spark = SharedSpark.session().newSession();
        spark.conf().set(PushrankExtensions.MODELS, MODELS);
        model = ModelPackage.champion(MODELS, ModelKind.LIGHT, new Configuration());
        int width = model.shape().continuous();
        spark.range(0, ROWS, 1, 3)
                .selectExpr(
                        "id",
                        """
                        if(id = 7, NULL, named_struct(
                            'continuous', transform(sequence(1, %1$d), i -> CAST(
                                if(id %% 3 = 0 AND i %% 4 = 0, 0, sin(id * i) * 20) AS FLOAT)),
                            'continuous_missing', transform(sequence(1, %1$d), i -> id %% 3 = 0 AND i %% 4 = 0),
                            'binary', CAST(array() AS ARRAY<FLOAT>),
                            'sparse_ids', transform(sequence(0, CAST(id %% 4 AS INT)), i -> xxhash64(id, i)),
                            'sparse_values', transform(sequence(0, CAST(id %% 4 AS INT)), i -> 1f),
                            'sparse_continuous_ids', CAST(array() AS ARRAY<BIGINT>),
                            'sparse_continuous_values', CAST(array() AS ARRAY<FLOAT>))) AS features"""
                                .formatted(width))
                .persist()
                .createOrReplaceTempView("hydrated");
    }

    @Test
    void bulkSqlAndSingleRowsGiveTheSameBits() {
        Map<Long, Float> bulk =
                scores(LightScoring.score(spark.table("hydrated"), "features", model, TensorFlowThreads.DEFAULT));
        Map<Long, Float> sql = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        LightModel light = LightModels.get(model, TensorFlowThreads.DEFAULT);
        Map<Long, Float> single = new TreeMap<>();
        LightBlock block = light.block(Kernels.vector());
        for (Row row : spark.table("hydrated").collectAsList()) {
            Row features = row.getAs("features");
            single.put(
                    row.getLong(0),
                    features == null
                            ? null
                            : light.score(
                                    floats(features.getList(0)),
                                    booleans(features.getList(1)),
                                    longs(features.getList(3)),
                                    floats(features.getList(4))));
            if (features != null && !block.isFull()) {
                block.add(
                        floats(features.getList(0)),
                        booleans(features.getList(1)),
                        longs(features.getList(3)),
                        floats(features.getList(4)));
            }
        }

        assertEquals(ROWS, bulk.size());
        assertTrue(bulk.containsKey(7L) && bulk.get(7L) == null, "without features there is no score");
        assertTrue(bulk.values().stream().distinct().count() > ROWS / 2, () -> bulk.toString());
        assertEquals(single, bulk);
        assertEquals(bulk, sql);
        List<Float> vector = new ArrayList<>();
        float[] scores = block.score();
        for (int row = 0; row < block.size(); row++) {
            vector.add(scores[row]);
        }
        assertEquals(
                single.values().stream()
                        .filter(score -> score != null)
                        .limit(block.size())
                        .toList(),
                vector);
    }

    @Test
    void theScoreStandsInPlaceOfFeaturesThatTheQueryCalculates() {
        Map<Long, Float> stored =
                scores(LightScoring.score(spark.table("hydrated"), "features", model, TensorFlowThreads.DEFAULT));
        Dataset<Row> calculated =
                spark.sql("SELECT if(id % 2 = 0, features, NULL) AS features, 2 * id AS twice, id FROM hydrated");

        Dataset<Row> scored = LightScoring.score(calculated, "features", model, TensorFlowThreads.DEFAULT);

        assertEquals(List.of("twice", "id", "light_score"), List.of(scored.columns()));
        assertEquals(ROWS, scored.filter("twice = 2 * id").count());
        scores(scored).forEach((id, score) -> assertEquals(id % 2 == 0 ? stored.get(id) : null, score, "row " + id));
    }

    @Test
    void ofStoredFeaturesOnlyTheArraysThatItNeedsAreRead() {
        Map<Long, Float> all = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        String stored = folder.resolve("stored").toString();
        spark.table("hydrated").repartition(1).write().parquet(stored);
        Dataset<Row> sql = spark.sql("SELECT id, light_score(features) AS light_score FROM parquet.`" + stored + "`");
        Dataset<Row> bulk =
                LightScoring.score(spark.read().parquet(stored), "features", model, TensorFlowThreads.DEFAULT);

        for (Dataset<Row> scored : List.of(sql, bulk)) {
            assertEquals(all, scores(scored));
            FileSourceScanExec scan = (FileSourceScanExec)
                    scored.queryExecution().executedPlan().collectLeaves().head();
            assertEquals(
                    "struct<id:bigint,features:struct<continuous:array<float>,continuous_missing:array<boolean>,"
                            + "sparse_ids:array<bigint>,sparse_values:array<float>>>",
                    scan.requiredSchema().catalogString());
        }
    }

    @Test
    void aStructThatTheQueryMakesIsNeverMadeWhole() {
        String query = "SELECT id, light_score(named_struct("
                + "'continuous', features.continuous, 'continuous_missing', features.continuous_missing,"
                + " 'binary', CAST(array(1 / (id - id)) AS ARRAY<FLOAT>), 'sparse_ids', features.sparse_ids,"
                + " 'sparse_values', features.sparse_values, 'sparse_continuous_ids', CAST(array() AS ARRAY<BIGINT>),"
                + " 'sparse_continuous_values', CAST(array() AS ARRAY<FLOAT>))) AS light_score FROM hydrated";
        assertEquals(
                scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated")),
                scores(spark.sql(query)));
    }

    @Test
    void aRowHasAllOfItsArraysOrNoFeatures() {
        String error = assertThrows(Exception.class, () -> spark.sql("SELECT light_score(named_struct("
                                + "'continuous', features.continuous, 'continuous_missing', features.continuous_missing,"
                                + " 'binary', features.binary, 'sparse_ids', CAST(NULL AS ARRAY<BIGINT>),"
                                + " 'sparse_values', features.sparse_values,"
                                + " 'sparse_continuous_ids', features.sparse_continuous_ids,"
                                + " 'sparse_continuous_values', features.sparse_continuous_values)) FROM hydrated")
                        .collect())
                .getMessage();
        assertTrue(
                error.contains(
                        "features.sparse_ids is NULL where other feature arrays of the row are not: a row has all"
                                + " of them or no features"),
                error);
    }

    @Test
    void aColumnWithoutANameIsCalledAsItWasWritten() {
        assertEquals(
                "light_score(features)",
                spark.sql("SELECT light_score(features) FROM hydrated").columns()[0]);
    }

    @Test
    void aScoreDoesNotDependOnWhatElseIsInTheBlock() {
        Map<Long, Float> all =
                scores(LightScoring.score(spark.table("hydrated"), "features", model, TensorFlowThreads.DEFAULT));
        Map<Long, Float> few = scores(LightScoring.score(
                spark.sql("SELECT * FROM hydrated WHERE id % 37 = 5 ORDER BY id DESC"),
                "features",
                model,
                TensorFlowThreads.DEFAULT));
        few.forEach((id, score) -> assertEquals(all.get(id), score, "row " + id));
        assertEquals(4, few.size());
    }

    @Test
    void scoredAndOtherRowsOfAKeyMeetWhereTheyAreUnited() {
        Dataset<Row> counted = spark.sql(
                "SELECT *, count(*) OVER (PARTITION BY key) AS of_key FROM (SELECT id % 5 AS key, id, features FROM hydrated)");
        Dataset<Row> united = LightScoring.score(
                        counted.filter("id % 2 = 0"), "features", model, TensorFlowThreads.DEFAULT)
                .select("key", "of_key", "light_score")
                .union(counted.filter("id % 2 = 1").selectExpr("key", "of_key", "CAST(NULL AS FLOAT) AS light_score"));

        assertEquals(
                List.of("0 30 15", "1 30 15", "2 30 15", "3 30 15", "4 30 15"),
                united
                        .groupBy("key")
                        .agg(
                                expr("max(of_key)").as("rows"),
                                expr("count(light_score)").as("scored"))
                        .orderBy("key")
                        .collectAsList()
                        .stream()
                        .map(row -> row.getLong(0) + " " + row.getLong(1) + " " + row.getLong(2))
                        .toList());
    }

    @Test
    void aRowIsScoredOnceHoweverOftenAQueryAsks() {
        assertScoredOnce("SELECT id, light_score(features) AS light_score FROM hydrated");
        assertScoredOnce("SELECT id, light_score(features) AS light_score, light_score(features) * 2 FROM hydrated");
        assertScoredOnce("SELECT id, light_score FROM (SELECT id, light_score(features) AS light_score FROM hydrated)"
                + " WHERE light_score > 0.1 AND light_score < 0.9 ORDER BY light_score");
        assertScoredOnce("SELECT id FROM hydrated WHERE light_score(features) > 0.1");
    }

    @Test
    void aFilterOnTheScoreKeepsWhatItShould() {
        Map<Long, Float> all = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        Map<Long, Float> high = scores(spark.sql(
                "SELECT id, light_score(features) AS light_score FROM hydrated WHERE light_score(features) > 0.3"));
        all.values().removeIf(score -> score == null || !(score > 0.3));
        assertEquals(all, high);
    }

    @Test
    void whereThePlannerCannotTakeItOutItScoresRowByRow() {
        Row sums = spark.sql("SELECT max(light_score(features)), (SELECT max(s) FROM (SELECT light_score(features) AS s"
                        + " FROM hydrated)) FROM hydrated")
                .head();
        assertEquals(sums.getFloat(1), sums.getFloat(0));
    }

    @Test
    void onlyRowsThatPassTheOtherConditionsAreScored() {
        Map<Long, Float> all = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        String query = "SELECT id, light_score(features) AS light_score FROM hydrated"
                + " WHERE light_score(features) > 0 AND id = 42";
        assertScoredOnce(query);
        String plan = plan(query);
        assertTrue(
                Pattern.compile("(?s)LightScoring.*Filter [^\n]*id#\\d+L = 42")
                        .matcher(plan)
                        .find(),
                plan);
        assertTrue(!plan.substring(0, plan.indexOf("LightScoring")).contains("= 42"), plan);
        assertEquals(Map.of(42L, all.get(42L)), scores(spark.sql(query)));
    }

    @Test
    void aCallInABranchIsForTheBranchsRowsOnly() {
        Map<Long, Float> all = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        Map<Long, Float> expected = new TreeMap<>(all);
        expected.replaceAll((id, score) -> id == 42 ? score : null);
        for (String branch : List.of(
                "CASE WHEN id = 42 THEN light_score(features) END",
                "IF(id = 42, light_score(features), NULL)",
                "coalesce(CAST(NULLIF(id, 42) AS FLOAT) * CAST(NULL AS FLOAT),"
                        + " IF(id = 42, light_score(features), NULL))")) {
            String query = "SELECT id, " + branch + " AS light_score FROM hydrated";
            assertRowByRow(query);
            assertEquals(expected, scores(spark.sql(query)), branch);
        }
        String either = "SELECT id, CAST(1 AS FLOAT) AS light_score FROM hydrated"
                + " WHERE id < 100 OR light_score(features) > 0.3";
        assertRowByRow(either);
        all.entrySet().removeIf(row -> row.getKey() >= 100 && (row.getValue() == null || !(row.getValue() > 0.3)));
        assertEquals(all.keySet(), scores(spark.sql(either)).keySet());
        assertScoredOnce("SELECT id, coalesce(light_score(features), 0) FROM hydrated");
        assertScoredOnce("SELECT id, IF(light_score(features) > 0.3, light_score(features), NULL) FROM hydrated");
    }

    @Test
    void aBranchUsesTheScoreThatAFilterHasAlready() {
        Map<Long, Float> all = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        String query = "SELECT id, IF(id > 50, light_score(features), NULL) AS light_score FROM hydrated"
                + " WHERE light_score(features) > 0.3";
        assertScoredOnce(query);
        all.values().removeIf(score -> score == null || !(score > 0.3));
        all.replaceAll((id, score) -> id > 50 ? score : null);
        assertEquals(all, scores(spark.sql(query)));
    }

    @Test
    void aCallInALambdaStaysThere() {
        Map<Long, Float> all = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        String query = "SELECT id, transform(array(features), f -> light_score(f))[0] AS light_score FROM hydrated";
        assertRowByRow(query);
        assertEquals(all, scores(spark.sql(query)));
    }

    @Test
    void aStructThatIsNotDeterministicIsMadeInASubquery() {
        Map<Long, Float> all = scores(spark.sql("SELECT id, light_score(features) AS light_score FROM hydrated"));
        String struct = "IF(rand(1) + id >= 100, features, NULL)";
        String message = assertThrows(
                        Exception.class, () -> spark.sql("SELECT light_score(" + struct + ") FROM hydrated"))
                .getMessage();
        assertTrue(
                message.contains(
                        "light_score takes a struct that is the same each time it is asked for; make this one in a"
                                + " subquery"),
                message);
        String query = "SELECT id, light_score(f) AS light_score FROM (SELECT id, " + struct + " AS f FROM hydrated)";
        assertScoredOnce(query);
        all.replaceAll((id, score) -> id >= 100 ? score : null);
        assertEquals(all, scores(spark.sql(query)));
    }

    @Test
    void theVersionInUseIsOpenedAnewWhenItChanges() throws IOException {
        String models = folder.toString();
        Path light = folder.resolve("light");
        copy(Path.of(MODELS, "light"), light);
        SparkSession other = spark.newSession();
        other.conf().set(PushrankExtensions.MODELS, models);
        String query = "SELECT light_score(CAST(NULL AS " + FeatureArrays.TYPE + "))";
        assertEquals(1, other.sql(query).count());
        assertTrue(ModelPackage.champion(models, ModelKind.LIGHT, new Configuration())
                .isChampion());

        Files.writeString(light.resolve("champion"), "absent\n");
        String message = assertThrows(Exception.class, () -> other.sql(query)).getMessage();
        assertTrue(message.contains("absent/manifest.json: expected a model manifest, found no file"), message);
    }

    @Test
    void withoutTheSettingItSaysWhichOneIsMissing() {
        SparkSession other = SharedSpark.session().newSession();
        other.conf().unset(PushrankExtensions.MODELS);
        assertTrue(assertThrows(Exception.class, () -> other.sql("SELECT light_score(1)")
                        .collect())
                .getMessage()
                .contains("light_score needs the setting spark.pushrank.models, the folder of the models; set it"
                        + " with SET spark.pushrank.models = DIR"));
    }

    @Test
    void anotherTypeIsRefused() {
        String message = assertThrows(Exception.class, () -> spark.sql("SELECT light_score(1)")
                        .collect())
                .getMessage();
        assertTrue(message.contains("light_score takes a struct<continuous:array<float>"), message);
        assertTrue(message.contains("cannot take: int"), message);
    }

    private static void assertScoredOnce(String query) {
        String plan = plan(query);
        assertEquals(1, count(plan, LightScoringExec.class.getSimpleName().replace("Exec", "")), plan);
        // A scan lists the filters on top of it for what it could skip by them; it does not call them.
        String calls =
                plan.lines().filter(line -> !line.contains("InMemoryTableScan")).collect(Collectors.joining("\n"));
        assertEquals(1, count(calls, "light_score\\((features|f)#"), plan);
    }

    /** The call stays in the query's own expressions. */
    private static void assertRowByRow(String query) {
        String plan = plan(query);
        assertTrue(!plan.contains("LightScoring"), plan);
        assertTrue(plan.contains("light_score("), plan);
    }

    private static String plan(String query) {
        return spark.sql(query).queryExecution().executedPlan().toString();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static long count(String plan, String pattern) {
        return Pattern.compile(pattern).matcher(plan).results().count();
    }

    private static Map<Long, Float> scores(Dataset<Row> rows) {
        Map<Long, Float> scores = new TreeMap<>();
        for (Row row : rows.select("id", "light_score").collectAsList()) {
            scores.put(row.getLong(0), row.isNullAt(1) ? null : row.getFloat(1));
        }
        return scores;
    }

    private static float[] floats(List<Float> values) {
        float[] array = new float[values.size()];
        for (int index = 0; index < array.length; index++) {
            array[index] = values.get(index);
        }
        return array;
    }

    private static boolean[] booleans(List<Boolean> values) {
        boolean[] array = new boolean[values.size()];
        for (int index = 0; index < array.length; index++) {
            array[index] = values.get(index);
        }
        return array;
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
