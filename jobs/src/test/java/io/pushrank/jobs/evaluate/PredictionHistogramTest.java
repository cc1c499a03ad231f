package io.pushrank.jobs.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.report.Bootstrap;
import io.pushrank.jobs.report.Chart;
import io.pushrank.jobs.report.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class PredictionHistogramTest {
    private static final StructType ROWS = StructType.fromDDL("p DOUBLE, label INT, part STRING");

    @Test
    void figuresAgreeWithTheExactOnesOnRandomRows() {
        SplittableRandom random = new SplittableRandom(11);
        int count = 20_000;
        double[] predictions = new double[count];
        double[] labels = new double[count];
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            double logit = random.nextGaussian() * 1.5 - 2;
            predictions[row] = row % 500 == 0 ? (row % 1000 == 0 ? 0 : 1) : 1 / (1 + Math.exp(-logit));
            labels[row] = random.nextDouble() < 1 / (1 + Math.exp(-logit * 0.8)) ? 1 : 0;
            rows.add(RowFactory.create(predictions[row], (int) labels[row], Integer.toString(row % 3)));
        }
        Map<String, PredictionHistogram> parts =
                PredictionHistogram.of(SharedSpark.session().createDataFrame(rows, ROWS), "part");
        assertEquals(3, parts.size());
        PredictionHistogram all = PredictionHistogram.merged(List.copyOf(parts.values()));
        assertEquals(count, all.rows());
        assertEquals(BinaryMetrics.rocAuc(predictions, labels), all.rocAuc(), 1e-4);
        assertEquals(BinaryMetrics.prAuc(predictions, labels), all.prAuc(), 1e-4);
        assertEquals(BinaryMetrics.relativeCrossEntropy(predictions, labels), all.relativeCrossEntropy(), 1e-6);
        assertEquals(
                BinaryMetrics.expectedCalibrationError(predictions, labels, 20),
                all.expectedCalibrationError(20),
                1e-4);
    }

    /** Weighted rows, their oracle, and the same rows as often as they weigh. */
    @Test
    void weightedFiguresAgreeWithPlainJavaAndWithRowsThatStandThereTwice() {
        SplittableRandom random = new SplittableRandom(13);
        int count = 3000;
        double[] predictions = new double[count];
        double[] labels = new double[count];
        double[] weights = new double[count];
        List<Row> rows = new ArrayList<>();
        List<Row> copies = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            double logit = random.nextGaussian() - 1.5;
            // Some are tied, some lie at the ends.
            predictions[row] =
                    row % 500 == 0 ? (row % 1000 == 0 ? 0 : 1) : row % 3 == 0 ? 0.25 : 1 / (1 + Math.exp(-logit));
            labels[row] = random.nextDouble() < 1 / (1 + Math.exp(0.5 - logit)) ? 1 : 0;
            weights[row] = labels[row] == 1 ? 1 : 1 + random.nextInt(5);
            rows.add(RowFactory.create(predictions[row], (int) labels[row], weights[row], "a"));
            for (int copy = 0; copy < weights[row]; copy++) {
                copies.add(RowFactory.create(predictions[row], (int) labels[row], 1.0, "a"));
            }
        }
        Metrics weighted =
                PredictionHistogram.weighted(table(rows), 0.25, "part").get("a").figures();
        Metrics copied =
                PredictionHistogram.of(table(copies), 0.25, "part").get("a").figures();
        WeightedOracle oracle = new WeightedOracle(predictions, labels, weights);

        assertEquals(count, weighted.number("rows"));
        assertEquals(copies.size(), weighted.number("weight"));
        assertEquals(copies.size(), copied.number("rows"));
        for (String name : PredictionHistogram.FIGURES) {
            // Of the standard error below: a row of weight 2 is one observation.
            if (!name.equals("rce_standard_error")) {
                assertEquals(copied.number(name), weighted.number(name), 1e-9, () -> name);
            }
        }
        assertEquals(BinaryMetrics.rocAuc(predictions, labels, weights), weighted.number("roc_auc"), 1e-4);
        assertEquals(BinaryMetrics.prAuc(predictions, labels, weights), weighted.number("pr_auc"), 1e-4);
        assertEquals(BinaryMetrics.relativeCrossEntropy(predictions, labels, weights), weighted.number("rce"), 1e-6);
        assertEquals(oracle.relativeCrossEntropy(p -> p), weighted.number("rce"), 1e-6);
        assertEquals(oracle.relativeCrossEntropy(oracle::normalized), weighted.number("nrce"), 0.01);
        assertEquals(oracle.relativeCrossEntropy(oracle::arithmetic), weighted.number("arce"), 0.01);
        assertEquals(oracle.standardError(), weighted.number("rce_standard_error"), 1e-3);
        assertTrue(weighted.number("rce_standard_error") > 1.1 * copied.number("rce_standard_error"));
        assertEquals(oracle.deviation(), weighted.number("prediction_deviation"), 1e-6);
        assertEquals(
                oracle.share(row -> true, row -> (predictions[row] >= 0.25) == (labels[row] == 1)),
                weighted.number("accuracy"),
                1e-12);
        assertEquals(
                oracle.share(row -> predictions[row] >= 0.25, row -> labels[row] == 1),
                weighted.number("precision"),
                1e-12);
        assertEquals(
                oracle.share(row -> labels[row] == 1, row -> predictions[row] >= 0.25),
                weighted.number("recall"),
                1e-12);
    }

    @Test
    void theStandardErrorIsThatOfRepeatedSamples() {
        SplittableRandom random = new SplittableRandom(14);
        int samples = 200;
        double[] found = new double[samples];
        double error = 0;
        List<Row> rows = new ArrayList<>();
        for (int sample = 0; sample < samples; sample++) {
            for (int row = 0; row < 400; row++) {
                double p = 0.02 + 0.5 * random.nextDouble();
                int label = random.nextDouble() < p ? 1 : 0;
                if (label == 1 || random.nextInt(4) == 0) {
                    rows.add(RowFactory.create(p, label, label == 1 ? 1.0 : 4.0, "sample " + sample));
                }
            }
        }
        Map<String, PredictionHistogram> histograms = PredictionHistogram.weighted(table(rows), 0.5, "part");
        for (int sample = 0; sample < samples; sample++) {
            PredictionHistogram histogram = histograms.get("sample " + sample);
            found[sample] = histogram.relativeCrossEntropy();
            error += histogram.standardError() / samples;
        }
        double deviation = new StandardDeviation().evaluate(found);
        assertEquals(deviation, error, 0.2 * deviation);
    }

    @Test
    void aSoftLabelIsAPositiveAndANegativeOfItsShares() {
        SplittableRandom random = new SplittableRandom(15);
        List<Row> soft = new ArrayList<>();
        List<Row> split = new ArrayList<>();
        for (int row = 0; row < 300; row++) {
            double p = random.nextInt(1, 50) / 50.0;
            double label = random.nextDouble();
            double weight = 1 + random.nextInt(3);
            soft.add(RowFactory.create(p, label, weight, "a"));
            split.add(RowFactory.create(p, 1.0, weight * label, "a"));
            split.add(RowFactory.create(p, 0.0, weight * (1 - label), "a"));
        }
        Metrics whole = PredictionHistogram.weighted(softTable(soft), 0.5, "part")
                .get("a")
                .figures();
        Metrics parts = PredictionHistogram.weighted(softTable(split), 0.5, "part")
                .get("a")
                .figures();
        for (String name : PredictionHistogram.FIGURES) {
            if (!name.equals("rce_standard_error")) {
                assertEquals(parts.number(name), whole.number(name), 1e-7, () -> name);
            }
        }
    }

    private static Dataset<Row> table(List<Row> rows) {
        return SharedSpark.session()
                .createDataFrame(rows, StructType.fromDDL("p DOUBLE, label INT, weight DOUBLE, part STRING"));
    }

    private static Dataset<Row> softTable(List<Row> rows) {
        return SharedSpark.session()
                .createDataFrame(rows, StructType.fromDDL("p DOUBLE, label DOUBLE, weight DOUBLE, part STRING"));
    }

    @Test
    void aTableOfFourRowsByHand() {
        PredictionHistogram four = PredictionHistogram.of(
                        SharedSpark.session()
                                .createDataFrame(
                                        List.of(
                                                RowFactory.create(0.9, 1, "a"),
                                                RowFactory.create(0.8, 0, "a"),
                                                RowFactory.create(0.7, 1, "a"),
                                                RowFactory.create(0.1, 0, "a")),
                                        ROWS),
                        "part")
                .get("a");
        assertEquals(0.75, four.rocAuc(), 1e-12);
        assertEquals(0.5 + 0.5 * 2 / 3, four.prAuc(), 1e-12);
        assertEquals(0.5, four.ctr(), 1e-12);
        assertEquals(2.5 / 4, four.predictedCtr(), 1e-12);
        assertEquals((0.1 + 0.35) / 2, four.expectedCalibrationError(2), 1e-12);
        assertEquals(
                List.of(
                        new Chart.Point(0, 0),
                        new Chart.Point(0, 0.5),
                        new Chart.Point(0.5, 0.5),
                        new Chart.Point(1, 1)),
                four.rocCurve(1_000_000).stream().distinct().toList());
    }

    @Test
    void whoWinsByTheMarginOnEveryPartOfTheUsersIsPromoted() {
        SplittableRandom random = new SplittableRandom(3);
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < 4000; row++) {
            double truth = random.nextDouble();
            int label = random.nextDouble() < truth ? 1 : 0;
            String part = Integer.toString(row % 32);
            rows.add(RowFactory.create(Math.min(1, truth * 0.5 + random.nextDouble() * 0.5), label, "champion", part));
            rows.add(RowFactory.create(truth, label, "challenger", part));
        }
        Map<String, PredictionHistogram> histograms = PredictionHistogram.of(
                SharedSpark.session()
                        .createDataFrame(rows, StructType.fromDDL("p DOUBLE, label INT, variant STRING, part STRING")),
                "variant",
                "part");
        Promotion.Decision decision = Promotion.compared("x", histograms, 0.01);
        assertTrue(decision.isPromoted(), decision::toString);
        assertTrue(
                decision.gain().low() > 0
                        && decision.gain().high() > decision.gain().low(),
                decision::toString);
        assertFalse(Promotion.compared("x", histograms, 0.9).isPromoted());
        assertFalse(decided(0.5, 0.6, -0.01, 0.2).isPromoted());
        assertFalse(decided(0.5, 0.6, Double.NaN, Double.NaN).isPromoted());
        assertFalse(decided(0, 0, 0.1, 0.2).isPromoted());
        assertTrue(decided(0.5, 0.6, 0.01, 0.2).isPromoted());
        // The users of one part alone say nothing of others.
        histograms.keySet().removeIf(key -> !key.endsWith("/7"));
        Promotion.Decision alone = Promotion.compared("x", histograms, 0.01);
        assertTrue(alone.challenger() > alone.champion(), alone::toString);
        assertFalse(alone.isPromoted(), alone::toString);
    }

    private static Promotion.Decision decided(double champion, double challenger, double low, double high) {
        return new Promotion.Decision("x", champion, challenger, 0.01, new Bootstrap.Interval(low, high));
    }

    @Test
    void binsOfBillionsOfRowsAreEqualAndMadeAtOnce() {
        PredictionHistogram all = PredictionHistogram.of(
                        SharedSpark.session()
                                .createDataFrame(
                                        List.of(
                                                RowFactory.create(0.9, 1, "a"),
                                                RowFactory.create(0.5, 1, "a"),
                                                RowFactory.create(0.1, 0, "a")),
                                        ROWS),
                        "part")
                .get("a");
        for (int doubling = 0; doubling < 32; doubling++) {
            all = PredictionHistogram.merged(List.of(all, all));
        }
        PredictionHistogram billions = all;
        List<PredictionHistogram.Bin> bins = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> billions.bins(20));
        assertEquals(20, bins.size());
        for (PredictionHistogram.Bin bin : bins) {
            assertEquals(3.0 * (1L << 32) / 20, bin.weight(), 1);
        }
        assertEquals(0.1, bins.get(0).prediction(), 1e-9);
        assertEquals(0.9, bins.get(19).prediction(), 1e-9);
        // The seventh bin is cut by the lowest third's end: 6 2/3 of 20.
        assertEquals(0.1 * 2 / 3 + 0.5 / 3, bins.get(6).prediction(), 1e-9);
        assertEquals(1.0 / 3, bins.get(6).label(), 1e-9);
    }
}
