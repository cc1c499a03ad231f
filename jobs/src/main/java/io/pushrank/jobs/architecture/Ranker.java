package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelKind;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** What the training of both rankers shares. */
public sealed interface Ranker permits HeavyRanker, LightRanker {
    ModelKind kind();

    FeatureShape shape();

    int hashBits();

    TrainingParams training();

    /** The params.yaml that goes into the package. */
    String paramsYaml();

    /** The training path and its loss, a scalar. */
    Operand<TFloat32> loss(GraphContext context, ModelInputs inputs, Labels labels);

    /** A path's outputs by the SavedModel's names, [B] each. */
    Map<String, Operand<TFloat32>> outputs(GraphContext context, ModelInputs inputs);

    /** What early stopping maximizes, and whatever else is measured on the evaluation examples. */
    Evaluation evaluate(Predictions predictions);

    /** Values that are measured on a sample before the first step, by variable. */
    Map<String, Weight> measured(Iterable<ExampleBatch> sample);

    /**
     * Every axis of a variable along which features lie.
     *
     * @throws IllegalArgumentException when the ranker depends on the order of its inputs
     */
    List<InputAxis> inputAxes();

    /** Shapes of the serving path's variables by name. */
    default Map<String, Shape> variableShapes() {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            GraphVariables variables = new GraphVariables(tf, 0);
            outputs(
                    new GraphContext(tf, variables, GraphContext.Path.SERVING, null),
                    new ModelInputs(tf, kind(), shape()));
            return variables.shapes();
        }
    }

    /** The label whose positives training needs. */
    float label(Example example);

    /** Placeholders of a batch's labels and weights, [B] each. */
    record Labels(
            Placeholder<TFloat32> oonc,
            Placeholder<TFloat32> engagement,
            Placeholder<TFloat32> heavyScore,
            Placeholder<TFloat32> weight) {
        public static Labels create(Ops tf) {
            Placeholder.Options vector = Placeholder.shape(Shape.of(-1));
            return new Labels(
                    tf.placeholder(TFloat32.class, vector),
                    tf.placeholder(TFloat32.class, vector),
                    tf.placeholder(TFloat32.class, vector),
                    tf.placeholder(TFloat32.class, vector));
        }
    }

    /**
     * Metrics of the evaluation examples.
     *
     * @param objective name of the one that early stopping maximizes
     * @param metrics all of them by name; those that the examples do not define are absent
     */
    record Evaluation(String objective, Map<String, Double> metrics) {
        public double value() {
            return metrics.getOrDefault(objective, Double.NEGATIVE_INFINITY);
        }
    }
}
