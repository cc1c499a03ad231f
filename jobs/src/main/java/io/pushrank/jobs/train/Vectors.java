package io.pushrank.jobs.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Vectors one behind another, so that they are exchanged at once. */
final class Vectors {
    private Vectors() {}

    static float[] join(List<float[]> vectors) {
        float[] joined =
                new float[vectors.stream().mapToInt(vector -> vector.length).sum()];
        int start = 0;
        for (float[] vector : vectors) {
            System.arraycopy(vector, 0, joined, start, vector.length);
            start += vector.length;
        }
        return joined;
    }

    /** The opposite of {@link #join}: vectors as long as others. */
    static List<float[]> split(float[] joined, List<float[]> like) {
        List<float[]> vectors = new ArrayList<>();
        int start = 0;
        for (float[] vector : like) {
            vectors.add(Arrays.copyOfRange(joined, start, start + vector.length));
            start += vector.length;
        }
        return vectors;
    }
}
