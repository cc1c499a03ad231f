package io.pushrank.jobs.architecture;

/** Range checks with one wording. */
public final class Checks {
    private Checks() {}

    static void require(boolean holds, String key, String bound, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(key + " must be " + bound + ", cannot be: " + value);
        }
    }

    public static void atLeast(String key, long bound, long value) {
        require(value >= bound, key, "at least " + bound, value);
    }

    static void between(String key, long low, long high, long value) {
        require(value >= low && value <= high, key, "from " + low + " to " + high, value);
    }
}
