package io.pushrank.udf.model;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;

/**
 * A heavy ranker in one TensorFlow session. Thread-safe: any number of tasks may score at once, each with its own
 * batch. Executors get it from {@link HeavyModels}, which keeps one a JVM.
 */
public final class HeavyModel implements AutoCloseable {
    private static final List<String> OUTPUTS =
            List.of(ModelSignature.P_OONC, ModelSignature.P_ENGAGEMENT, ModelSignature.SCORE);

    private final FeatureShape shape;
    private final int hashBits;
    /** Null: uncalibrated. */
    private final Calibration calibration;
    /** Weight of P(oonc) in the score, once both weights sum 1. */
    private final double ooncShare;

    private final SavedModelBundle bundle;
    private final Map<String, TensorInfo> inputs;
    private final Map<String, TensorInfo> outputs;

    private HeavyModel(ModelPackage model, SavedModelBundle bundle) {
        this.shape = model.shape();
        this.hashBits = model.hashBits();
        this.calibration = model.calibration().orElse(null);
        double oonc = model.param("oonc_weight").asDouble();
        this.ooncShare = oonc / (oonc + model.param("engagement_weight").asDouble());
        this.bundle = bundle;
        SignatureDef signature = bundle.metaGraphDef().getSignatureDefOrThrow(ModelSignature.KEY);
        this.inputs = Map.copyOf(signature.getInputsMap());
        this.outputs = Map.copyOf(signature.getOutputsMap());
    }

    /**
     * Loads a package and scores a canary batch with it: see {@link Canary}.
     *
     * @throws ModelException when the package is not a heavy ranker, or gives a canary row no finite score
     */
    public static HeavyModel load(ModelPackage model, TensorFlowThreads threads) {
        if (model.kind() != ModelKind.HEAVY) {
            throw new ModelException(model.directory(), "a heavy ranker", "a " + model.kind() + " one");
        }
        HeavyModel loaded = new HeavyModel(
                model,
                SavedModelBundle.loader(model.localCopy().toString())
                        .withTags(ModelSignature.TAG)
                        .withConfigProto(threads.configuration())
                        .load());
        try {
            loaded.score(Canary.batch(model.shape()));
        } catch (IllegalStateException failure) {
            loaded.close();
            throw new ModelException(
                    model.directory(), "finite outputs for the canary rows", failure.getMessage(), failure);
        }
        return loaded;
    }

    public FeatureShape shape() {
        return shape;
    }

    /**
     * Scores a batch and calibrates the outputs as the package says.
     *
     * @return as {@link #raw}
     */
    public HeavyScores score(FeatureBatch batch) {
        return calibrated(raw(batch));
    }

    /** What {@link #score} makes of {@link #raw} outputs. */
    public HeavyScores calibrated(HeavyScores raw) {
        return calibration == null ? raw : calibration.apply(raw, ooncShare);
    }

    /**
     * Scores a batch without calibration, padded with rows of zeros to its capacity: TensorFlow picks its kernels by the number of rows, and
     * a row's last bits must not depend on how many rows came with it.
     *
     * @return arrays of the batch's size, each value a finite number in [0, 1]
     * @throws IllegalArgumentException when the batch has other widths than the model
     * @throws IllegalStateException when an output is not finite
     */
    public HeavyScores raw(FeatureBatch batch) {
        if (!batch.shape().equals(shape)) {
            throw new IllegalArgumentException("batch must have " + shape + ", cannot have: " + batch.shape());
        }
        try (FeatureTensors features = FeatureTensors.of(batch, batch.capacity(), hashBits, ModelKind.HEAVY)) {
            Session.Runner runner = bundle.session().runner();
            for (Map.Entry<String, Tensor> feature : features.byName().entrySet()) {
                runner.feed(inputs.get(feature.getKey()).getName(), feature.getValue());
            }
            for (String output : OUTPUTS) {
                runner.fetch(outputs.get(output).getName());
            }
            try (Result result = runner.run()) {
                return new HeavyScores(copy(result, 0, batch), copy(result, 1, batch), copy(result, 2, batch));
            }
        }
    }

    /** The output's first rows; the tensor itself is native memory that is gone once the result is closed. */
    private static float[] copy(Result result, int output, FeatureBatch batch) {
        TFloat32 tensor = (TFloat32) result.get(output);
        float[] padded = new float[batch.capacity()];
        tensor.asRawTensor().data().asFloats().read(padded);
        float[] values = Arrays.copyOf(padded, batch.size());
        for (int row = 0; row < values.length; row++) {
            if (!Float.isFinite(values[row])) {
                throw new IllegalStateException(
                        OUTPUTS.get(output) + "[" + row + "] must be finite, cannot be: " + values[row]);
            }
        }
        return values;
    }

    @Override
    public void close() {
        bundle.close();
    }
}
