package io.pushrank.udf.model;

import java.util.Arrays;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

/**
 * A heavy ranker in one TensorFlow session, from its weights alone: {@link InferenceGraph}. Thread-safe: any number of tasks may score at once, each with its own
 * batch. Executors get it from {@link HeavyModels}, which keeps one a JVM.
 */
public final class HeavyModel implements AutoCloseable {
    private final FeatureShape shape;
    private final int hashBits;
    /** Null: uncalibrated. */
    private final Calibration calibration;
    /** Weight of P(oonc) in the score, once both weights sum 1. */
    private final double ooncShare;

    private final InferenceGraph graph;
    private final Report report;

    /**
     * How a model is calculated.
     *
     * @param folded whether the graph was rebuilt for speed, else it is the SavedModel's with constants for variables
     * @param precision FP32 or BF16
     * @param reason why this precision; with bfloat16's figures and their bounds where it was tried
     */
    public record Report(boolean folded, Precision precision, String reason) {}

    private HeavyModel(ModelPackage model, InferenceGraph graph, Report report) {
        this.shape = model.shape();
        this.hashBits = model.hashBits();
        this.calibration = model.calibration().orElse(null);
        double oonc = model.param("oonc_weight").asDouble();
        this.ooncShare = oonc / (oonc + model.param("engagement_weight").asDouble());
        this.graph = graph;
        this.report = report;
    }

    /** As {@link #load(ModelPackage, TensorFlowThreads, Precision)}, in single precision. */
    public static HeavyModel load(ModelPackage model, TensorFlowThreads threads) {
        return load(model, threads, Precision.FP32);
    }

    /**
     * Loads a package as an inference graph and scores a canary batch with it: see {@link Canary}.
     *
     * @throws ModelException when the package is not a heavy ranker, or gives a canary row no finite score
     * @throws IllegalArgumentException when bfloat16 is asked for on a CPU without it
     */
    public static HeavyModel load(ModelPackage model, TensorFlowThreads threads, Precision precision) {
        return load(model, threads, precision, Precision.isBf16Native());
    }

    static HeavyModel load(ModelPackage model, TensorFlowThreads threads, Precision precision, boolean isBf16Native) {
        if (model.kind() != ModelKind.HEAVY) {
            throw new ModelException(model.directory(), "a heavy ranker", "a " + model.kind() + " one");
        }
        if (precision == Precision.BF16 && !isBf16Native) {
            throw new IllegalArgumentException(
                    "precision must be fp32 or auto, cannot be: bf16, since " + Precision.missingFlags());
        }
        try (SavedModelBundle bundle = SavedModelBundle.loader(model.localCopy().toString())
                .withTags(ModelSignature.TAG)
                .withConfigProto(threads.configuration())
                .load()) {
            HeavyModel single = inSinglePrecision(model, bundle, threads, precision);
            if (precision == Precision.FP32 || !isBf16Native || !single.report.folded()) {
                return single;
            }
            return inBfloat16IfWithinBounds(model, bundle, threads, single);
        }
    }

    private static HeavyModel inSinglePrecision(
            ModelPackage model, SavedModelBundle bundle, TensorFlowThreads threads, Precision asked) {
        boolean folds = InferenceGraph.canFold(model);
        String reason = asked == Precision.FP32
                ? "asked for"
                : folds ? Precision.missingFlags() : "only ClemNet is calculated in bfloat16";
        HeavyModel loaded = new HeavyModel(
                model,
                folds
                        ? InferenceGraph.folded(model, bundle, threads, TFloat32.class)
                        : InferenceGraph.frozen(bundle, threads),
                new Report(folds, Precision.FP32, reason));
        try {
            loaded.score(Canary.batch(model.shape()));
        } catch (IllegalStateException failure) {
            loaded.close();
            throw new ModelException(
                    model.directory(), "finite outputs for the canary rows", failure.getMessage(), failure);
        }
        return loaded;
    }

    private static HeavyModel inBfloat16IfWithinBounds(
            ModelPackage model, SavedModelBundle bundle, TensorFlowThreads threads, HeavyModel single) {
        FeatureBatch canary =
                PrecisionCheck.canary(model.shape(), new ModelVariables(model.directory(), bundle.session()));
        InferenceGraph graph = InferenceGraph.folded(model, bundle, threads, TBfloat16.class);
        HeavyModel brief = new HeavyModel(model, graph, new Report(true, Precision.BF16, ""));
        PrecisionCheck check = PrecisionCheck.of(single.score(canary), brief.score(canary));
        if (check.passes()) {
            single.close();
            return new HeavyModel(model, graph, new Report(true, Precision.BF16, "within bounds: " + check.describe()));
        }
        brief.close();
        return new HeavyModel(
                model,
                single.graph,
                new Report(true, Precision.FP32, "bfloat16 is out of bounds: " + check.describe()));
    }

    public FeatureShape shape() {
        return shape;
    }

    /** How it is calculated. */
    public Report report() {
        return report;
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
            Session.Runner runner = graph.session().runner();
            graph.feeds()
                    .forEach((input, operation) ->
                            runner.feed(operation, features.byName().get(input)));
            graph.fetches().forEach(runner::fetch);
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
                        InferenceGraph.OUTPUTS.get(output) + "[" + row + "] must be finite, cannot be: " + values[row]);
            }
        }
        return values;
    }

    @Override
    public void close() {
        graph.close();
    }
}
