package io.pushrank.udf.model;

import io.pushrank.udf.text.Documents;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The heavy ranker's calibration: one increasing map for P(oonc), one for P(engagement | oonc). P(engagement) is the product
 * of the two mapped values, the score the weighted mean of the two probabilities.
 *
 * @param oonc map of P(oonc)
 * @param engagement map of P(engagement | oonc)
 */
public record Calibration(Curve oonc, Curve engagement) implements Serializable {
    /** Name of the file in a model package; a package without it is uncalibrated. */
    public static final String FILE = "calibration.json";

    /**
     * Straight lines between breakpoints, from (0, 0) to (1, 1), strictly increasing (centered isotonic regression, Oron and
     * Flournoy 2017): no order is reversed. Where a line is flat, probabilities that differ in their last bits may become
     * the same float.
     *
     * @param raw breakpoints of the model's probability, increasing, in (0, 1); none: the map changes nothing
     * @param calibrated probabilities at the breakpoints, as many, increasing, in (0, 1)
     */
    public record Curve(List<Double> raw, List<Double> calibrated) implements Serializable {
        public static final Curve IDENTITY = new Curve(List.of(), List.of());

        public Curve {
            raw = requireIncreasing("raw", raw);
            calibrated = requireIncreasing("calibrated", calibrated);
            if (raw.size() != calibrated.size()) {
                throw new IllegalArgumentException(
                        "calibrated must have " + raw.size() + " values, but has " + calibrated.size());
            }
        }

        private static List<Double> requireIncreasing(String name, List<Double> values) {
            double last = 0;
            for (int index = 0; index < values.size(); index++) {
                Double value = values.get(index);
                if (value == null || !(value > last && value < 1)) {
                    throw new IllegalArgumentException(
                            name + "[" + index + "] must be above " + last + " and below 1, but is " + value);
                }
                last = value;
            }
            return List.copyOf(values);
        }

        /** Probability for the model's probability, both in [0, 1]. */
        public double at(double probability) {
            int low = 0;
            int high = raw.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (raw.get(middle) < probability) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            double x0 = low == 0 ? 0 : raw.get(low - 1);
            double y0 = low == 0 ? 0 : calibrated.get(low - 1);
            double x1 = low == raw.size() ? 1 : raw.get(low);
            double y1 = low == raw.size() ? 1 : calibrated.get(low);
            return y0 + (y1 - y0) * ((probability - x0) / (x1 - x0));
        }
    }

    /**
     * The calibrated outputs.
     *
     * @param raw what the model says
     * @param ooncShare weight of P(oonc) in the score, in [0, 1]; P(engagement) has the rest
     */
    HeavyScores apply(HeavyScores raw, double ooncShare) {
        int rows = raw.score().length;
        float[] oonc = new float[rows];
        float[] engagement = new float[rows];
        float[] score = new float[rows];
        for (int row = 0; row < rows; row++) {
            double opened = this.oonc.at(raw.pOonc()[row]);
            double both = opened * this.engagement.at(conditional(raw.pEngagement()[row], raw.pOonc()[row]));
            oonc[row] = (float) opened;
            engagement[row] = (float) both;
            score[row] = (float) (ooncShare * opened + (1 - ooncShare) * both);
        }
        return new HeavyScores(oonc, engagement, score);
    }

    /** P(engagement | oonc) of the joint probability; 0 where nothing can be opened. */
    public static double conditional(double joint, double oonc) {
        return oonc > 0 ? Math.min(1, joint / oonc) : 0;
    }

    /** The text of a {@link #FILE}. */
    public String toJson() {
        return Documents.toJson(this);
    }

    static Calibration parse(String file, byte[] bytes) {
        try {
            return Documents.json(file, new String(bytes, StandardCharsets.UTF_8), Calibration.class);
        } catch (IllegalArgumentException failure) {
            throw new ModelException(
                    file, "increasing breakpoints in (0, 1)", Documents.withoutFile(file, failure), failure);
        }
    }
}
