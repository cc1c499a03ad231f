package io.pushrank.udf.model;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * How the folded ClemNet keeps a block's activations: float[channels, B, stride], each row followed by padding. The padding
 * separates rows for a convolution that runs over all of them as one long row; one position of it always holds 1, so that
 * the next matrix product adds its bias by itself; and an odd multiple of 8 as the stride keeps rows from falling into the
 * same cache sets, which costs a matrix product of 512 columns a third of its speed.
 *
 * @param values float[channels, B, stride]
 * @param channelsLast the same as float[B, stride · channels], or null where it was never made
 * @param length positions that hold activations
 * @param scale what positions have still to be multiplied by, float[length]; null for 1
 */
@SuppressWarnings("ArrayRecordComponent") // Internal, and never compared.
record Planes(Operand<TFloat32> values, Operand<TFloat32> channelsLast, int channels, int length, float[] scale) {
    /** Zeros between a row's end and the position that holds 1, and behind it: half of the widest convolution's width. */
    static int stride(int length, int gap) {
        int least = length + 2 * gap + 1;
        int stride = (least + 7) / 8 * 8;
        return stride % 64 == 0 ? stride + 8 : stride;
    }

    /** The position that holds 1. */
    static int one(int length, int gap) {
        return length + gap;
    }
}
