package io.pushrank.jobs.config;

import java.math.BigInteger;
import java.util.List;

/** Checks of configuration values; each message gives key, value and bound. They throw {@link IllegalArgumentException}. */
public final class Bounds {
    private Bounds() {}

    public static void within(String key, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    key + " must be between " + text(least) + " and " + text(most) + ", but is " + text(value));
        }
    }

    /** Checks a value that no record gives a type: a whole number within its bounds. */
    public static void wholeNumberWithin(String key, Object value, double least, double most) {
        if (!(value instanceof Integer || value instanceof Long || value instanceof BigInteger)) {
            throw new IllegalArgumentException(key + " must be a whole number, but is " + shown(value));
        }
        within(key, ((Number) value).doubleValue(), least, most);
    }

    /** Checks a value that no record gives a type: a number, whole or not, within its bounds. */
    public static void numberWithin(String key, Object value, double least, double most) {
        if (!(value instanceof Number number)) {
            throw new IllegalArgumentException(key + " must be a number, but is " + shown(value));
        }
        within(key, number.doubleValue(), least, most);
    }

    static void oneOf(String key, String value, List<String> known) {
        if (value == null || !known.contains(value)) {
            throw new IllegalArgumentException(key + " must be one of " + known + ", but is " + value);
        }
    }

    /** A value as it stands in a file of settings. */
    public static String shown(Object value) {
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }

    private static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15 ? Long.toString((long) number) : "" + number;
    }
}
