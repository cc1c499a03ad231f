package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;

/** A small training as a process of its own, for a test to kill. */
final class BreakableTraining {
    private BreakableTraining() {}

    /**
     * Trains, prints progress, and writes model version 1.
     *
     * @param arguments heavy or light, the folder of checkpoints, models, export and events, and milliseconds that the
     *     training waits before each batch so that it can be killed in time
     */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[1]);
        long pause = Long.parseLong(arguments[2]);
        Configuration hadoop = new Configuration();
        TrainingOptions options = TrainingOptions.of(TensorFlowThreads.DEFAULT, System.out::println)
                .checkpoints(folder.resolve("checkpoints").toString(), 7, TrainingOptions.OtherOrigin.REFUSE, hadoop)
                .events(folder.resolve("events").toString(), hadoop);
        boolean heavy = arguments[0].equals("heavy");
        ExampleSource training = slow(SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(3000, 1, heavy)), pause);
        ExampleSource evaluation = SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(500, 2, heavy));
        Path export = folder.resolve("export");
        ModelExport trained = heavy
                ? HeavyTrainer.train(
                        training,
                        evaluation,
                        HeavyParams.parse("test", brief("sample-heavy")),
                        new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY),
                        "features",
                        export,
                        options)
                : LightTrainer.train(
                        training,
                        evaluation,
                        LightParams.parse("test", brief("sample-light")),
                        new FeatureShape(SyntheticExamples.CONTINUOUS, 0),
                        "features",
                        export,
                        options);
        ModelPackage.write(folder.resolve("models").toString(), "1", trained, hadoop);
    }

    private static String brief(String name) {
        return SampleParams.whole(name)
                .replace("maximum_steps: 5000", "maximum_steps: 60")
                .replace("batch_rows: 256", "batch_rows: 100\n  renorm_momentum: 0.9")
                .replace("evaluate_every_steps: 100", "evaluate_every_steps: 10")
                .replace("learning_rate_warm_up_steps: 0", "learning_rate_warm_up_steps: 20")
                .replace("learning_rate_cosine_steps: 0", "learning_rate_cosine_steps: 50");
    }

    private static ExampleSource slow(ExampleSource source, long milliseconds) {
        return epoch -> {
            var examples = source.epoch(epoch);
            return new Iterator<>() {
                private int taken;

                @Override
                public boolean hasNext() {
                    return examples.hasNext();
                }

                @Override
                public Example next() {
                    if (taken++ % 100 == 0 && milliseconds > 0) {
                        try {
                            Thread.sleep(milliseconds);
                        } catch (InterruptedException closed) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    return examples.next();
                }
            };
        };
    }
}
