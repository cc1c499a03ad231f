package io.pushrank.udf.kernel.vector;

import io.pushrank.udf.kernel.Adaptive;
import io.pushrank.udf.kernel.Dense;
import io.pushrank.udf.kernel.Kernel;
import io.pushrank.udf.kernel.Normalizer;
import io.pushrank.udf.kernel.Power;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows side by side in vector registers: a tile is two registers wide, and the sums of four outputs stay in eight registers
 * while the inputs go by, each weight broadcast to all rows.
 *
 * <p>The only class that needs the module {@code jdk.incubator.vector}; {@link io.pushrank.udf.kernel.Kernels} finds it by
 * name.
 */
public final class VectorKernel implements Kernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ROWS = 2 * LANES;
    private static final FloatVector ONE = FloatVector.broadcast(SPECIES, 1);
    // Constants, since what is made anew in a loop counts against what the compiler inlines.
    private static final FloatVector ROUNDER = FloatVector.broadcast(SPECIES, Power.ROUNDER);
    private static final FloatVector C0 = FloatVector.broadcast(SPECIES, Power.C0);
    private static final FloatVector C1 = FloatVector.broadcast(SPECIES, Power.C1);
    private static final FloatVector C2 = FloatVector.broadcast(SPECIES, Power.C2);
    private static final FloatVector C3 = FloatVector.broadcast(SPECIES, Power.C3);
    private static final FloatVector C4 = FloatVector.broadcast(SPECIES, Power.C4);
    private static final FloatVector C5 = FloatVector.broadcast(SPECIES, Power.C5);

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public String summary() {
        return "Vector API, " + ROWS + " rows at a time in registers of " + SPECIES.vectorBitSize() + " bits";
    }

    @Override
    public void gate(Dense gate, float[] x, float[] y) {
        affine(gate, x, y, 0);
        multiplyByGate(gate.out(), x, y);
    }

    @Override
    public void gate(Dense gate, int[] inputs, int count, float[] x, float[] y) {
        affine(gate, inputs, count, x, y, 0);
        multiplyByGate(gate.out(), x, y);
    }

    @Override
    public void dense(Dense dense, float slope, Normalizer normalizer, float[] x, float[] y, int first) {
        affine(dense, x, y, first);
        finish(dense.out(), slope, normalizer, y, first);
    }

    @Override
    public void dense(
            Dense dense, int[] inputs, int count, float slope, Normalizer normalizer, float[] x, float[] y, int first) {
        affine(dense, inputs, count, x, y, first);
        finish(dense.out(), slope, normalizer, y, first);
    }

    @Override
    public void sigmoid(Dense dense, float[] x, float[] y) {
        affine(dense, x, y, 0);
        for (int at = 0; at < dense.out() * ROWS; at += LANES) {
            sigmoid(load(y, at)).intoArray(y, at);
        }
    }

    /** Sums and what follows them are methods of their own: together they are more than the compiler inlines. */
    private static void affine(Dense dense, float[] x, float[] y, int first) {
        int in = dense.in();
        int out = dense.out();
        float[] w = dense.groups();
        float[] bias = dense.bias();
        for (int j = 0, k = 0; j < out; j += Dense.GROUP) {
            FloatVector a1 = FloatVector.broadcast(SPECIES, bias[j]);
            FloatVector a2 = FloatVector.broadcast(SPECIES, bias[j + 1]);
            FloatVector a3 = FloatVector.broadcast(SPECIES, bias[j + 2]);
            FloatVector a4 = FloatVector.broadcast(SPECIES, bias[j + 3]);
            FloatVector b1 = a1;
            FloatVector b2 = a2;
            FloatVector b3 = a3;
            FloatVector b4 = a4;
            for (int i = 0; i < in; i++, k += Dense.GROUP) {
                FloatVector xa = load(x, i * ROWS);
                FloatVector xb = load(x, i * ROWS + LANES);
                FloatVector w1 = FloatVector.broadcast(SPECIES, w[k]);
                a1 = w1.fma(xa, a1);
                b1 = w1.fma(xb, b1);
                FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 1]);
                a2 = w2.fma(xa, a2);
                b2 = w2.fma(xb, b2);
                FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 2]);
                a3 = w3.fma(xa, a3);
                b3 = w3.fma(xb, b3);
                FloatVector w4 = FloatVector.broadcast(SPECIES, w[k + 3]);
                a4 = w4.fma(xa, a4);
                b4 = w4.fma(xb, b4);
            }
            int at = (first + j) * ROWS;
            a1.intoArray(y, at);
            b1.intoArray(y, at + LANES);
            if (j + 1 < out) {
                a2.intoArray(y, at + ROWS);
                b2.intoArray(y, at + ROWS + LANES);
            }
            if (j + 2 < out) {
                a3.intoArray(y, at + 2 * ROWS);
                b3.intoArray(y, at + 2 * ROWS + LANES);
            }
            if (j + 3 < out) {
                a4.intoArray(y, at + 3 * ROWS);
                b4.intoArray(y, at + 3 * ROWS + LANES);
            }
        }
    }

    private static void affine(Dense dense, int[] inputs, int count, float[] x, float[] y, int first) {
        for (int j = 0; j < dense.out(); j++) {
            FloatVector a = FloatVector.broadcast(SPECIES, dense.bias()[j]);
            FloatVector b = a;
            int group = j / Dense.GROUP * dense.in();
            for (int index = 0; index < count; index++) {
                int i = inputs[index];
                FloatVector weight =
                        FloatVector.broadcast(SPECIES, dense.groups()[(group + i) * Dense.GROUP + j % Dense.GROUP]);
                a = weight.fma(load(x, i * ROWS), a);
                b = weight.fma(load(x, i * ROWS + LANES), b);
            }
            a.intoArray(y, (first + j) * ROWS);
            b.intoArray(y, (first + j) * ROWS + LANES);
        }
    }

    private static void multiplyByGate(int width, float[] x, float[] y) {
        for (int at = 0; at < width * ROWS; at += LANES) {
            load(x, at).div(power(load(y, at)).add(ONE)).intoArray(y, at);
        }
    }

    private static void finish(int width, float slope, Normalizer normalizer, float[] y, int first) {
        for (int output = first; output < first + width; output++) {
            FloatVector scale = FloatVector.broadcast(SPECIES, normalizer.scale()[output]);
            FloatVector shift = FloatVector.broadcast(SPECIES, normalizer.shift()[output]);
            for (int at = output * ROWS; at < (output + 1) * ROWS; at += LANES) {
                FloatVector sum = load(y, at);
                sum.blend(sum.mul(slope), sum.compare(VectorOperators.LT, 0))
                        .fma(scale, shift)
                        .intoArray(y, at);
            }
        }
    }

    /** In two passes: what both do together is more than the compiler inlines, and a vector that is handed on is an object. */
    @Override
    public void adapt(Adaptive adaptive, float[] x, float[] y) {
        adaptFirst(adaptive, x, y);
        adaptLast(adaptive, y);
    }

    private static void adaptFirst(Adaptive adaptive, float[] x, float[] y) {
        float[] w = adaptive.weights();
        for (int feature = 0, k = 0; feature < adaptive.width(); feature++, k += Adaptive.STRIDE) {
            FloatVector weight1 = FloatVector.broadcast(SPECIES, w[k]);
            FloatVector bias1 = FloatVector.broadcast(SPECIES, w[k + 1]);
            FloatVector weight2 = FloatVector.broadcast(SPECIES, w[k + 2]);
            FloatVector bias2 = FloatVector.broadcast(SPECIES, w[k + 3]);
            FloatVector weight3 = FloatVector.broadcast(SPECIES, w[k + 4]);
            FloatVector weight4 = FloatVector.broadcast(SPECIES, w[k + 5]);
            FloatVector bias3 = FloatVector.broadcast(SPECIES, w[k + 6]);
            for (int at = feature * ROWS; at < (feature + 1) * ROWS; at += LANES) {
                FloatVector value = load(x, at);
                FloatVector upper = sigmoid(value.fma(weight1, bias1));
                FloatVector lower = sigmoid(value.fma(weight2, bias2));
                lower.fma(weight4, upper.fma(weight3, bias3)).intoArray(y, at);
            }
        }
    }

    private static void adaptLast(Adaptive adaptive, float[] y) {
        float[] w = adaptive.weights();
        for (int feature = 0, k = 0; feature < adaptive.width(); feature++, k += Adaptive.STRIDE) {
            FloatVector weight = FloatVector.broadcast(SPECIES, w[k + 7]);
            FloatVector bias = FloatVector.broadcast(SPECIES, w[k + 8]);
            FloatVector scale = FloatVector.broadcast(SPECIES, w[k + 9]);
            FloatVector shift = FloatVector.broadcast(SPECIES, w[k + 10]);
            for (int at = feature * ROWS; at < (feature + 1) * ROWS; at += LANES) {
                sigmoid(sigmoid(load(y, at)).fma(weight, bias))
                        .fma(scale, shift)
                        .intoArray(y, at);
            }
        }
    }

    private static FloatVector sigmoid(FloatVector t) {
        return ONE.div(power(t).add(ONE));
    }

    /** As {@link Power}, on every lane. */
    private static FloatVector power(FloatVector t) {
        FloatVector bounded = t.blend(Power.BOUND, t.compare(VectorOperators.GT, Power.BOUND));
        bounded = bounded.blend(-Power.BOUND, bounded.compare(VectorOperators.LT, -Power.BOUND));
        FloatVector rounded = bounded.add(ROUNDER);
        FloatVector rest = bounded.sub(rounded.sub(ROUNDER));
        FloatVector power = C5.fma(rest, C4);
        power = power.fma(rest, C3);
        power = power.fma(rest, C2);
        power = power.fma(rest, C1);
        power = power.fma(rest, C0);
        IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return power.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    private static FloatVector load(float[] values, int at) {
        return FloatVector.fromArray(SPECIES, values, at);
    }
}
