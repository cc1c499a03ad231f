package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.metric.ConditionalProbability;
import io.pushrank.udf.model.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class CalibrationFitTest {
    private static final StructType ROWS = StructType.fromDDL("p DOUBLE, label DOUBLE, weight DOUBLE");

    @Test
    void theCurveMendsProbabilitiesAndKeepsTheRanking() {
        SplittableRandom random = new SplittableRandom(5);
        List<Row> rows = new ArrayList<>();
        double[] predictions = new double[8000];
        double[] labels = new double[8000];
        for (int row = 0; row < predictions.length; row++) {
            predictions[row] = random.nextDouble();
            labels[row] = random.nextDouble() < predictions[row] * predictions[row] ? 1 : 0;
            rows.add(RowFactory.create(predictions[row], labels[row], 1.0));
        }
        Calibration.Curve curve = curve(SharedSpark.session().createDataFrame(rows, ROWS), new ArrayList<>());
        double[] calibrated = new double[predictions.length];
        for (int row = 0; row < predictions.length; row++) {
            calibrated[row] = curve.at(predictions[row]);
        }
        assertEquals(BinaryMetrics.rocAuc(predictions, labels), BinaryMetrics.rocAuc(calibrated, labels), 1e-12);
        double before = BinaryMetrics.expectedCalibrationError(predictions, labels, 20);
        double after = BinaryMetrics.expectedCalibrationError(calibrated, labels, 20);
        assertTrue(after < 0.1 * before, before + " -> " + after);
        assertEquals(0.25, curve.at(0.5), 0.05);
        assertEquals(0, curve.at(0));
        assertEquals(1, curve.at(1));
    }

    private static Calibration.Curve curve(Dataset<Row> rows, List<String> lines) {
        return CalibrationFit.curve(rows, "p", "label", progress -> lines.add(progress.toString()));
    }

    @Test
    void sameRowsGiveTheSameCurveInWhateverOrderAndPartitionsTheyCome() {
        SplittableRandom random = new SplittableRandom(6);
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < 3000; row++) {
            // Few values, so that many rows are tied.
            double p = (1 + random.nextInt(40)) / 41.3;
            rows.add(RowFactory.create(p, random.nextDouble() < p * p ? 1.0 : 0.0, 0.1 + random.nextDouble()));
        }
        Dataset<Row> table = SharedSpark.session().createDataFrame(rows, ROWS);
        List<String> lines = new ArrayList<>();

        Calibration.Curve curve = curve(table, lines);

        assertTrue(curve.raw().size() > 5, curve::toString);
        assertEquals(curve, curve(table.repartition(7), lines));
        assertEquals(List.of(), lines);
    }

    @Test
    void theConditionalProbabilityIsGuardedAsTheCalibrationsIs() {
        List<Row> rows = List.of(
                RowFactory.create(0.25f, 0.5f),
                RowFactory.create(0.5f, 0.25f),
                RowFactory.create(0f, 0f),
                RowFactory.create(0.5f, 0f),
                RowFactory.create(null, 0.5f),
                RowFactory.create(0.5f, null));
        List<Double> found = new ArrayList<>();
        SharedSpark.session()
                .createDataFrame(rows, StructType.fromDDL("joint FLOAT, oonc FLOAT"))
                .select(ConditionalProbability.of(col("joint"), col("oonc")))
                .collectAsList()
                .forEach(row -> found.add(row.isNullAt(0) ? null : row.getDouble(0)));

        assertEquals(Arrays.asList(0.5, 1.0, 0.0, 0.0, null, null), found);
        for (int row = 0; row < 4; row++) {
            assertEquals(
                    found.get(row),
                    Calibration.conditional(
                            rows.get(row).getFloat(0), rows.get(row).getFloat(1)));
        }
    }

    @Test
    void tooFewPositivesLeaveTheProbabilitiesAlone() {
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < 200; row++) {
            rows.add(RowFactory.create((row + 1) / 300.0, row < 19 ? 1.0 : 0.0, 1.0));
        }
        Dataset<Row> few = SharedSpark.session().createDataFrame(rows, ROWS);
        List<String> lines = new ArrayList<>();
        assertEquals(Calibration.Curve.IDENTITY, curve(few, lines));
        assertEquals(
                List.of(
                        "calibration: predictions of label stay as the model gives them, since held-out rows of each class"
                                + " must be at least 20, but are 19 of 200"),
                lines);
        assertEquals(0.3, Calibration.Curve.IDENTITY.at(0.3), 1e-15);
    }
}
