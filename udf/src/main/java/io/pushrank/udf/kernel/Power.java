package io.pushrank.udf.kernel;

/**
 * 2^t by splitting t into a whole number and a rest in [−1/2, 1/2]: the whole number goes into the exponent's bits, the rest
 * through a polynomial of degree 5, which interpolates 2^r at the Chebyshev nodes.
 *
 * <p>The relative error is at most 4e-7 in single precision, so that a sigmoid made of it is off by at most 2e-7 and a tanh
 * by at most 4e-7, tests say.
 */
public final class Power {
    /** Beyond these bounds a sigmoid is 0 or 1 in single precision anyway. */
    public static final float BOUND = 126;
    /** Added to a number of at most 22 bits, it leaves the nearest whole number in the lowest bits. */
    public static final float ROUNDER = 12582912;

    public static final float C0 = 1.0000001f;
    public static final float C1 = 0.6931472f;
    public static final float C2 = 0.24022107f;
    public static final float C3 = 0.05550357f;
    public static final float C4 = 0.009676032f;
    public static final float C5 = 0.0013390863f;

    private static final double LOG2_E = 1 / Math.log(2);

    /** What the weights before a sigmoid are multiplied by, since sigmoid(z) = 1 / (1 + 2^(−log2(e) z)). */
    public static final double SIGMOID = -LOG2_E;

    private Power() {}

    /** 2^t; beyond ±126 that of the bound. */
    static float of(float t) {
        float bounded = t > BOUND ? BOUND : t;
        bounded = bounded < -BOUND ? -BOUND : bounded;
        float rounded = bounded + ROUNDER;
        float rest = bounded - (rounded - ROUNDER);
        float power = Math.fma(C5, rest, C4);
        power = Math.fma(power, rest, C3);
        power = Math.fma(power, rest, C2);
        power = Math.fma(power, rest, C1);
        power = Math.fma(power, rest, C0);
        // The rounder's own lowest bits are 0, all others are shifted out.
        return Float.intBitsToFloat(Float.floatToRawIntBits(power) + (Float.floatToRawIntBits(rounded) << 23));
    }
}
