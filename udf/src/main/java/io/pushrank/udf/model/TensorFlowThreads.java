package io.pushrank.udf.model;

import java.io.Serializable;
import org.tensorflow.proto.ConfigProto;

/**
 * TensorFlow's thread pools. The intra-op pool is process-wide and fixed by the first session of the JVM: later values
 * are ignored by TensorFlow itself.
 *
 * @param intraOperation threads inside one operation, at least 1; 1 when Spark tasks already fill the cores
 * @param interOperation threads across operations; -1 runs them in the calling thread, so that concurrent tasks share
 *     one session without waiting for each other
 */
public record TensorFlowThreads(int intraOperation, int interOperation) implements Serializable {
    /** One thread a call, in the caller's own thread: right for executors, and deterministic. */
    public static final TensorFlowThreads DEFAULT = new TensorFlowThreads(1, -1);

    public TensorFlowThreads {
        if (intraOperation < 1) {
            throw new IllegalArgumentException("intraOperation must be at least 1, but is " + intraOperation);
        }
        if (interOperation < 1 && interOperation != -1) {
            throw new IllegalArgumentException(
                    "interOperation must be at least 1, or -1 for the calling thread, but is " + interOperation);
        }
    }

    /** The session configuration with these threads. */
    public ConfigProto configuration() {
        return ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(intraOperation)
                .setInterOpParallelismThreads(interOperation)
                .build();
    }
}
