package io.pushrank.jobs.architecture;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.tensorflow.ndarray.Shape;

/** Initial values of a variable: a function of the training's seed and the variable's name, not of creation order. */
@FunctionalInterface
public interface Initializer {
    float[] values(long seed, String name, Shape shape);

    /** These values, each times a number. */
    default Initializer times(double scale) {
        return (seed, name, shape) -> {
            float[] values = values(seed, name, shape);
            for (int index = 0; index < values.length; index++) {
                values[index] = (float) (values[index] * scale);
            }
            return values;
        };
    }

    static Initializer constant(float value) {
        return (seed, name, shape) -> {
            float[] values = new float[Math.toIntExact(shape.size())];
            Arrays.fill(values, value);
            return values;
        };
    }

    /** Glorot uniform: limit sqrt(6 / (fan in + fan out)). */
    static Initializer glorot(long fanIn, long fanOut) {
        return uniform(Math.sqrt(6.0 / (fanIn + fanOut)));
    }

    /** Uniform between -limit and limit. */
    static Initializer uniform(double limit) {
        return drawn(random -> (2 * random.nextDouble() - 1) * limit);
    }

    /** Normal with mean 0, cut at two deviations, of this variance after the cut. */
    static Initializer normal(double variance) {
        // A standard normal variable between -2 and 2 has this deviation.
        double deviation = Math.sqrt(variance) / 0.8796256610342398;
        return drawn(random -> {
            double value = random.nextGaussian();
            while (Math.abs(value) > 2) {
                value = random.nextGaussian();
            }
            return value * deviation;
        });
    }

    private static Initializer drawn(ToDoubleFunction<SplittableRandom> draw) {
        return (seed, name, shape) -> {
            SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
            float[] values = new float[Math.toIntExact(shape.size())];
            for (int index = 0; index < values.length; index++) {
                values[index] = (float) draw.applyAsDouble(random);
            }
            return values;
        };
    }
}
