package io.pushrank.udf.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Which of two graphs serves, and what happens to sessions where something fails. */
class HeavyModelTest {
    private final ModelPackage model =
            ModelPackage.champion("../sample-data/models", ModelKind.HEAVY, new Configuration());

    @Test
    void withoutAFiniteScoreInBfloat16ItStaysInSinglePrecision() {
        HeavyModel single = HeavyModel.load(model, TensorFlowThreads.DEFAULT);
        FeatureBatch canary = canary();
        HeavyScores expected = single.score(canary);
        InferenceGraph broken = constantScores(Float.NaN);
        try (HeavyModel chosen = HeavyModel.inBfloat16IfWithinBounds(model, single, canary, () -> broken)) {
            assertEquals(
                    new HeavyModel.Report(
                            single.report().folded(),
                            Precision.FP32,
                            "bfloat16 gives no finite score: p_oonc[0] must be finite, but is NaN"),
                    chosen.report());
            assertArrayEquals(expected.score(), chosen.score(canary).score());
            assertClosed(broken);
        }
    }

    @Test
    void outOfBoundsItStaysInSinglePrecision() {
        HeavyModel single = HeavyModel.load(model, TensorFlowThreads.DEFAULT);
        InferenceGraph different = constantScores(0.999f);
        try (HeavyModel chosen = HeavyModel.inBfloat16IfWithinBounds(model, single, canary(), () -> different)) {
            assertEquals(Precision.FP32, chosen.report().precision());
            assertTrue(
                    chosen.report().reason().startsWith("bfloat16 is out of bounds: top-10 overlap "),
                    () -> chosen.report().reason());
            assertClosed(different);
        }
    }

    @Test
    void withinBoundsBfloat16Serves() {
        HeavyModel single = HeavyModel.load(model, TensorFlowThreads.DEFAULT);
        InferenceGraph same = HeavyModel.load(model, TensorFlowThreads.DEFAULT).graph();
        try (HeavyModel chosen = HeavyModel.inBfloat16IfWithinBounds(model, single, canary(), () -> same)) {
            assertEquals(Precision.BF16, chosen.report().precision());
            assertTrue(
                    chosen.report().reason().startsWith("within bounds: top-10 overlap 1.0000 "),
                    () -> chosen.report().reason());
            assertClosed(single.graph());
        }
    }

    @Test
    void aFailureClosesEverySession() {
        HeavyModel single = HeavyModel.load(model, TensorFlowThreads.DEFAULT);
        IllegalArgumentException failure = new IllegalArgumentException("no such operation");
        assertSame(
                failure,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> HeavyModel.inBfloat16IfWithinBounds(model, single, canary(), () -> {
                            throw failure;
                        })));
        assertClosed(single.graph());
    }

    @Test
    void aFailureWithTheSessionOpenEndsAtOnce() {
        IllegalArgumentException failure = new IllegalArgumentException("no value");
        Graph graph = new Graph();
        assertSame(
                failure,
                assertTimeoutPreemptively(
                        Duration.ofSeconds(30),
                        () -> assertThrows(
                                IllegalArgumentException.class,
                                () -> InferenceGraph.started(
                                        graph, TensorFlowThreads.DEFAULT, Map.of(), List.of(), session -> {
                                            throw failure;
                                        }))));
        assertThrows(IllegalStateException.class, graph::toGraphDef);
    }

    private static void assertClosed(InferenceGraph graph) {
        assertThrows(IllegalStateException.class, () -> graph.graph().toGraphDef());
    }

    /** A graph that gives every row the same outputs. */
    private InferenceGraph constantScores(float value) {
        Graph graph = new Graph();
        Ops tf = Ops.create(graph);
        var continuous = tf.withName(ModelSignature.CONTINUOUS)
                .placeholder(
                        TFloat32.class,
                        Placeholder.shape(Shape.of(-1, model.shape().continuous())));
        var zeros = tf.math.mul(tf.sum(continuous, tf.constant(1)), tf.constant(0f));
        for (String output : InferenceGraph.OUTPUTS) {
            tf.withName(output).math.add(zeros, tf.constant(value));
        }
        return InferenceGraph.started(
                graph,
                TensorFlowThreads.DEFAULT,
                Map.of(ModelSignature.CONTINUOUS, ModelSignature.CONTINUOUS),
                InferenceGraph.OUTPUTS,
                session -> {});
    }

    private FeatureBatch canary() {
        SplittableRandom random = new SplittableRandom(5);
        FeatureBatch batch = new FeatureBatch(model.shape(), PrecisionCheck.GROUPS * PrecisionCheck.GROUP_ROWS);
        while (!batch.isFull()) {
            float[] continuous = new float[model.shape().continuous()];
            for (int index = 0; index < continuous.length; index++) {
                continuous[index] = (float) random.nextDouble(-3, 3);
            }
            float[] binary = new float[model.shape().binary()];
            batch.add(
                    continuous,
                    new boolean[continuous.length],
                    binary,
                    new long[0],
                    new float[0],
                    new long[0],
                    new float[0]);
        }
        return batch;
    }
}
