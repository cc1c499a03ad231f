package io.pushrank.jobs.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BinaryMetricsTest {
    private static final double[] PREDICTIONS = {0.9, 0.8, 0.7, 0.6};
    private static final double[] LABELS = {1, 0, 1, 0};

    @Test
    void rocAucCountsPairsInOrder() {
        // Of 4 (positive, negative) pairs, only (0.7, 0.8) is the wrong way round.
        assertEquals(0.75, BinaryMetrics.rocAuc(PREDICTIONS, LABELS), 1e-12);
        assertEquals(0.75, BinaryMetrics.rocAuc(new float[] {.9f, .8f, .7f, .6f}, new float[] {1, 0, 1, 0}), 1e-12);
    }

    @Test
    void rocAucCountsATieAsOneHalf() {
        assertEquals(0.5, BinaryMetrics.rocAuc(new double[] {.5, .5, .5}, new double[] {1, 0, 0}), 1e-12);
        assertEquals(0.75, BinaryMetrics.rocAuc(new double[] {.9, .5, .5}, new double[] {1, 1, 0}), 1e-12);
    }

    @Test
    void prAucIsAveragePrecision() {
        // Positives at ranks 1 and 3: (1/1 + 2/3) / 2.
        assertEquals(5.0 / 6, BinaryMetrics.prAuc(PREDICTIONS, LABELS), 1e-12);
    }

    @Test
    void prAucTreatsATieAsOneThreshold() {
        // All four at once: precision 1/4 at recall 1, whatever the order.
        assertEquals(0.25, BinaryMetrics.prAuc(new double[] {.5, .5, .5, .5}, new double[] {1, 0, 0, 0}), 1e-12);
        // {.9: positive}, {.5: one of each}: 1/2 · 1 + 1/2 · 2/3.
        assertEquals(5.0 / 6, BinaryMetrics.prAuc(new double[] {.5, .9, .5}, new double[] {0, 1, 1}), 1e-12);
    }

    @Test
    void oneClassOnlyHasNoArea() {
        assertTrue(Double.isNaN(BinaryMetrics.rocAuc(PREDICTIONS, new double[4])));
        assertTrue(Double.isNaN(BinaryMetrics.prAuc(PREDICTIONS, new double[4])));
        assertTrue(Double.isNaN(BinaryMetrics.prAuc(PREDICTIONS, new double[] {1, 1, 1, 1})));
        assertTrue(Double.isNaN(BinaryMetrics.relativeCrossEntropy(PREDICTIONS, new double[4])));
        assertTrue(Double.isNaN(BinaryMetrics.rocAuc(new double[0], new double[0])));
    }

    @Test
    void relativeCrossEntropyIsZeroForTheBaseRateAndComparedWithIt() {
        assertEquals(
                0,
                BinaryMetrics.relativeCrossEntropy(new double[] {.25, .25, .25, .25}, new double[] {1, 0, 0, 0}),
                1e-9);
        // −ln 0.8 each against ln 2 each.
        assertEquals(
                100 * (1 + Math.log(0.8) / Math.log(2)),
                BinaryMetrics.relativeCrossEntropy(new double[] {.8, .2}, new double[] {1, 0}),
                1e-9);
        assertTrue(BinaryMetrics.relativeCrossEntropy(new double[] {0, 1}, new double[] {1, 0}) < -1000);
    }

    @Test
    void calibrationErrorComparesMeansOfEqualBins() {
        // Bins {0.1, 0.2 | labels 0, 0} and {0.6, 0.9 | labels 1, 0}: (0.15 + 0.25) / 2.
        assertEquals(
                0.2,
                BinaryMetrics.expectedCalibrationError(new double[] {.9, .1, .6, .2}, new double[] {0, 0, 1, 0}, 2),
                1e-12);
    }

    @Test
    void calibrationErrorDoesNotDependOnTheOrderOfTiedRows() {
        double[] tied = {.5, .5, .5, .5};
        assertEquals(0, BinaryMetrics.expectedCalibrationError(tied, new double[] {1, 1, 0, 0}, 2), 1e-12);
        assertEquals(0, BinaryMetrics.expectedCalibrationError(tied, new double[] {0, 1, 1, 0}, 2), 1e-12);
    }

    @Test
    void areasAgreeWithCountingOnRandomRowsWithTies() {
        SplittableRandom random = new SplittableRandom(7);
        double[] predictions = new double[60];
        double[] labels = new double[60];
        for (int row = 0; row < 60; row++) {
            predictions[row] = random.nextInt(8) / 10.0;
            labels[row] = random.nextInt(3) == 0 ? 1 : 0;
        }
        double wins = 0;
        double pairs = 0;
        for (int positive = 0; positive < 60; positive++) {
            for (int negative = 0; negative < 60; negative++) {
                if (labels[positive] == 1 && labels[negative] == 0) {
                    pairs++;
                    wins += predictions[positive] > predictions[negative]
                            ? 1
                            : predictions[positive] == predictions[negative] ? 0.5 : 0;
                }
            }
        }
        assertEquals(wins / pairs, BinaryMetrics.rocAuc(predictions, labels), 1e-12);
    }

    @Test
    void aRowOfWeightTwoIsTheRowTwice() {
        SplittableRandom random = new SplittableRandom(8);
        int rows = 80;
        double[] predictions = new double[rows];
        double[] labels = new double[rows];
        double[] weights = new double[rows];
        int copies = 0;
        for (int row = 0; row < rows; row++) {
            predictions[row] = (1 + random.nextInt(9)) / 11.0;
            labels[row] = random.nextInt(3) == 0 ? 1 : 0;
            weights[row] = 1 + random.nextInt(4);
            copies += (int) weights[row];
        }
        double[] copiedPredictions = new double[copies];
        double[] copiedLabels = new double[copies];
        for (int row = 0, next = 0; row < rows; row++) {
            for (int copy = 0; copy < weights[row]; copy++, next++) {
                copiedPredictions[next] = predictions[row];
                copiedLabels[next] = labels[row];
            }
        }
        assertEquals(
                BinaryMetrics.rocAuc(copiedPredictions, copiedLabels),
                BinaryMetrics.rocAuc(predictions, labels, weights),
                1e-12);
        assertEquals(
                BinaryMetrics.prAuc(copiedPredictions, copiedLabels),
                BinaryMetrics.prAuc(predictions, labels, weights),
                1e-12);
        assertEquals(
                BinaryMetrics.relativeCrossEntropy(copiedPredictions, copiedLabels),
                BinaryMetrics.relativeCrossEntropy(predictions, labels, weights),
                1e-9);
        // The weights tell something here.
        assertNotEquals(
                BinaryMetrics.rocAuc(predictions, labels), BinaryMetrics.rocAuc(predictions, labels, weights), 1e-3);
    }

    @Test
    void labelsAndPredictionsOutsideTheirRangeAreRefused() {
        assertEquals(
                "weights[1] must be above 0 and finite, but is 0.0",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> BinaryMetrics.prAuc(
                                        new double[] {.1, .2}, new double[] {1, 0}, new double[] {1, 0}))
                        .getMessage());
        assertEquals(
                "weights must have 2 values, but have 1",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> BinaryMetrics.rocAuc(
                                        new double[] {.1, .2}, new double[] {1, 0}, new double[] {1}))
                        .getMessage());
        assertEquals(
                "labels[0] must be 0 or 1, but is 0.5",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> BinaryMetrics.rocAuc(new double[] {.1}, new double[] {.5}))
                        .getMessage());
        assertEquals(
                "predictions[1] must be from 0 to 1, but is NaN",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> BinaryMetrics.prAuc(new double[] {.1, Double.NaN}, new double[] {1, 0}))
                        .getMessage());
    }
}
