package io.pushrank.jobs.architecture;

/** Thrown when no ranker can be learned from the examples that are there. */
public final class UnusableExamplesException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UnusableExamplesException(String message) {
        super(message);
    }
}
