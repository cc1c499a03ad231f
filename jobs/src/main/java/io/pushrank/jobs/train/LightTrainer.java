package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.LightRanker;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;

/** Trains the light ranker. */
public final class LightTrainer {
    private LightTrainer() {}

    /**
     * Trains until the relative cross-entropy stops improving, and exports the best weights with statistics
     * recomputed over a sample of the training examples. With one intra-op thread, the same examples, params and machine
     * kind give the same bytes.
     *
     * @param training examples to learn from
     * @param evaluation examples to measure on, never learned from
     * @param params params.yaml
     * @param shape widths of the dense inputs
     * @param featuresYaml text of features.yaml, kept beside the model
     * @param directory local, new or empty; receives the SavedModel, features.yaml and params.yaml
     * @param options threads, progress, checkpoints, events
     * @return what {@link io.pushrank.udf.model.ModelPackage#write} takes
     * @throws IllegalArgumentException when training or evaluation examples are all of one class
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when checkpoints are of another training
     * @throws IllegalStateException when the loss is no longer finite
     */
    public static ModelExport train(
            ExampleSource training,
            ExampleSource evaluation,
            LightParams params,
            FeatureShape shape,
            String featuresYaml,
            Path directory,
            TrainingOptions options) {
        return new TrainingLoop(new LightRanker(params, shape), training, evaluation, options)
                .run(featuresYaml, directory);
    }

    /** Trains without checkpoints or events. */
    public static ModelExport train(
            ExampleSource training,
            ExampleSource evaluation,
            LightParams params,
            FeatureShape shape,
            String featuresYaml,
            Path directory,
            TensorFlowThreads threads,
            TrainingProgress.Listener listener) {
        return train(
                training, evaluation, params, shape, featuresYaml, directory, TrainingOptions.of(threads, listener));
    }
}
