package io.pushrank.udf.kernel;

/**
 * The light ranker's arithmetic on a tile: a few rows at once, laid out [features][rows].
 *
 * <p>Every implementation does the same single-precision operations in the same order for a row, so that a row's score has
 * the same bits whichever kernel computes it and whatever else is in its tile.
 */
public interface Kernel {
    /** Rows of a tile. */
    int rows();

    /** What the log calls it. */
    String summary();

    /**
     * Gates inputs by themselves: y = x / (1 + 2^(W x + b)), which is x ⊙ sigmoid(W' x + b') with W = −log2(e) W'.
     *
     * @param gate as many outputs as inputs
     * @param x [inputs][rows]
     * @param y [inputs][rows], another array
     */
    void gate(Dense gate, float[] x, float[] y);

    /** y = leaky(W x + b) · scale + shift, into {@code y} [outputs][rows] from feature {@code first} on. */
    void dense(Dense dense, float slope, Normalizer normalizer, float[] x, float[] y, int first);

    /** y = 1 / (1 + 2^(W x + b)): a sigmoid, as with {@link #gate}. */
    void sigmoid(Dense dense, float[] x, float[] y);

    /** The adaptive transformation of x [features][rows] into y. */
    void adapt(Adaptive adaptive, float[] x, float[] y);

    /** As {@link #gate}, where only the listed inputs differ from 0. */
    void gate(Dense gate, int[] inputs, int count, float[] x, float[] y);

    /** As {@link #dense}, where only the listed inputs differ from 0. */
    void dense(
            Dense dense, int[] inputs, int count, float slope, Normalizer normalizer, float[] x, float[] y, int first);
}
