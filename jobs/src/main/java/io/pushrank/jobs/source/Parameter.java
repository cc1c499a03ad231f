package io.pushrank.jobs.source;

import io.pushrank.jobs.config.Bounds;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A named parameter of a source's SQL: what the settings may give it. The head comment declares it in one of three ways:
 *
 * <pre>
 * -- parameter: max_age_hours, whole number, 1 to 720
 * -- parameter: min_topic_score, number, 0 to 1
 * -- parameter: kinds, some of like, repost, reply
 * </pre>
 */
sealed interface Parameter {
    /** Names that are no source's own: settings and SQL of every source may use them. */
    Set<String> COMMON = Set.of("as_of", "limit");

    /** What {@link #parse} takes, for messages. */
    String SYNTAX = "\"NAME, whole number, A to B\", \"NAME, number, A to B\" or \"NAME, some of A, B\"";

    String name();

    /**
     * A value of the settings as the SQL takes it.
     *
     * @param key of the value in the settings
     * @throws IllegalArgumentException when it has another type or is out of its bounds
     */
    Object argument(String key, Object value);

    /** A declaration without its key; empty when it is not understood. */
    static Optional<Parameter> parse(String text) {
        Matcher number = Syntax.NUMBER.matcher(text);
        if (number.matches()) {
            boolean isWhole = number.group(2) != null;
            double least = Double.parseDouble(number.group(3));
            double most = Double.parseDouble(number.group(4));
            if (least > most || (isWhole && (number.group(3) + number.group(4)).contains("."))) {
                return Optional.empty();
            }
            return Optional.of(
                    isWhole
                            ? new WholeNumber(number.group(1), (int) least, (int) most)
                            : new Decimal(number.group(1), least, most));
        }
        Matcher choice = Syntax.CHOICE.matcher(text);
        return choice.matches()
                ? Optional.of(
                        new SomeOf(choice.group(1), List.of(choice.group(2).split(", "))))
                : Optional.empty();
    }

    /** The patterns behind {@link #parse}; a whole number has at most nine digits, so that it is an INT. */
    final class Syntax {
        private static final String NAME = "([a-z_][a-z_0-9]*)";
        private static final String BOUND = "(-?[0-9]{1,9}(?:\\.[0-9]+)?)";
        private static final Pattern NUMBER = Pattern.compile(NAME + ", (whole )?number, " + BOUND + " to " + BOUND);
        private static final Pattern CHOICE = Pattern.compile(NAME + ", some of ([^, ]+(?:, [^, ]+)*)");

        private Syntax() {}
    }

    /** An INT of the SQL. */
    record WholeNumber(String name, int least, int most) implements Parameter {
        @Override
        public Object argument(String key, Object value) {
            Bounds.wholeNumberWithin(key, value, least, most);
            return ((Number) value).intValue();
        }
    }

    /** A DOUBLE of the SQL. */
    record Decimal(String name, double least, double most) implements Parameter {
        @Override
        public Object argument(String key, Object value) {
            Bounds.numberWithin(key, value, least, most);
            return ((Number) value).doubleValue();
        }
    }

    /** An array of STRING of the SQL: at least one of the known texts, none of them twice. */
    record SomeOf(String name, List<String> known) implements Parameter {
        @Override
        public Object argument(String key, Object value) {
            if (!(value instanceof List<?> list)) {
                throw new IllegalArgumentException(key + " must be a list, but is " + Bounds.shown(value));
            }
            if (list.isEmpty()) {
                throw new IllegalArgumentException(key + " must be some of " + known + ", but is empty");
            }
            Set<Object> before = new HashSet<>();
            for (Object element : list) {
                if (!(element instanceof String) || !known.contains(element)) {
                    throw new IllegalArgumentException(
                            key + " must be some of " + known + ", but holds " + Bounds.shown(element));
                }
                if (!before.add(element)) {
                    throw new IllegalArgumentException(
                            key + " must hold each value once, but holds " + Bounds.shown(element) + " again");
                }
            }
            return list.toArray(String[]::new);
        }
    }
}
