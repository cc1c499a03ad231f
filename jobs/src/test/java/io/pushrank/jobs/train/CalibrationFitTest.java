package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.evaluate.BinaryMetrics;
import io.pushrank.udf.model.Calibration;
import java.util.ArrayList;
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
        Calibration.Curve curve = CalibrationFit.curve(SharedSpark.session().createDataFrame(rows, ROWS), "p", "label");
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

    @Test
    void tooFewPositivesLeaveTheProbabilitiesAlone() {
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < 200; row++) {
            rows.add(RowFactory.create((row + 1) / 300.0, row < 19 ? 1.0 : 0.0, 1.0));
        }
        Dataset<Row> few = SharedSpark.session().createDataFrame(rows, ROWS);
        assertEquals(Calibration.Curve.IDENTITY, CalibrationFit.curve(few, "p", "label"));
        assertEquals(0.3, Calibration.Curve.IDENTITY.at(0.3), 1e-15);
    }
}
