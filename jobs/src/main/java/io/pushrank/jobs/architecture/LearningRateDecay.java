package io.pushrank.jobs.architecture;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.udf.text.OptionalKey;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** How the learning rate falls once it has warmed up: by the one of these that is not null. */
public record LearningRateDecay(
        @OptionalKey Exponential exponential,
        @OptionalKey Polynomial polynomial,
        @OptionalKey Piecewise piecewise,
        @OptionalKey Inverse inverse,
        @OptionalKey Cosine cosine,
        @OptionalKey CosineRestarts cosineRestarts) {
    public LearningRateDecay {
        long given = Stream.of(exponential, polynomial, piecewise, inverse, cosine, cosineRestarts)
                .filter(Objects::nonNull)
                .count();
        Bounds.require(
                given == 1,
                "training.learning_rate_decay",
                "one of exponential, polynomial, piecewise, inverse, cosine and cosine_restarts",
                given + " of them");
    }

    /**
     * What the rate is multiplied by.
     *
     * @param step since the warm-up ended, from 0
     * @return above 0 or 0, at most 1 but for {@link Piecewise}
     */
    public double factorAt(long step) {
        return Stream.of(exponential, polynomial, piecewise, inverse, cosine, cosineRestarts)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow()
                .factorAt(step);
    }

    /** One way to fall. */
    private sealed interface Factor {
        double factorAt(long step);
    }

    private static void requireSteps(String key, int steps) {
        Bounds.atLeast("training.learning_rate_decay." + key + ".steps", steps, 1);
    }

    private static void requireFloor(String key, double floor) {
        Bounds.within("training.learning_rate_decay." + key + ".floor", floor, 0, 1);
    }

    private static double stairs(boolean isStaircase, double way) {
        return isStaircase ? Math.floor(way) : way;
    }

    /**
     * rate<sup>step / steps</sup>.
     *
     * @param staircase whether it falls only every so many steps
     */
    public record Exponential(int steps, double rate, @OptionalKey boolean staircase) implements Factor {
        public Exponential {
            requireSteps("exponential", steps);
            Bounds.require(rate > 0 && rate <= 1, "training.learning_rate_decay.exponential.rate", "in (0, 1]", rate);
        }

        @Override
        public double factorAt(long step) {
            return Math.pow(rate, stairs(staircase, (double) step / steps));
        }
    }

    /** From 1 to the floor as (1 - step / steps)<sup>power</sup>, and stays there. */
    public record Polynomial(int steps, double power, double floor) implements Factor {
        public Polynomial {
            requireSteps("polynomial", steps);
            Bounds.require(
                    power > 0 && power <= 100, "training.learning_rate_decay.polynomial.power", "in (0, 100]", power);
            requireFloor("polynomial", floor);
        }

        @Override
        public double factorAt(long step) {
            double left = 1 - Math.min(1, (double) step / steps);
            return floor + (1 - floor) * Math.pow(left, power);
        }
    }

    /**
     * A factor for each piece.
     *
     * @param boundaries steps at which the next piece begins, ascending
     * @param factors one more than boundaries, each above 0
     */
    public record Piecewise(List<Integer> boundaries, List<Double> factors) implements Factor {
        public Piecewise {
            boundaries = List.copyOf(boundaries);
            factors = List.copyOf(factors);
            for (int index = 0; index < boundaries.size(); index++) {
                Bounds.atLeast(
                        "training.learning_rate_decay.piecewise.boundaries",
                        boundaries.get(index),
                        index == 0 ? 1 : boundaries.get(index - 1) + 1);
            }
            Bounds.require(
                    factors.size() == boundaries.size() + 1
                            && factors.stream().allMatch(factor -> factor > 0 && factor <= 100),
                    "training.learning_rate_decay.piecewise.factors",
                    (boundaries.size() + 1) + " numbers in (0, 100]",
                    factors);
        }

        @Override
        public double factorAt(long step) {
            int piece = 0;
            while (piece < boundaries.size() && step >= boundaries.get(piece)) {
                piece++;
            }
            return factors.get(piece);
        }
    }

    /** 1 / (1 + rate · step / steps). */
    public record Inverse(int steps, double rate, @OptionalKey boolean staircase) implements Factor {
        public Inverse {
            requireSteps("inverse", steps);
            Bounds.require(rate > 0 && rate <= 1000, "training.learning_rate_decay.inverse.rate", "in (0, 1000]", rate);
        }

        @Override
        public double factorAt(long step) {
            return 1 / (1 + rate * stairs(staircase, (double) step / steps));
        }
    }

    /** From 1 to the floor along half a cosine, and stays there. */
    public record Cosine(int steps, double floor) implements Factor {
        public Cosine {
            requireSteps("cosine", steps);
            requireFloor("cosine", floor);
        }

        @Override
        public double factorAt(long step) {
            return halfCosine(Math.min(1, (double) step / steps), 1, floor);
        }
    }

    /**
     * Half cosines one after the other (Loshchilov and Hutter, SGDR, 2017).
     *
     * @param steps of the first
     * @param growth each is so many times as long as the one before, at least 1
     * @param shrink each begins at so many times what the one before began at, in (0, 1]
     */
    public record CosineRestarts(int steps, double growth, double shrink, double floor) implements Factor {
        public CosineRestarts {
            requireSteps("cosine_restarts", steps);
            Bounds.within("training.learning_rate_decay.cosine_restarts.growth", growth, 1, 100);
            Bounds.require(
                    shrink > 0 && shrink <= 1,
                    "training.learning_rate_decay.cosine_restarts.shrink",
                    "in (0, 1]",
                    shrink);
            requireFloor("cosine_restarts", floor);
        }

        @Override
        public double factorAt(long step) {
            double length = steps;
            double begin = 0;
            double top = 1;
            while (step >= begin + length) {
                begin += length;
                length *= growth;
                top *= shrink;
            }
            return halfCosine((step - begin) / length, top, floor);
        }
    }

    private static double halfCosine(double way, double top, double floor) {
        return floor + (1 - floor) * top * 0.5 * (1 + Math.cos(Math.PI * way));
    }
}
