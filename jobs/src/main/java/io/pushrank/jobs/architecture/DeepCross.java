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
 * DCN-V2 in its parallel form (Wang et al., "DCN V2: Improved Deep &amp; Cross Network and Practical Lessons for Web-scale
 * Learning to Rank Systems", 2021): cross layers beside a deep part of dense layers; both outputs are concatenated, and
 * each task has one dense layer to its logit. A cross layer is x₀ ⊙ (W·x + b) + x, or of low rank
 * x₀ ⊙ (U·(V·x) + b) + x.
 *
 * @param crossLayers from 1 to 16
 * @param rank outputs of V, from 1 to 4096; 0 keeps W whole
 * @param hiddenUnits outputs of the deep part's layers, at least one
 */
@ModelName("dcn")
public record DeepCross(int crossLayers, int rank, List<Integer> hiddenUnits) implements Architecture {
    public DeepCross {
        Bounds.within("dcn.cross_layers", crossLayers, 1, 16);
        Bounds.within("dcn.rank", rank, 0, 4096);
        hiddenUnits = DenseLayers.requireUnits("dcn.hidden_units", hiddenUnits);
        Bounds.require(!hiddenUnits.isEmpty(), "dcn.hidden_units", "a list of at least 1 number", hiddenUnits);
    }

    @Override
    public Logits logits(GraphContext context, HeavyInput input) {
        Operand<TFloat32> x = input.dense();
        int width = input.width();
        Operand<TFloat32> crossed = x;
        for (int layer = 0; layer < crossLayers; layer++) {
            crossed = cross(context, "dcn.cross_" + layer, x, crossed, width);
        }
        Operand<TFloat32> deep = DenseLayers.perceptron(context, "dcn.deep", x, width, hiddenUnits);
        Operand<TFloat32> joined = context.tf.concat(List.of(crossed, deep), context.tf.constant(1));
        int joinedWidth = width + DenseLayers.width(width, hiddenUnits);
        return new Logits(
                DenseLayers.logit(context, "oonc.logit", joined, joinedWidth),
                DenseLayers.logit(context, "engagement.logit", joined, joinedWidth));
    }

    @Override
    public List<InputAxis> inputAxes(HeavyParams params, FeatureShape shape) {
        List<InputAxis> axes = new ArrayList<>(HeavyInput.DENSE_AXES);
        for (int layer = 0; layer < crossLayers; layer++) {
            String name = "dcn.cross_" + layer;
            axes.add(new InputAxis(rank == 0 ? name + ".kernel" : name + ".low_rank.kernel", 0, Inputs.DENSE));
            axes.add(new InputAxis(name + ".kernel", 1, Inputs.DENSE));
            axes.add(new InputAxis(name + ".bias", 0, Inputs.DENSE));
        }
        axes.add(new InputAxis("dcn.deep.layer_0.kernel", 0, Inputs.DENSE));
        // The crossed input comes first in what the logits are made of.
        axes.add(new InputAxis("oonc.logit.kernel", 0, Inputs.DENSE));
        axes.add(new InputAxis("engagement.logit.kernel", 0, Inputs.DENSE));
        return axes;
    }

    private Operand<TFloat32> cross(
            GraphContext context, String name, Operand<TFloat32> first, Operand<TFloat32> x, int width) {
        Ops tf = context.tf;
        Operand<TFloat32> weighted = rank == 0
                ? DenseLayers.dense(context, name, x, width, width)
                : DenseLayers.dense(
                        context, name, DenseLayers.product(context, name + ".low_rank", x, width, rank), rank, width);
        return tf.math.add(tf.math.mul(first, weighted), x);
    }
}
