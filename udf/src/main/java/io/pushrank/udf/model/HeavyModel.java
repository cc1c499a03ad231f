package io.pushrank.udf.model;

import java.util.Arrays;
import java.util.function.Supplier;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

/**
 * A heavy ranker in one TensorFlow session, from its weights alone: {@link InferenceGraph}. Thread-safe: any number of tasks
 * may score at once, each with its own batch. Executors get it from {@link HeavyModels}, which keeps one a JVM.
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

    private HeavyModel(HeavyModel other, Report report) {
        this.shape = other.shape;
        this.hashBits = other.hashBits;
        this.calibration = other.calibration;
        this.ooncShare = other.ooncShare;
        this.graph = other.graph;
        this.report = report;
    }

    /** As {@link #load(ModelPackage, TensorFlowThreads, Precision)}, in single precision. */
    public static HeavyModel load(ModelPackage model, TensorFlowThreads threads) {
        return load(model, threads, Precision.FP32);
    }

    /**
     * Loads a package as an inference graph and scores a canary batch with it: see {@link Canary}.
     *
     * <p>The caller closes it, and then deletes what {@link ModelPackage#deleteLocalCopy} names if nobody needs it again.
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
        Precision resolved = resolve(model, precision, isBf16Native);
        try (SavedModelBundle bundle = SavedModelBundle.loader(model.localCopy().toString())
                .withTags(ModelSignature.TAG)
                .withConfigProto(threads.configuration())
                .load()) {
            HeavyModel single = inSinglePrecision(model, bundle, threads, precision);
            return resolved == Precision.FP32 ? single : inBfloat16(model, bundle, threads, single);
        }
    }

    /**
     * What is tried for the precision that is asked for: FP32, or BF16, which may still turn out to be out of bounds.
     *
     * @throws IllegalArgumentException when bfloat16 is asked for on a CPU without it
     */
    static Precision resolve(ModelPackage model, Precision asked, boolean isBf16Native) {
        if (asked == Precision.BF16 && !isBf16Native) {
            throw new IllegalArgumentException(
                    "precision must be fp32 or auto, but is bf16: " + Precision.missingFlags());
        }
        return asked != Precision.FP32 && isBf16Native && InferenceGraph.canFold(model)
                ? Precision.BF16
                : Precision.FP32;
    }

    /** Why single precision, where bfloat16 is not tried. */
    static String reasonOfSinglePrecision(ModelPackage model, Precision asked) {
        if (asked == Precision.FP32) {
            return "asked for";
        }
        return InferenceGraph.canFold(model)
                ? Precision.missingFlags()
                : "only ClemNet with ReLU, strides of 1 and padding is calculated in bfloat16";
    }

    private static HeavyModel inSinglePrecision(
            ModelPackage model, SavedModelBundle bundle, TensorFlowThreads threads, Precision asked) {
        boolean folds = InferenceGraph.canFold(model);
        InferenceGraph graph = folds
                ? InferenceGraph.folded(model, bundle, threads, TFloat32.class)
                : InferenceGraph.frozen(bundle, threads);
        try {
            Report report = new Report(folds, Precision.FP32, reasonOfSinglePrecision(model, asked));
            HeavyModel loaded = new HeavyModel(model, graph, report);
            finiteScores(model, loaded, Canary.batch(model.shape()));
            return loaded;
        } catch (RuntimeException | Error failure) {
            graph.close();
            throw failure;
        }
    }

    private static HeavyModel inBfloat16(
            ModelPackage model, SavedModelBundle bundle, TensorFlowThreads threads, HeavyModel single) {
        FeatureBatch canary;
        try {
            canary = PrecisionCheck.canary(model.shape(), new ModelVariables(model.directory(), bundle.session()));
        } catch (RuntimeException | Error failure) {
            single.close();
            throw failure;
        }
        return inBfloat16IfWithinBounds(
                model, single, canary, () -> InferenceGraph.folded(model, bundle, threads, TBfloat16.class));
    }

    /**
     * The better of the two; the other one is closed, and both are where this fails.
     *
     * @param canary {@link PrecisionCheck}'s rows
     * @param bfloat16 builds the graph that calculates in bfloat16
     */
    static HeavyModel inBfloat16IfWithinBounds(
            ModelPackage model, HeavyModel single, FeatureBatch canary, Supplier<InferenceGraph> bfloat16) {
        InferenceGraph graph = null;
        try {
            HeavyScores expected = finiteScores(model, single, canary);
            graph = bfloat16.get();
            HeavyModel brief = new HeavyModel(model, graph, new Report(true, Precision.BF16, ""));
            String reason;
            try {
                PrecisionCheck check = PrecisionCheck.of(expected, brief.score(canary));
                if (check.passes()) {
                    single.close();
                    return brief.explained(new Report(true, Precision.BF16, "within bounds: " + check.describe()));
                }
                reason = "bfloat16 is out of bounds: " + check.describe();
            } catch (IllegalStateException notFinite) {
                reason = "bfloat16 gives no finite score: " + notFinite.getMessage();
            }
            graph.close();
            return single.explained(new Report(single.report.folded(), Precision.FP32, reason));
        } catch (RuntimeException | Error failure) {
            if (graph != null) {
                graph.close();
            }
            single.close();
            throw failure;
        }
    }

    private static HeavyScores finiteScores(ModelPackage model, HeavyModel loaded, FeatureBatch canary) {
        try {
            return loaded.score(canary);
        } catch (IllegalStateException failure) {
            throw new ModelException(
                    model.directory(), "finite outputs for the canary rows", failure.getMessage(), failure);
        }
    }

    /** The same session under another report. */
    HeavyModel explained(Report other) {
        return new HeavyModel(this, other);
    }

    InferenceGraph graph() {
        return graph;
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
            throw new IllegalArgumentException("batch must have " + shape + ", but has " + batch.shape());
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
                        InferenceGraph.OUTPUTS.get(output) + "[" + row + "] must be finite, but is " + values[row]);
            }
        }
        return values;
    }

    @Override
    public void close() {
        graph.close();
    }
}
