package io.pushrank.jobs.doctor;

/**
 * One thing that was looked at.
 *
 * @param where driver, executor with its id, or cluster
 * @param what what was looked at
 * @param found what was there
 * @param advice what to do; empty where nothing is to be done
 */
public record Finding(Level level, String where, String what, String found, String advice) {
    /** How bad it is. */
    public enum Level {
        OK,
        /** A run goes on, but slower than it could, or at a risk. */
        WARNING,
        /** A run would break. */
        FAILURE
    }

    static Finding ok(String where, String what, String found) {
        return new Finding(Level.OK, where, what, found, "");
    }

    /** Fine when the condition holds, else a warning. */
    static Finding warnUnless(boolean holds, String where, String what, String found, String advice) {
        return holds ? ok(where, what, found) : new Finding(Level.WARNING, where, what, found, advice);
    }

    /** Fine when the condition holds, else a failure. */
    static Finding failUnless(boolean holds, String where, String what, String found, String advice) {
        return holds ? ok(where, what, found) : new Finding(Level.FAILURE, where, what, found, advice);
    }
}
