package io.pushrank.jobs.train;

/** Thrown when no ranker can be learned from the examples that are there. */
final class UnusableExamplesException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnusableExamplesException(String message) {
        super(message);
    }
}
