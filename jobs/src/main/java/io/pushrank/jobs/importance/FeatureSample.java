package io.pushrank.jobs.importance;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Jackknife;
import io.pushrank.udf.feature.Feature;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.feature.FeatureType;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.scoring.FeatureArrays;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Examples of some users, with features that can be permuted one by one: in flat arrays, about 2 kB a row with the shipped
 * features, to be held once by the driver and by each executor. The rows are in the order of their key, so that nothing depends
 * on how they were partitioned.
 */
final class FeatureSample implements Serializable {
    private static final long serialVersionUID = 1L;

    /** How features enter a row; sparse ones that cannot be told apart are nowhere. */
    private enum Kind {
        CONTINUOUS,
        BINARY,
        SPARSE,
        SPARSE_CONTINUOUS,
        UNKNOWN
    }

    private final int rows;
    private final int users;
    private final FeatureShape shape;
    /** Of each feature in the order of the list: how it enters a row, and its place there. */
    private final Kind[] kinds;

    private final int[] places;

    private final float[] continuous;
    private final boolean[] continuousMissing;
    private final float[] binary;
    private final IdLists sparse;
    private final int sparseWidth;
    private final IdLists sparseContinuous;
    private final int sparseContinuousWidth;

    private final boolean[] opened;
    private final boolean[] engaged;
    /** Parts of the {@link Jackknife} that have rows, numbered from 0. */
    private final int[] partOf;

    private final int parts;

