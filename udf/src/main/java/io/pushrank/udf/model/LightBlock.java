package io.pushrank.udf.model;

import io.pushrank.udf.kernel.Kernel;
import java.util.Arrays;

/**
 * Rows that the light ranker scores together, with the memory that scoring needs; filled again and again by one thread. A
 * row's score does not depend on what else is in the block.
 */
public final class LightBlock {
    /** Rows of a block: a few tiles of the widest registers. */
    public static final int ROWS = 64;

    private final LightModel model;
    private final Kernel kernel;
    private final Tile[] tiles;
    private final float[] embedding;
    private final float[] scores;
    private int size;

    LightBlock(LightModel model, Kernel kernel, int rows) {
        this.model = model;
        this.kernel = kernel;
        this.tiles = new Tile[(rows + kernel.rows() - 1) / kernel.rows()];
        for (int index = 0; index < tiles.length; index++) {
            tiles[index] = new Tile(model, kernel.rows());
        }
        this.embedding = new float[model.embeddingWidth()];
        this.scores = new float[tiles.length * kernel.rows()];
    }

    public int size() {
        return size;
    }

    public boolean isFull() {
        return size == scores.length;
    }

    /** Forgets the rows. */
    public void clear() {
        for (Tile tile : tiles) {
            tile.clearMask();
        }
        size = 0;
    }

    /**
     * Adds a row.
     *
     * @param continuous values, 0 where missing
     * @param continuousMissing true where missing
     * @param sparseIds full 64-bit hashes of binary, discrete, string and sparse-binary features
     * @param sparseValues one value an id, 1 by convention
     * @throws IllegalArgumentException when a width is wrong
     * @throws IllegalStateException when the block is full
     */
    public void add(float[] continuous, boolean[] continuousMissing, long[] sparseIds, float[] sparseValues) {
        requireWidth("continuous", model.shape().continuous(), continuous.length);
        requireWidth("continuous_missing", model.shape().continuous(), continuousMissing.length);
        requireWidth("sparse_values", sparseIds.length, sparseValues.length);
        if (isFull()) {
            throw new IllegalStateException("a block holds " + scores.length + " rows, there is no place for another");
        }
        int rows = kernel.rows();
        Tile tile = tiles[size / rows];
        int lane = size % rows;
        model.standardize(continuous, continuousMissing, tile.x, lane, rows);
        if (tile.mask != null) {
            for (int feature = 0; feature < continuousMissing.length; feature++) {
                if (continuousMissing[feature]) {
                    tile.mask[feature * rows + lane] = 1;
                    tile.isMissing[feature] = true;
                }
            }
        }
        model.embed(sparseIds, sparseValues, embedding);
        for (int index = 0; index < embedding.length; index++) {
            tile.sparse[index * rows + lane] = embedding[index];
        }
        size++;
    }

    /** Probabilities in [0, 1], by row in the order of adding; the array is the block's own and longer than its rows. */
    public float[] score() {
        int rows = kernel.rows();
        for (int first = 0; first < size; first += rows) {
            Tile tile = tiles[first / rows];
            float[] result = model.score(kernel, tile);
            System.arraycopy(result, 0, scores, first, rows);
        }
        return scores;
    }

    private static void requireWidth(String name, int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException(name + " must have " + expected + " values, but has " + found);
        }
    }

    /** Inputs of as many rows as the kernel takes at once, [features][rows], and room for what lies between the layers. */
    static final class Tile {
        final float[] x;
        /** Null without a missing branch. */
        final float[] mask;

        final boolean[] isMissing;
        final int[] missing;
        final float[] sparse;
        final float[] gated;
        final float[] hidden;
        final float[] next;

        Tile(LightModel model, int rows) {
            int width = model.shape().continuous();
            x = new float[width * rows];
            mask = model.hasMissingBranch() ? new float[width * rows] : null;
            isMissing = new boolean[width];
            missing = new int[width];
            sparse = new float[model.embeddingWidth() * rows];
            int widest = model.widest();
            gated = new float[widest * rows];
            hidden = new float[widest * rows];
            next = new float[widest * rows];
        }

        void clearMask() {
            if (mask == null) {
                return;
            }
            int rows = mask.length / isMissing.length;
            for (int feature = 0; feature < isMissing.length; feature++) {
                if (isMissing[feature]) {
                    Arrays.fill(mask, feature * rows, (feature + 1) * rows, 0);
                    isMissing[feature] = false;
                }
            }
        }

        /** Fills {@link #missing} with the features that some row misses; gives their number. */
        int listMissing() {
            int count = 0;
            for (int feature = 0; feature < isMissing.length; feature++) {
                if (isMissing[feature]) {
                    missing[count++] = feature;
                }
            }
            return count;
        }
    }
}
