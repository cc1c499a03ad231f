package io.pushrank.jobs.train;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Lets a training end in order when the JVM is told to (Ctrl-C, SIGTERM): the JVM waits until the training has written its
 * checkpoint, or for a while at most.
 */
final class Interruption implements AutoCloseable {
    /** Thrown by a training that was told to end and has written its checkpoint. */
    static final class InterruptedTrainingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InterruptedTrainingException(String message) {
            super(message);
        }
    }

    private static final long SECONDS = 120;
    /** Before Spark ends (50) and Hadoop closes its file systems (10). */
    private static final int PRIORITY = 100;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable hook = this::request;
    private volatile boolean requested;

    Interruption() {
        ShutdownHookManager.get().addShutdownHook(hook, PRIORITY, SECONDS, TimeUnit.SECONDS);
    }

    private void request() {
        requested = true;
        try {
            boolean inTime = ended.await(SECONDS, TimeUnit.SECONDS);
            if (!inTime) {
                System.err.println("training did not end in time; its last checkpoint stays usable");
            }
        } catch (InterruptedException late) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isRequested() {
        return requested;
    }

    /** Lets the JVM go on. */
    @Override
    public void close() {
        ended.countDown();
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(hook);
        }
    }
}
