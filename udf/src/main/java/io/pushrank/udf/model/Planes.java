package io.pushrank.udf.model;

import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * How the folded ClemNet keeps a block's activations: [channels, B, stride], each row followed by padding. The padding
 * separates rows for a convolution that runs over all of them as one long row; one position of it always holds the same
 * number, so that the next matrix product adds its bias by itself; and an odd multiple of 8 as the stride keeps rows from
 * falling into the same cache sets, which costs a matrix product of 512 columns a third of its speed.
 *
 * @param <T> what the activations are kept in
 * @param values [channels, B, stride]
 * @param channelsLast the same as [B, stride · channels], or null where it was never made
 * @param length positions that hold activations
 * @param scale what positions have still to be multiplied by, float[length]; null for 1
 * @param constants what the position {@link #constant} holds in each channel; null for 1
 */
@SuppressWarnings("ArrayRecordComponent") // Internal, and never compared.
record Planes<T extends TNumber>(
        Operand<T> values, Operand<T> channelsLast, int channels, int length, float[] scale, float[] constants) {
    /** Zeros between a row's end and the constant position, and behind it: half of the widest convolution's width. */
    static int stride(int length, int gap) {
        int least = length + 2 * gap + 1;
        int stride = (least + 7) / 8 * 8;
        return stride % 64 == 0 ? stride + 8 : stride;
    }

    double scaleAt(int position) {
        return scale == null ? 1 : scale[position];
    }

    double constantOf(int channel) {
        return constants == null ? 1 : constants[channel];
    }

    /** The position that holds the same number in every row. */
    static int constant(int length, int gap) {
        return length + gap;
    }
}
