package io.pushrank.jobs.architecture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What is exported, fed by somebody who checks nothing. */
class NotFiniteInputsTest {
    private static final int ROWS = 40;
    private static final float[] NOT_FINITE = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};

    @TempDir
    private Path folder;

    private static Ranker ranker(String name) {
        return name.equals("sample-light")
                ? new LightRanker(SampleParams.light(1), new FeatureShape(4, 0))
                : new HeavyRanker(HeavyParams.parse("test", SampleParams.text(name)), new FeatureShape(4, 2));
    }

    private static Map<String, Weight> weights(Ranker ranker) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(4);
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            GraphVariables variables = new GraphVariables(tf, 5);
            ranker.outputs(
                    new GraphContext(tf, variables, GraphContext.Path.SERVING, null),
                    new ModelInputs(tf, ranker.kind(), ranker.shape()));
            try (Session session = new Session(graph, TensorFlowThreads.DEFAULT.configuration())) {
                variables.initialize(session);
                variables.snapshot(session).forEach((name, weight) -> {
                    if (weight.type() == TFloat32.class && !name.endsWith("variance")) {
                        float[] values = weight.floats();
                        for (int index = 0; index < values.length; index++) {
                            values[index] = name.endsWith("maximum")
                                    ? 1 + random.nextInt(9)
                                    : values[index] + (float) (0.2 * random.nextGaussian());
                        }
                        weights.put(name, Weight.of(weight.shape(), values));
                    } else {
                        weights.put(name, weight);
                    }
                });
            }
        }
        return weights;
    }

    /** @param isMissing whether what {@link #spoil} makes not finite is missing */
    private static ExampleBatch batch(Ranker ranker, boolean isMissing) {
        boolean isHeavy = ranker instanceof HeavyRanker;
        SplittableRandom random = new SplittableRandom(6);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            float[] continuous = new float[4];
            boolean[] missing = new boolean[4];
            for (int index = 0; index < 4; index++) {
                continuous[index] = (float) (8 * random.nextDouble() - 3);
                missing[index] = index != row % 4 && random.nextInt(4) == 0;
            }
            float[] binary = isHeavy ? new float[] {1, random.nextInt(2)} : new float[0];
            long first = random.nextLong();
            long second = random.nextLong();
            float value = (float) (5 * random.nextDouble());
            boolean hasAll = !isMissing;
            missing[row % 4] |= isMissing && row % 5 == 0;
            if (isMissing && isHeavy && row % 5 == 1) {
                binary[0] = 0;
            }
            boolean hasFirst = hasAll || row % 5 != 2;
            boolean hasContinuous = isHeavy && (hasAll || row % 5 != 3);
            examples.add(new Example(
                    continuous,
                    missing,
                    binary,
                    hasFirst ? new long[] {first, second} : new long[] {second},
                    hasFirst ? new float[] {1, 1} : new float[] {1},
                    hasContinuous ? new long[] {second} : new long[0],
                    hasContinuous ? new float[] {value} : new float[0],
                    0,
                    0,
                    0,
                    0,
                    1));
        }
        ExampleBatch batch = new ExampleBatch(ranker.shape(), ROWS);
        batch.fill(examples.iterator());
        return batch;
    }

    /** Makes one value of four rows of five NaN or infinite; each row has two sparse entries and a sparse continuous one. */
    private static void spoil(FeatureTensors features, boolean isHeavy) {
        for (int row = 0; row < ROWS; row++) {
            float value = NOT_FINITE[row / 5 % 3];
            switch (row % 5) {
                case 0 -> floats(features, "continuous").setFloat(value, row, row % 4);
                case 1 -> {
                    if (isHeavy) {
                        floats(features, "binary").setFloat(value, row, 0);
                    }
                }
                case 2 -> floats(features, "sparse_values").setFloat(value, 2L * row);
                case 3 -> {
                    if (isHeavy) {
                        floats(features, "sparse_continuous_values").setFloat(value, row);
                    }
                }
                default -> {
                    // Stays as it is.
                }
            }
        }
    }

    private static TFloat32 floats(FeatureTensors features, String name) {
        return (TFloat32) features.byName().get(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample-heavy", "masknet", "dcn", "logistic", "sample-light"})
    void areMissingInWhatIsExported(String name) throws IOException {
        Ranker ranker = ranker(name);
        Map<String, float[]> whole;
        Map<String, float[]> expected;
        try (ServingGraph graph = new ServingGraph(ranker, weights(ranker), TensorFlowThreads.DEFAULT)) {
            graph.export(folder);
            whole = graph.predict(batch(ranker, false));
            expected = graph.predict(batch(ranker, true));
        }
        int changed = 0;
        try (RankerGraph tensors = new RankerGraph(ranker);
                SavedVariables saved = new SavedVariables(folder);
                FeatureTensors features = tensors.tensors(batch(ranker, false))) {
            spoil(features, ranker instanceof HeavyRanker);
            try (Result result = saved.bundle.call(features.byName())) {
                for (Map.Entry<String, float[]> output : expected.entrySet()) {
                    float[] found = Weight.copyOf(result.get(output.getKey()).orElseThrow())
                            .floats();
                    assertArrayEquals(output.getValue(), found, output.getKey());
                    for (int row = 0; row < ROWS; row++) {
                        changed += found[row] == whole.get(output.getKey())[row] ? 0 : 1;
                    }
                }
            }
        }
        // Of most rows something was taken, and the score tells.
        assertTrue(changed > 10 * expected.size(), () -> "of " + expected.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample-heavy", "masknet", "dcn", "logistic", "sample-light"})
    void finiteInputsGetTheSameScoresToTheLastBitAsWithoutTheGuard(String name) {
        Ranker ranker = ranker(name);
        Map<String, Weight> weights = weights(ranker);
        ExampleBatch batch = batch(ranker, false);
        try (RankerGraph bare = new RankerGraph(ranker);
                ServingGraph guarded = new ServingGraph(ranker, weights, TensorFlowThreads.DEFAULT)) {
            GraphVariables variables = new GraphVariables(bare.tf(), 0);
            Map<String, Operand<TFloat32>> outputs = ranker.outputs(
                    new GraphContext(bare.tf(), variables, GraphContext.Path.SERVING, null), bare.inputs());
            variables.restore(bare.open(TensorFlowThreads.DEFAULT), weights);
            Map<String, float[]> expected = bare.predict(outputs, batch);
            Map<String, float[]> found = guarded.predict(batch);
            assertEquals(expected.keySet(), found.keySet());
            expected.forEach((output, scores) -> assertArrayEquals(scores, found.get(output), output));
        }
    }
}
