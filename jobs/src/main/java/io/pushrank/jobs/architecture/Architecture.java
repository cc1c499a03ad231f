package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureShape;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * What lies between the heavy ranker's input and the logits of its two tasks. Inputs, outputs, loss, mask and score are
 * {@link HeavyRanker}'s, the same for all of them.
 *
 * <p>A new model is a record with a {@link ModelName} and this list's next entry: its components are the keys of its
 * section in a params file.
 */
public sealed interface Architecture permits ClemNet, MaskNet, DeepCross, Logistic {
    /** Builds the graph of one path. */
    Logits logits(GraphContext context, HeavyInput input);

    /** What params files call it. */
    default String name() {
        return getClass().getAnnotation(ModelName.class).value();
    }

    /** Keys of a params file that it has no use for. */
    default List<String> unusedKeys() {
        return List.of(getClass().getAnnotation(ModelName.class).without());
    }

    /**
     * Every axis of its variables along which features lie, those of {@link HeavyInput} included.
     *
     * @throws IllegalArgumentException when it depends on the order of its inputs
     */
    List<InputAxis> inputAxes(HeavyParams params, FeatureShape shape);

    /** Multiplications of one row in matrix products and convolutions, nothing that is done around them. */
    default long multiplications(HeavyParams params, FeatureShape shape) {
        // Each kernel but a convolution's is multiplied with once a row.
        return new HeavyRanker(params, shape)
                .variableShapes().entrySet().stream()
                        .filter(variable -> variable.getKey().endsWith(".kernel"))
                        .mapToLong(variable -> variable.getValue().size())
                        .sum();
    }

    /**
     * Logits of the two tasks.
     *
     * @param oonc [B], of P(opened)
     * @param engagement [B], of P(engaged given opened)
     */
    record Logits(Operand<TFloat32> oonc, Operand<TFloat32> engagement) {}
}
