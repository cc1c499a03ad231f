package io.pushrank.jobs.config;

import java.util.List;

/** Checks of configuration values; each message gives key, value and bound. */
final class Bounds {
    private Bounds() {}

    static void within(String key, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    key + " must be between " + text(least) + " and " + text(most) + ", but is " + text(value));
        }
    }

    static void oneOf(String key, String value, List<String> known) {
        if (value == null || !known.contains(value)) {
            throw new IllegalArgumentException(key + " must be one of " + known + ", but is " + value);
        }
    }

    private static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15 ? Long.toString((long) number) : "" + number;
    }
}
