package io.pushrank.jobs.run;

import java.util.Set;

/**
 * What whoever started a run decided.
 *
 * @param isForced whether stages are done again whose rows are published already
 * @param accepted gates that may fail
 */
public record Choices(boolean isForced, Set<String> accepted) {
    /** Nothing in particular. */
    public static final Choices NONE = new Choices(false, Set.of());
}
