package io.pushrank.jobs.architecture;

import io.pushrank.jobs.architecture.InputAxis.Inputs;
import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.FeatureShape;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Parallel MaskNet (Wang, She and Zhang, "MaskNet: Introducing Feature-Wise Multiplication to CTR Ranking Models by
 * Instance-Guided Mask", 2021). Each block multiplies the layer-normalized input by a mask of its own that two dense
 * layers make of the input, then a dense layer without bias, layer normalization and ReLU; the blocks' outputs are
 * concatenated.
 *
 * <p>Both tasks share the blocks, which are nearly all of the work, and what the many rows of the first task teach them:
 * the second task sees opened rows only. Behind the blocks each task has layers and a logit of its own, so that the two
 * do not have to agree on more.
 *
 * @param blocks number of blocks side by side, from 1 to 64
 * @param blockUnits outputs of each, from 1 to 16384
 * @param reductionRatio width of the mask's first layer over the input's width, in (0, 16]; the paper's r
 * @param hiddenUnits outputs of each task's layers behind the blocks
 */
@ModelName("masknet")
public record MaskNet(int blocks, int blockUnits, double reductionRatio, List<Integer> hiddenUnits)
        implements Architecture {
    public MaskNet {
        Bounds.within("masknet.blocks", blocks, 1, 64);
        Bounds.within("masknet.block_units", blockUnits, 1, 16384);
        Bounds.require(
                reductionRatio > 0 && reductionRatio <= 16, "masknet.reduction_ratio", "in (0, 16]", reductionRatio);
        hiddenUnits = DenseLayers.requireUnits("masknet.hidden_units", hiddenUnits);
    }

    @Override
    public Logits logits(GraphContext context, HeavyInput input) {
        Operand<TFloat32> x = input.dense();
        int width = input.width();
        Operand<TFloat32> normalized = DenseLayers.normalized(context, "mask_net.input_norm", x, width);
        List<Operand<TFloat32>> outputs = new ArrayList<>();
        for (int index = 0; index < blocks; index++) {
            outputs.add(block(context, "mask_net.block_" + index, x, normalized, width));
        }
        Operand<TFloat32> joined = context.tf.concat(outputs, context.tf.constant(1));
        return new Logits(task(context, "oonc", joined), task(context, "engagement", joined));
    }

    @Override
    public List<InputAxis> inputAxes(HeavyParams params, FeatureShape shape) {
        List<InputAxis> axes = new ArrayList<>(HeavyInput.DENSE_AXES);
        axes.add(new InputAxis("mask_net.input_norm.gamma", 0, Inputs.DENSE));
        axes.add(new InputAxis("mask_net.input_norm.beta", 0, Inputs.DENSE));
        for (int index = 0; index < blocks; index++) {
            String name = "mask_net.block_" + index;
            axes.add(new InputAxis(name + ".aggregation.kernel", 0, Inputs.DENSE));
            axes.add(new InputAxis(name + ".aggregation.kernel", 1, Inputs.HIDDEN));
            axes.add(new InputAxis(name + ".aggregation.bias", 0, Inputs.HIDDEN));
            axes.add(new InputAxis(name + ".projection.kernel", 0, Inputs.HIDDEN));
            axes.add(new InputAxis(name + ".projection.kernel", 1, Inputs.DENSE));
            axes.add(new InputAxis(name + ".projection.bias", 0, Inputs.DENSE));
            axes.add(new InputAxis(name + ".hidden.kernel", 0, Inputs.DENSE));
        }
        return axes;
    }

    private Operand<TFloat32> block(
            GraphContext context, String name, Operand<TFloat32> x, Operand<TFloat32> normalized, int width) {
        Ops tf = context.tf;
        int aggregation = aggregation(width);
        Operand<TFloat32> aggregated =
                tf.nn.relu(DenseLayers.dense(context, name + ".aggregation", x, width, aggregation));
        Operand<TFloat32> mask = DenseLayers.dense(context, name + ".projection", aggregated, aggregation, width);
        Operand<TFloat32> hidden =
                DenseLayers.product(context, name + ".hidden", tf.math.mul(mask, normalized), width, blockUnits);
        return tf.nn.relu(DenseLayers.normalized(context, name + ".hidden_norm", hidden, blockUnits));
    }

    /** Outputs of the mask's first layer. */
    private int aggregation(int width) {
        return (int) Math.max(1, Math.round(reductionRatio * width));
    }

    private Operand<TFloat32> task(GraphContext context, String name, Operand<TFloat32> joined) {
        int width = blocks * blockUnits;
        Operand<TFloat32> hidden = DenseLayers.perceptron(context, name, joined, width, hiddenUnits);
        return DenseLayers.logit(context, name + ".logit", hidden, DenseLayers.width(width, hiddenUnits));
    }
}
