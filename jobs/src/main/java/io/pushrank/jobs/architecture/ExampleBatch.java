package io.pushrank.jobs.architecture;

import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Features, labels and weights of up to a fixed number of examples. */
public final class ExampleBatch {
    public final FeatureBatch features;
    /** The examples themselves, in the order of the rows. */
    public final List<Example> examples = new ArrayList<>();

    private final float[] oonc;
    private final float[] engagement;
    private final float[] heavyScore;
    private final float[] weight;

    public ExampleBatch(FeatureShape shape, int capacity) {
        features = new FeatureBatch(shape, capacity);
        oonc = new float[capacity];
        engagement = new float[capacity];
        heavyScore = new float[capacity];
        weight = new float[capacity];
    }

    /** The first so many examples, in batches of at most so many. */
    public static List<ExampleBatch> sample(ExampleSource source, FeatureShape shape, int rows, int batchRows) {
        List<ExampleBatch> batches = new ArrayList<>();
        Iterator<Example> examples = source.epoch(0);
        int left = rows;
        while (left > 0 && examples.hasNext()) {
            ExampleBatch batch = new ExampleBatch(shape, Math.min(left, batchRows));
            batch.fill(examples);
            batches.add(batch);
            left -= batch.size();
        }
        return batches;
    }

    /** Takes examples until full or until there are none. */
    public void fill(Iterator<Example> source) {
        features.clear();
        examples.clear();
        while (!features.isFull() && source.hasNext()) {
            Example example = source.next();
            int row = features.size();
            example.addTo(features);
            oonc[row] = example.maskedOonc();
            engagement[row] = example.maskedEngagement();
            heavyScore[row] = example.heavyScore();
            weight[row] = example.weight();
            examples.add(example);
        }
    }

    public int size() {
        return features.size();
    }

    public float[] oonc() {
        return Arrays.copyOf(oonc, size());
    }

    public float[] engagement() {
        return Arrays.copyOf(engagement, size());
    }

    public float[] heavyScore() {
        return Arrays.copyOf(heavyScore, size());
    }

    public float[] weight() {
        return Arrays.copyOf(weight, size());
    }
}
