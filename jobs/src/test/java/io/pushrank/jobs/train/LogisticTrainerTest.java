package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.architecture.SavedVariables;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

class LogisticTrainerTest {
    private static final FeatureShape SHAPE = new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY);
    private static final HeavyParams PARAMS =
            HeavyParams.parse("test", SampleParams.text("logistic").replace("hash_bits: 10", "hash_bits: 5"));

    @TempDir
    private Path folder;

    private ModelExport train(List<Example> training, String name) {
        return LogisticTrainer.train(
                table(training),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(2000, 2, true)),
                PARAMS,
                SHAPE,
                "features",
                folder.resolve(name),
                TensorFlowThreads.DEFAULT);
    }

    private ModelPackage write(ModelExport export, String version) {
        return ModelPackage.write(folder.resolve("models").toString(), version, export, new Configuration());
    }

    /** Opened where the first continuous feature is above 0: a linear function of its logarithm. */
    private static List<Example> linear(int count, long seed) {
        return SyntheticExamples.exclusiveOr(count, seed, true).stream()
                .map(example -> relabeled(example, example.continuous()[0] > 0 ? 1 : 0))
                .toList();
    }

    private static Example relabeled(Example example, float oonc) {
        return new Example(
                example.continuous(),
                example.continuousMissing(),
                example.binary(),
                example.sparseIds(),
                example.sparseValues(),
                example.sparseContinuousIds(),
                example.sparseContinuousValues(),
                oonc,
                example.binary()[0] * oonc,
                0,
                example.heavyScore(),
                example.weight());
    }

    @Test
    void learnsWhatIsLinearAndScoresLikeAnyOtherModel() {
        ModelExport export = LogisticTrainer.train(
                table(linear(4000, 1)),
                SyntheticExamples.shuffled(linear(1000, 2)),
                PARAMS,
                SHAPE,
                "features",
                folder.resolve("export"),
                TensorFlowThreads.DEFAULT);
        assertTrue(export.metrics().get("oonc_roc_auc") > 0.99, () -> export.metrics()
                .toString());
        assertTrue(export.metrics().get("engagement_conditional_roc_auc") > 0.99, () -> export.metrics()
                .toString());
        HeavyTrainerTest.requireAgreement(write(export, "1"), PARAMS, export.directory());
    }

    @Test
    void doesNotSeeTheInteractionThatTheOtherArchitecturesLearn() {
        ModelExport export = train(SyntheticExamples.exclusiveOr(4000, 1, true), "export");
        assertEquals(0.5, export.metrics().get("oonc_roc_auc"), 0.05);
    }

    @Test
    void sameExamplesGiveTheSameBytesInWhateverOrderAndPartitionsTheyCome() {
        List<Example> examples = SyntheticExamples.exclusiveOr(1000, 1, true);
        ModelExport first = train(examples, "first");
        ModelExport second = LogisticTrainer.train(
                table(examples).repartition(5),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(2000, 2, true)),
                PARAMS,
                SHAPE,
                "features",
                folder.resolve("second"),
                TensorFlowThreads.DEFAULT);
        assertEquals(
                write(first, "1").manifest().files(),
                write(second, "2").manifest().files());
    }

    @Test
    void aSecondTaskWithoutPositivesIsAConstant() {
        List<Example> unengaged = new ArrayList<>();
        for (Example example : linear(200, 1)) {
            unengaged.add(new Example(
                    example.continuous(),
                    example.continuousMissing(),
                    example.binary(),
                    example.sparseIds(),
                    example.sparseValues(),
                    example.sparseContinuousIds(),
                    example.sparseContinuousValues(),
                    example.oonc(),
                    0,
                    0,
                    0,
                    1));
        }
        ModelExport export = train(unengaged, "export");
        long opened = unengaged.stream().filter(example -> example.oonc() == 1).count();
        try (SavedVariables variables = new SavedVariables(export.directory())) {
            assertEquals(Math.log(0.5 / (opened + 0.5)), variables.floats("engagement.bias")[0], 1e-5);
            for (float weight : variables.floats("engagement.kernel")) {
                assertEquals(0, weight);
            }
        }
    }

    @Test
    void examplesOfOneClassAreRefused() {
        List<Example> none =
                linear(100, 1).stream().map(example -> relabeled(example, 0)).toList();
        assertEquals(
                "cannot train the heavy ranker: none of the 100 training examples is positive",
                assertThrows(IllegalArgumentException.class, () -> train(none, "none"))
                        .getMessage());
        List<Example> all =
                linear(100, 1).stream().map(example -> relabeled(example, 1)).toList();
        assertEquals(
                "cannot train the heavy ranker: none of the 100 training examples is negative",
                assertThrows(IllegalArgumentException.class, () -> train(all, "all"))
                        .getMessage());
    }

    @Test
    void numbersTheirAbsenceBinaryFeaturesAndHashedIdsHaveAPlaceEach() {
        Row features = RowFactory.create(
                sequence(List.of((float) Math.expm1(2), 7f)),
                sequence(List.of(false, true)),
                sequence(List.of(1f)),
                sequence(List.of(5L, 8L + 5)),
                sequence(List.of(1f, 1f)),
                sequence(List.of(-1L)),
                sequence(List.of(-3f)));
        Vector vector = LogisticTrainer.vector(features, new FeatureShape(2, 1), 3);
        assertEquals(2 * 2 + 1 + 8 + 8, vector.size());
        assertArrayEquals(new double[] {2, 0, 0, 1, 1}, Arrays.copyOf(vector.toArray(), 5), 1e-6);
        assertEquals(2, vector.apply(5 + 5), 1e-12);
        assertEquals(-2, vector.apply(5 + 8 + 7), 1e-12);
        assertEquals(5, vector.numNonzeros());
    }

    private static Object sequence(List<?> values) {
        return CollectionConverters.asScala(values).toSeq();
    }

    private static Dataset<Row> table(List<Example> examples) {
        StructType features =
                (StructType) Table.EXAMPLES.schema().apply("features").dataType();
        StructType schema = StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT,"
                        + " label_oonc FLOAT, label_engagement FLOAT, label_dislike FLOAT, weight FLOAT")
                .add("features", features);
        List<Row> rows = IntStream.range(0, examples.size())
                .mapToObj(index -> row(index, examples.get(index)))
                .toList();
        return SharedSpark.session().createDataFrame(rows, schema);
    }

    private static Row row(long index, Example example) {
        return RowFactory.create(
                Timestamp.valueOf("2026-03-02 12:00:00"),
                // An item's type is part of its name.
                index / 2,
                index % 2 == 0 ? "post" : "event",
                index / 2,
                example.oonc(),
                example.engagement(),
                example.dislike(),
                example.weight(),
                RowFactory.create(
                        floats(example.continuous()),
                        booleans(example.continuousMissing()),
                        floats(example.binary()),
                        longs(example.sparseIds()),
                        floats(example.sparseValues()),
                        longs(example.sparseContinuousIds()),
                        floats(example.sparseContinuousValues())));
    }

    private static Float[] floats(float[] values) {
        Float[] boxed = new Float[values.length];
        Arrays.setAll(boxed, index -> values[index]);
        return boxed;
    }

    private static Boolean[] booleans(boolean[] values) {
        Boolean[] boxed = new Boolean[values.length];
        Arrays.setAll(boxed, index -> values[index]);
        return boxed;
    }

    private static Long[] longs(long[] values) {
        return Arrays.stream(values).boxed().toArray(Long[]::new);
    }
}