    /** @param examples of the select in {@link #of} */
    private FeatureSample(InternalRow[] examples, int users, FeatureList features) {
        this.rows = examples.length;
        this.users = users;
        this.shape = features.heavyShape();
        // Examples of earlier versions do not say whose the ids are.
        boolean isTold = Arrays.stream(examples).noneMatch(example -> example.isNullAt(1));
        int ofSparse = features.sparse().size();
        int ofSparseContinuous = features.of(FeatureType.SPARSE_CONTINUOUS).size();
        this.sparseWidth = isTold ? Math.max(1, ofSparse) : 1;
        this.sparseContinuousWidth = isTold ? Math.max(1, ofSparseContinuous) : 1;
        this.kinds = new Kind[features.features().size()];
        this.places = new int[kinds.length];
        place(features, features.of(FeatureType.CONTINUOUS), Kind.CONTINUOUS);
        place(features, features.of(FeatureType.BINARY), Kind.BINARY);
        place(features, features.sparse(), isTold ? Kind.SPARSE : Kind.UNKNOWN);
        place(features, features.of(FeatureType.SPARSE_CONTINUOUS), isTold ? Kind.SPARSE_CONTINUOUS : Kind.UNKNOWN);
        this.continuous = new float[Math.multiplyExact(rows, shape.continuous())];
        this.continuousMissing = new boolean[continuous.length];
        this.binary = new float[Math.multiplyExact(rows, shape.binary())];
        this.opened = new boolean[rows];
        this.engaged = new boolean[rows];
        this.partOf = new int[rows];
        int[] sparseCounts = new int[Math.multiplyExact(rows, sparseWidth)];
        int[] sparseContinuousCounts = new int[Math.multiplyExact(rows, sparseContinuousWidth)];
        List<long[]> ids = new ArrayList<>();
        List<float[]> values = new ArrayList<>();
        List<long[]> continuousIds = new ArrayList<>();
        List<float[]> continuousValues = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            InternalRow example = examples[row];
            InternalRow arrays = example.getStruct(0, FeatureArrays.FIELDS);
            float[] numbers = FeatureArrays.continuous(arrays);
            float[] flags = FeatureArrays.binary(arrays);
            System.arraycopy(numbers, 0, continuous, row * shape.continuous(), shape.continuous());
            System.arraycopy(
                    FeatureArrays.continuousMissing(arrays),
                    0,
                    continuousMissing,
                    row * shape.continuous(),
                    shape.continuous());
            System.arraycopy(flags, 0, binary, row * shape.binary(), shape.binary());
            ids.add(FeatureArrays.sparseIds(arrays));
            values.add(FeatureArrays.sparseValues(arrays));
            continuousIds.add(FeatureArrays.sparseContinuousIds(arrays));
            continuousValues.add(FeatureArrays.sparseContinuousValues(arrays));
            int[] counts = isTold
                    ? example.getArray(1).toIntArray()
                    : new int[] {ids.get(row).length, continuousIds.get(row).length};
            int first = isTold ? ofSparse : 1;
            int second = isTold ? ofSparseContinuous : 1;
            requireCounts(counts, first, second, ids.get(row).length, continuousIds.get(row).length);
            System.arraycopy(counts, 0, sparseCounts, row * sparseWidth, first);
            System.arraycopy(counts, first, sparseContinuousCounts, row * sparseContinuousWidth, second);
            partOf[row] = Integer.parseInt(example.getUTF8String(2).toString());
            opened[row] = example.getBoolean(3);
            engaged[row] = example.getBoolean(4);
        }
        this.sparse = new IdLists(sparseWidth, sparseCounts, joinedIds(ids), joinedValues(values));
        this.sparseContinuous = new IdLists(
                sparseContinuousWidth,
                sparseContinuousCounts,
                joinedIds(continuousIds),
                joinedValues(continuousValues));
        int[] there = Arrays.stream(partOf).distinct().sorted().toArray();
        this.parts = there.length;
        for (int row = 0; row < rows; row++) {
            partOf[row] = Arrays.binarySearch(there, partOf[row]);
        }
    }

    /**
     * Takes users in the order of a seeded hash, all rows of each, while there is room; at least one user.
     *
     * @param examples rows of EXAMPLES, at least one
     * @param maxRows at least 1
     * @throws PushrankException with exit code 3 when {@code sparse_counts} of an example do not fit its ids
     */
    static FeatureSample of(Dataset<Row> examples, FeatureList features, int maxRows, long seed) {
        Column hash = xxhash64(lit("importance"), lit(seed), col("user_id"));
        List<Row> users = examples.groupBy(hash.as("hash"), col("user_id"))
                .agg(count(lit(1)))
                .orderBy("hash", "user_id")
                .limit(Math.addExact(maxRows, 1))
                .collectAsList();
        int taken = 0;
        long rows = 0;
        while (taken < users.size() && (taken == 0 || rows + users.get(taken).getLong(2) <= maxRows)) {
            rows += users.get(taken++).getLong(2);
        }
        Row last = users.get(taken - 1);
        Column isTaken = hash.lt(lit(last.getLong(0)))
                .or(hash.equalTo(lit(last.getLong(0))).and(col("user_id").leq(lit(last.getLong(1)))));
        InternalRow[] sampled = examples.filter(isTaken)
                .orderBy("as_of", "user_id", "item_type", "item_id")
                .select(
                        col("features"),
                        col("sparse_counts"),
                        Jackknife.part().as("part"),
                        coalesce(ExampleTable.opened(), lit(false)).as("opened"),
                        coalesce(ExampleTable.engaged(), lit(false)).as("engaged"))
                .queryExecution()
                .executedPlan()
                .executeCollect();
        return new FeatureSample(sampled, taken, features);
    }

    private static void requireCounts(int[] counts, int first, int second, int ids, int continuousIds) {
        if (counts.length != first + second
                || Arrays.stream(counts, 0, first).sum() != ids
                || Arrays.stream(counts, first, first + second).sum() != continuousIds) {
            throw PushrankException.input("sparse_counts of an example must be " + first + " that sum to its " + ids
                    + " sparse ids, and " + second + " that sum to its " + continuousIds
                    + " sparse continuous ids, but are " + Arrays.toString(counts));
        }
    }

    private void place(FeatureList features, List<Feature> ofKind, Kind kind) {
        for (int place = 0; place < ofKind.size(); place++) {
            int feature = features.features().indexOf(ofKind.get(place));
            kinds[feature] = kind;
            places[feature] = place;
        }
    }

    private static long[] joinedIds(List<long[]> lists) {
        long[] all = new long[lists.stream().mapToInt(list -> list.length).reduce(0, Math::addExact)];
        int filled = 0;
        for (long[] list : lists) {
            System.arraycopy(list, 0, all, filled, list.length);
            filled += list.length;
        }
        return all;
    }

    private static float[] joinedValues(List<float[]> lists) {
        float[] all = new float[lists.stream().mapToInt(list -> list.length).reduce(0, Math::addExact)];
        int filled = 0;
        for (float[] list : lists) {
            System.arraycopy(list, 0, all, filled, list.length);
            filled += list.length;
        }
        return all;
    }

    int rows() {
        return rows;
    }

    int users() {
        return users;
    }

    /** Parts of the users that have rows. */
    int parts() {
        return parts;
    }

    int[] partOf() {
        return partOf;
    }

    /** Positives of OONC. */
    boolean[] opened() {
        return opened;
    }

    /** Positives of engagement. */
    boolean[] engaged() {
        return engaged;
    }

    /** Whether the feature's values can be told from those of others. */
    boolean isKnown(int feature) {
        return kinds[feature] != Kind.UNKNOWN;
    }

    /** Whether a known feature has the same value in all rows, so that permuting it changes nothing. */
    boolean isConstant(int feature) {
        int place = places[feature];
        return switch (kinds[feature]) {
            case CONTINUOUS -> isConstant(continuous, shape.continuous(), place) && isMaskConstant(place);
            case BINARY -> isConstant(binary, shape.binary(), place);
            case SPARSE -> sparse.isConstant(place);
            case SPARSE_CONTINUOUS -> sparseContinuous.isConstant(place);
            case UNKNOWN -> throw new IllegalArgumentException("feature " + feature + " is not known");
        };
    }

    private boolean isConstant(float[] values, int width, int place) {
        return IntStream.range(1, rows).noneMatch(row -> values[row * width + place] != values[place]);
    }

    private boolean isMaskConstant(int place) {
        return IntStream.range(1, rows)
                .noneMatch(row -> continuousMissing[row * shape.continuous() + place] != continuousMissing[place]);
    }

    /**
     * Which row each row takes the values of permuted features from: any permutation of the sample is as probable as another.
     *
     * @param repeat from 0; the permutation does not depend on how many there are
     */
    int[] permutation(long seed, int repeat) {
        SplittableRandom seeds = new SplittableRandom(seed);
        SplittableRandom random = seeds.split();
        for (int skipped = 0; skipped < repeat; skipped++) {
            random = seeds.split();
        }
        int[] from = IntStream.range(0, rows).toArray();
        for (int last = rows - 1; last > 0; last--) {
            int other = random.nextInt(last + 1);
            int kept = from[last];
            from[last] = from[other];
            from[other] = kept;
        }
        return from;
    }

    /** Some features, to be moved together from row to row. */
    Moved moved(int... features) {
        return new Moved(features);
    }

    /** Rows of the sample in which some features are those of other rows. */
    final class Moved {
        private final int[] features;
        private final boolean[] isSparseMoved = new boolean[sparseWidth];
        private final boolean[] isSparseContinuousMoved = new boolean[sparseContinuousWidth];

        private Moved(int[] features) {
            this.features = features;
            for (int feature : features) {
                if (kinds[feature] == Kind.SPARSE) {
                    isSparseMoved[places[feature]] = true;
                } else if (kinds[feature] == Kind.SPARSE_CONTINUOUS) {
                    isSparseContinuousMoved[places[feature]] = true;
                }
            }
        }

        /** A row with the moved features of the other. */
        FeatureRow row(int row, int other) {
            float[] numbers = Arrays.copyOfRange(continuous, row * shape.continuous(), (row + 1) * shape.continuous());
            boolean[] missing =
                    Arrays.copyOfRange(continuousMissing, row * shape.continuous(), (row + 1) * shape.continuous());
            float[] flags = Arrays.copyOfRange(binary, row * shape.binary(), (row + 1) * shape.binary());
            for (int feature : features) {
                int place = places[feature];
                if (kinds[feature] == Kind.CONTINUOUS) {
                    numbers[place] = continuous[other * shape.continuous() + place];
                    missing[place] = continuousMissing[other * shape.continuous() + place];
                } else if (kinds[feature] == Kind.BINARY) {
                    flags[place] = binary[other * shape.binary() + place];
                }
            }
            return new FeatureRow(
                    numbers,
                    missing,
                    flags,
                    sparse.ids(row, other, isSparseMoved),
                    sparse.values(row, other, isSparseMoved),
                    sparseContinuous.ids(row, other, isSparseContinuousMoved),
                    sparseContinuous.values(row, other, isSparseContinuousMoved));
        }
    }
}
