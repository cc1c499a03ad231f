package io.pushrank.jobs.retrieval;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Two towers, each the sum of the embeddings of what is known of a user or an item (the part of a factorization machine,
 * Rendle 2010, that lies between the two sides):
 *
 * <pre>
 * logit P(positive) = intercept + Σ w_j x_j + Σ w_k y_k + ⟨Σ v_j x_j, Σ v_k y_k⟩
 * </pre>
 *
 * over the features x of the user and y of the item. A feature that was not learned adds nothing.
 */
public final class TowerModel implements Serializable {
    private static final long serialVersionUID = 1;

    /** Id of the row whose weight is the intercept: no feature has it. */
    static final long INTERCEPT = 0;

    /** Standardized numbers are cut off here, so that one odd value does not decide alone. */
    private static final float MOST = 4;

    final int width;
    private final Map<Long, Integer> places;
    private final double[] means;
    private final double[] deviations;
    final float[] weights;
    final float[] factors;
    float intercept;

    /**
     * A model that has learned nothing yet.
     *
     * @param width of an embedding, at least 1
     * @param scales by id of a feature; of those that are no numbers mean 0 and deviation 1
     */
    TowerModel(int width, Map<Long, Scale> scales) {
        this.width = width;
        this.places = new HashMap<>();
        this.means = new double[scales.size()];
        this.deviations = new double[scales.size()];
        scales.keySet().stream().sorted().forEach(id -> {
            int place = places.size();
            means[place] = scales.get(id).mean();
            deviations[place] = scales.get(id).deviation();
            places.put(id, place);
        });
        this.weights = new float[scales.size()];
        this.factors = new float[Math.multiplyExact(scales.size(), width)];
    }

    private TowerModel(TowerModel other) {
        this.width = other.width;
        this.places = other.places;
        this.means = other.means;
        this.deviations = other.deviations;
        this.weights = other.weights.clone();
        this.factors = other.factors.clone();
        this.intercept = other.intercept;
    }

    /** The model as it stands now. */
    TowerModel copy() {
        return new TowerModel(this);
    }

    /** What a feature's numbers are standardized by. */
    record Scale(double mean, double deviation) {
        static final Scale NONE = new Scale(0, 1);
    }

    /**
     * The model that a table holds.
     *
     * @param rows {@code id}, {@code mean}, {@code deviation}, {@code weight} and {@code factors}, all of one length
     * @throws IllegalArgumentException when the lengths differ, a number is not finite or a deviation not above 0, an id
     *     stands twice, or no row is the intercept's
     */
    public static TowerModel of(List<Row> rows) {
        Map<Long, Scale> scales = new HashMap<>();
        Row first = null;
        for (Row row : rows) {
            long id = row.getLong(0);
            require(id, "mean", row.getDouble(1), Double.isFinite(row.getDouble(1)));
            require(id, "deviation", row.getDouble(2), Double.isFinite(row.getDouble(2)) && row.getDouble(2) > 0);
            require(id, "weight", row.getFloat(3), Float.isFinite(row.getFloat(3)));
            row.<Float>getList(4).forEach(factor -> require(id, "factor", factor, Float.isFinite(factor)));
            if (id == INTERCEPT) {
                first = row;
            } else if (scales.put(id, new Scale(row.getDouble(1), row.getDouble(2))) != null) {
                throw new IllegalArgumentException("id " + id + " must stand once, but stands there again");
            }
        }
        if (first == null) {
            throw new IllegalArgumentException("id " + INTERCEPT + ", the intercept, must be there, but is not");
        }
        TowerModel model = new TowerModel(first.getList(4).size(), scales);
        model.intercept = first.getFloat(3);
        for (Row row : rows) {
            if (row.getLong(0) != INTERCEPT) {
                int place = model.places.get(row.getLong(0));
                List<Float> factors = row.getList(4);
                if (factors.size() != model.width) {
                    throw new IllegalArgumentException("factors of id " + row.getLong(0) + " must be " + model.width
                            + ", but are " + factors.size());
                }
                model.weights[place] = row.getFloat(3);
                for (int factor = 0; factor < model.width; factor++) {
                    model.factors[place * model.width + factor] = factors.get(factor);
                }
            }
        }
        return model;
    }

    private static void require(long id, String what, double value, boolean isUsable) {
        if (!isUsable) {
            throw new IllegalArgumentException(what + " of id " + id + " must be a finite number"
                    + (what.equals("deviation") ? " above 0" : "") + ", but is " + value);
        }
    }

    /** As {@link #of} takes them, by id. */
    public List<Row> toRows() {
        List<Row> rows = new ArrayList<>();
        rows.add(RowFactory.create(INTERCEPT, 0.0, 1.0, intercept, Floats.toSeq(new float[width])));
        places.keySet().stream().sorted().forEach(id -> {
            int place = places.get(id);
            rows.add(RowFactory.create(
                    id,
                    means[place],
                    deviations[place],
                    weights[place],
                    Floats.toSeq(Arrays.copyOfRange(factors, place * width, (place + 1) * width))));
        });
        return rows;
    }

    /** Length of the vectors: of an embedding, and two more. */
    public int vectorWidth() {
        return width + 2;
    }

    /** The user's vector; its dot product with an item's is the logit. */
    public float[] user(TowerInput input) {
        Side side = side(known(input));
        float[] vector = Arrays.copyOf(side.sum(), vectorWidth());
        vector[width] = 1;
        vector[width + 1] = intercept + side.weight();
        return vector;
    }

    /** The item's vector. */
    public float[] item(TowerInput input) {
        Side side = side(known(input));
        float[] vector = Arrays.copyOf(side.sum(), vectorWidth());
        vector[width] = side.weight();
        vector[width + 1] = 1;
        return vector;
    }

    /** What of an input the model has learned: places, with standardized values. Not to be changed. */
    static final class Known {
        final int[] places;
        final float[] values;

        private Known(int[] places, float[] values) {
            this.places = places;
            this.values = values;
        }
    }

    /** What one side of a pair adds to the logit by itself, and its tower. */
    static final class Side {
        private final float weight;
        private final float[] sum;

        private Side(float weight, float[] sum) {
            this.weight = weight;
            this.sum = sum;
        }

        float weight() {
            return weight;
        }

        float[] sum() {
            return sum;
        }
    }

    Known known(TowerInput input) {
        int[] at = new int[input.ids.length];
        float[] values = new float[at.length];
        int count = 0;
        for (int i = 0; i < at.length; i++) {
            Integer place = places.get(input.ids[i]);
            if (place != null) {
                double scaled = (input.values[i] - means[place]) / deviations[place];
                at[count] = place;
                values[count++] = (float) Math.max(-MOST, Math.min(MOST, scaled));
            }
        }
        return new Known(Arrays.copyOf(at, count), Arrays.copyOf(values, count));
    }

    /** As the model stands now. */
    Side side(Known known) {
        float weight = 0;
        float[] sum = new float[width];
        for (int i = 0; i < known.places.length; i++) {
            int place = known.places[i];
            weight += weights[place] * known.values[i];
            int from = place * width;
            for (int factor = 0; factor < width; factor++) {
                sum[factor] += factors[from + factor] * known.values[i];
            }
        }
        return new Side(weight, sum);
    }
}
