package io.pushrank.jobs.importance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.metric.BinaryMetrics;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartMetricsTest {
    /** As if each part's rows had been taken out and the metric made anew, ties and parts of one class included. */
    @Test
    void figuresAreThoseOfTheRowsThatAreLeft() {
        SplittableRandom random = new SplittableRandom(11);
        for (int world = 0; world < 50; world++) {
            int rows = random.nextInt(2, 60);
            int parts = random.nextInt(1, 5);
            float[] predictions = new float[rows];
            boolean[] labels = new boolean[rows];
            int[] partOf = new int[rows];
            for (int row = 0; row < rows; row++) {
                predictions[row] = random.nextInt(12) / 11f;
                labels[row] = random.nextInt(4) == 0;
                partOf[row] = random.nextInt(parts);
            }
            double[] areas = PartMetrics.rocAuc(predictions, labels, partOf, parts);
            double[] entropies = PartMetrics.relativeCrossEntropy(predictions, labels, partOf, parts);
            assertEquals(parts + 1, areas.length);
            assertEquals(parts + 1, entropies.length);
            for (int without = -1; without < parts; without++) {
                int left = without;
                int[] kept = IntStream.range(0, rows)
                        .filter(row -> partOf[row] != left)
                        .toArray();
                float[] keptPredictions = new float[kept.length];
                float[] keptLabels = new float[kept.length];
                for (int row = 0; row < kept.length; row++) {
                    keptPredictions[row] = predictions[kept[row]];
                    keptLabels[row] = labels[kept[row]] ? 1 : 0;
                }
                assertEquals(BinaryMetrics.rocAuc(keptPredictions, keptLabels), areas[without + 1], 1e-12);
                assertEquals(
                        BinaryMetrics.relativeCrossEntropy(keptPredictions, keptLabels), entropies[without + 1], 1e-9);
            }
        }
    }
}
