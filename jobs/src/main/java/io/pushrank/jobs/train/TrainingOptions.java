package io.pushrank.jobs.train;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.model.TensorFlowThreads;
import org.apache.hadoop.conf.Configuration;

/** How a training runs: none of this changes what one thread learns, except what it begins with. */
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
    final TrainingStart start;
    /** Null when no checkpoints are written. */
    final String checkpointDirectory;

    final OtherOrigin otherOrigin;
    /** 0: at evaluations only. */
    final int checkpointEverySteps;
    /** Null when no events are written. */
    final String eventsDirectory;
    /** Null when what a later training could go on from is not kept. */
    final String stateDirectory;
    /** Nothing is learned: what is exported is the best of the checkpoints that are there. */
    final boolean isExportOnly;

    final Configuration hadoop;

    private TrainingOptions(
            TensorFlowThreads threads,
            TrainingProgress.Listener listener,
            TrainingStart start,
            String checkpointDirectory,
            OtherOrigin otherOrigin,
            int checkpointEverySteps,
            String eventsDirectory,
            String stateDirectory,
            boolean isExportOnly,
            Configuration hadoop) {
        this.threads = threads;
        this.listener = listener;
        this.start = start;
        this.checkpointDirectory = checkpointDirectory;
        this.otherOrigin = otherOrigin;
        this.checkpointEverySteps = checkpointEverySteps;
        this.eventsDirectory = eventsDirectory;
        this.stateDirectory = stateDirectory;
        this.isExportOnly = isExportOnly;
        this.hadoop = hadoop;
    }

    /** Neither checkpoints nor events. */
    public static TrainingOptions of(TensorFlowThreads threads, TrainingProgress.Listener listener) {
        return new TrainingOptions(
                threads, listener, TrainingStart.RANDOM, null, OtherOrigin.REFUSE, 0, null, null, false, null);
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
                threads,
                listener,
                start,
                directory,
                otherOrigin,
                everySteps,
                eventsDirectory,
                stateDirectory,
                isExportOnly,
                configuration);
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
                start,
                checkpointDirectory,
                otherOrigin,
                checkpointEverySteps,
                directory,
                stateDirectory,
                isExportOnly,
                configuration);
    }

    /** Begins with given values of some or all variables; the others start as usual. */
    TrainingOptions startingFrom(TrainingStart given) {
        return new TrainingOptions(
                threads,
                listener,
                given,
                checkpointDirectory,
                otherOrigin,
                checkpointEverySteps,
                eventsDirectory,
                stateDirectory,
                isExportOnly,
                hadoop);
    }

    /** Keeps what the exported weights were reached with, so that a later training can go on from them. */
    TrainingOptions keepingState(String directory, Configuration configuration) {
        return new TrainingOptions(
                threads,
                listener,
                start,
                checkpointDirectory,
                otherOrigin,
                checkpointEverySteps,
                eventsDirectory,
                directory,
                isExportOnly,
                configuration);
    }

    /** Learns nothing more, but exports the best of a training that was stopped. */
    TrainingOptions exportingOnly() {
        return new TrainingOptions(
                threads,
                listener,
                start,
                checkpointDirectory,
                otherOrigin,
                checkpointEverySteps,
                eventsDirectory,
                stateDirectory,
                true,
                hadoop);
    }
}
