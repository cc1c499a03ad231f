package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** How a training runs: none of this changes what one thread learns, except the initial weights. */
public final class TrainingOptions {
    /** What to do with a checkpoint of other params, features or examples. */
    public enum OtherOrigin {
        /** Stop with an error: the folder was named by a person. */
        REFUSE,
        /** Leave it aside and say so: the folder is the training's own. */
        START_ANEW
    }

    final TensorFlowThreads threads;
    final TrainingProgress.Listener listener;
    final Map<String, Weight> initialWeights;
    /** Null when no checkpoints are written. */
    final String checkpointDirectory;

    final OtherOrigin otherOrigin;
    /** 0: at evaluations only. */
    final int checkpointEverySteps;
    /** Null when no events are written. */
    final String eventsDirectory;

    final Configuration hadoop;

    private TrainingOptions(
            TensorFlowThreads threads,
            TrainingProgress.Listener listener,
            Map<String, Weight> initialWeights,
            String checkpointDirectory,
            OtherOrigin otherOrigin,
            int checkpointEverySteps,
            String eventsDirectory,
            Configuration hadoop) {
        this.threads = threads;
        this.listener = listener;
        this.initialWeights = initialWeights;
        this.checkpointDirectory = checkpointDirectory;
        this.otherOrigin = otherOrigin;
        this.checkpointEverySteps = checkpointEverySteps;
        this.eventsDirectory = eventsDirectory;
        this.hadoop = hadoop;
    }

    /** Neither checkpoints nor events. */
    public static TrainingOptions of(TensorFlowThreads threads, TrainingProgress.Listener listener) {
        return new TrainingOptions(threads, listener, Map.of(), null, OtherOrigin.REFUSE, 0, null, null);
    }

    /**
     * Writes a checkpoint at each evaluation and goes on from the last one that is there.
     *
     * @param directory of any file system that Hadoop knows
     * @param everySteps also so often between evaluations; 0 does not
     * @throws IllegalArgumentException when everySteps is below 0
     */
    public TrainingOptions checkpoints(
            String directory, int everySteps, OtherOrigin otherOrigin, Configuration configuration) {
        Bounds.atLeast("checkpoint steps", everySteps, 0);
        return new TrainingOptions(
                threads, listener, initialWeights, directory, otherOrigin, everySteps, eventsDirectory, configuration);
    }

    /** The folder of checkpoints, for the caller to close; null when none are written. */
    Checkpoints openCheckpoints() {
        return checkpointDirectory == null ? null : new Checkpoints(checkpointDirectory, hadoop);
    }

    /** Writes TensorBoard's event files: loss, learning rate, rows/s and every metric of the evaluation examples. */
    public TrainingOptions events(String directory, Configuration configuration) {
        return new TrainingOptions(
                threads,
                listener,
                initialWeights,
                checkpointDirectory,
                otherOrigin,
                checkpointEverySteps,
                directory,
                configuration);
    }

    /** Starts from given values of some or all variables; the others start as usual. */
    TrainingOptions startingFrom(Map<String, Weight> weights) {
        return new TrainingOptions(
                threads,
                listener,
                new LinkedHashMap<>(weights),
                checkpointDirectory,
                otherOrigin,
                checkpointEverySteps,
                eventsDirectory,
                hadoop);
    }
}
