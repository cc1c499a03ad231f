package io.pushrank.jobs.config;

import io.pushrank.jobs.exit.PushrankException;
import java.math.BigInteger;
import java.util.function.Supplier;

/**
 * Checks of settings, params and options; each message gives key, bound and value. They throw
 * {@link IllegalArgumentException}.
 */
public final class Bounds {
    private Bounds() {}

    public static void within(String key, double value, double least, double most) {
        require(value >= least && value <= most, key, "between " + text(least) + " and " + text(most), value);
    }

    /** Checks a whole number without an upper bound. */
    public static void atLeast(String key, long value, long least) {
        require(value >= least, key, "at least " + least, value);
    }

    /**
     * Checks anything else.
     *
     * @param bound what the value must be, such as {@code above 0}
     */
    public static void require(boolean holds, String key, String bound, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(
                    key + " must be " + bound + ", but is " + (value instanceof Double number ? text(number) : value));
        }
    }

    /**
     * Makes checks of the command line's options.
     *
     * @throws PushrankException with exit code 2 when one fails
     */
    public static void ofOptions(Runnable checks) {
        ofOptions(() -> {
            checks.run();
            return true;
        });
    }

    /** The same of options that make something which checks itself. */
    public static <T> T ofOptions(Supplier<T> checked) {
        try {
            return checked.get();
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
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

    /** A value as it stands in a file of settings. */
    public static String shown(Object value) {
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }

    private static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15 ? Long.toString((long) number) : "" + number;
    }
}
