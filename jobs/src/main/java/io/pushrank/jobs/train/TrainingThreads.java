package io.pushrank.jobs.train;

import io.pushrank.udf.model.TensorFlowThreads;

/** TensorFlow's threads for training, which has the machine to itself. */
public final class TrainingThreads {
    private TrainingThreads() {}

    /**
     * So many threads at once.
     *
     * @param threads at least 1; 1 gives the same bytes each time
     */
    public static TensorFlowThreads of(int threads) {
        return threads == 1 ? TensorFlowThreads.DEFAULT : new TensorFlowThreads(threads, threads);
    }
}
