package io.pushrank.jobs.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A named parameter of a source's SQL or a rule's expression: what the settings may give it. It is declared in one of three
 * ways:
 *
 * <pre>
 * max_age_hours, whole number, 1 to 8760
 * min_topic_score, number, 0 to 1
 * kinds, some of like, repost, reply
 * </pre>
 *
 * A number may go on with {@code , default V}, which holds where the settings give none, and with {@code , hours back} or
 * {@code , days back}: then it must not reach back further than {@code inputs.lookback_days}.
 */
public sealed interface Parameter {
    /** What {@link #parse} takes, for messages. */
    String SYNTAX =
            "\"NAME, whole number, A to B\", \"NAME, number, A to B\" or \"NAME, some of A, B\", of a number also"
                    + " \", default V\" and \", hours back\" or \", days back\"";

    String name();

    /** The value where the settings give none; empty when they must. */
    default Optional<Object> preset() {
        return Optional.empty();
    }

    /**
     * A value of the settings as the SQL takes it.
     *
     * @param key of the value in the settings
     * @throws IllegalArgumentException when it has another type or is out of its bounds
     */
    Object argument(RankingConfig config, String key, Object value);

    /** A declaration; empty when it is not understood. */
    static Optional<Parameter> parse(String text) {
        Matcher number = Syntax.NUMBER.matcher(text);
        if (number.matches()) {
            boolean isWhole = number.group(2) != null;
            String figures = number.group(3) + number.group(4) + (number.group(5) == null ? "" : number.group(5));
            double min = Double.parseDouble(number.group(3));
            double max = Double.parseDouble(number.group(4));
            Optional<Double> preset = Optional.ofNullable(number.group(5)).map(Double::valueOf);
            if (min > max
                    || preset.stream().anyMatch(value -> value < min || value > max)
                    || (isWhole
                            && (figures.contains(".") || Math.max(Math.abs(min), Math.abs(max)) > Integer.MAX_VALUE))) {
                return Optional.empty();
            }
            Back back = number.group(6) == null ? Back.NOT : number.group(6).equals("hours") ? Back.HOURS : Back.DAYS;
            return Optional.of(
                    isWhole
                            ? new WholeNumber(number.group(1), (int) min, (int) max, preset.map(Double::intValue), back)
                            : new Decimal(number.group(1), min, max, preset, back));
        }
        Matcher choice = Syntax.CHOICE.matcher(text);
        return choice.matches()
                ? Optional.of(
                        new SomeOf(choice.group(1), List.of(choice.group(2).split(", "))))
                : Optional.empty();
    }

    /** Whether and in what unit a number says how far back events are asked for. */
    enum Back {
        NOT {
            @Override
            void require(RankingConfig config, String key, double value) {}
        },
        HOURS {
            @Override
            void require(RankingConfig config, String key, double value) {
                config.inputs().requireHours(key, (int) Math.ceil(value));
            }
        },
        DAYS {
            @Override
            void require(RankingConfig config, String key, double value) {
                config.inputs().requireDays(key, (int) Math.ceil(value));
            }
        };

        abstract void require(RankingConfig config, String key, double value);
    }

    /** The patterns behind {@link #parse}; a whole number must be an INT. */
    final class Syntax {
        private static final String NAME = "([a-z_][a-z_0-9]*)";
        private static final String BOUND = "(-?[0-9]{1,10}(?:\\.[0-9]+)?)";
        private static final Pattern NUMBER = Pattern.compile(NAME + ", (whole )?number, " + BOUND + " to " + BOUND
                + "(?:, default " + BOUND + ")?(?:, (hours|days) back)?");
        private static final Pattern CHOICE = Pattern.compile(NAME + ", some of ([^, ]+(?:, [^, ]+)*)");

        private Syntax() {}
    }

    /** An INT of the SQL. */
    record WholeNumber(String name, int min, int max, Optional<Integer> given, Back back) implements Parameter {
        @Override
        public Optional<Object> preset() {
            return given.map(Object.class::cast);
        }

        @Override
        public Object argument(RankingConfig config, String key, Object value) {
            Bounds.wholeNumberWithin(key, value, min, max);
            back.require(config, key, ((Number) value).doubleValue());
            return ((Number) value).intValue();
        }
    }

    /** A DOUBLE of the SQL. */
    record Decimal(String name, double min, double max, Optional<Double> given, Back back) implements Parameter {
        @Override
        public Optional<Object> preset() {
            return given.map(Object.class::cast);
        }

        @Override
        public Object argument(RankingConfig config, String key, Object value) {
            Bounds.numberWithin(key, value, min, max);
            back.require(config, key, ((Number) value).doubleValue());
            return ((Number) value).doubleValue();
        }
    }

    /** An array of STRING of the SQL: at least one of the known texts, none of them twice. */
    record SomeOf(String name, List<String> known) implements Parameter {
        @Override
        public Object argument(RankingConfig config, String key, Object value) {
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
