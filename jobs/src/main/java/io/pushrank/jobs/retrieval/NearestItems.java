package io.pushrank.jobs.retrieval;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The items nearest to each user by the dot product of two vectors: exact, since every user is compared with every item.
 * The work grows with users × items, and each executor holds all items' vectors.
 */
public final class NearestItems {
    private static final StructType NEAREST = StructType.fromDDL(
            "user_id BIGINT NOT NULL, nearest ARRAY<STRUCT<item_id: BIGINT, score: DOUBLE>> NOT NULL");

    private NearestItems() {}

    private record Item(long id, double score) {
        /** Of equal scores the higher id is the worse. */
        static final Comparator<Item> WORST_FIRST =
                Comparator.comparingDouble(Item::score).thenComparing(Item::id, Comparator.reverseOrder());
    }

    /** Numbers of the items lie beside each other, number by number, so that a block of items is weighed in registers. */
    private static final class Vectors implements Serializable {
        private static final long serialVersionUID = 1;
        private static final int BLOCK = 1024;
        private final long[] ids;
        private final float[][] columns;

        Vectors(List<Row> items) {
            this.ids = items.stream().mapToLong(item -> item.getLong(0)).toArray();
            int width = items.isEmpty() ? 0 : items.get(0).getList(1).size();
            this.columns = new float[width][ids.length];
            for (int item = 0; item < ids.length; item++) {
                float[] vector = Floats.of(items.get(item).getList(1));
                for (int column = 0; column < width; column++) {
                    columns[column][item] = vector[column];
                }
            }
        }

        /** The nearest to a user, with its vector second and how many it gets third; best first. */
        Row[] nearest(Row user) {
            float[] vector = Floats.of(user.getList(1));
            int most = Math.min(user.getInt(2), ids.length);
            if (most == 0) {
                return new Row[0];
            }
            PriorityQueue<Item> best = new PriorityQueue<>(most + 1, Item.WORST_FIRST);
            float[] scores = new float[BLOCK];
            for (int from = 0; from < ids.length; from += BLOCK) {
                int count = Math.min(BLOCK, ids.length - from);
                Arrays.fill(scores, 0);
                for (int column = 0; column < columns.length; column++) {
                    add(scores, vector[column], columns[column], from, count);
                }
                for (int item = 0; item < count; item++) {
                    if (best.size() < most || scores[item] > best.element().score()) {
                        best.add(new Item(ids[from + item], scores[item]));
                        if (best.size() > most) {
                            best.remove();
                        }
                    }
                }
            }
            return best.stream()
                    .sorted(Item.WORST_FIRST.reversed())
                    .map(item -> RowFactory.create(item.id(), item.score()))
                    .toArray(Row[]::new);
        }

        private static void add(float[] scores, float factor, float[] column, int from, int count) {
            for (int item = 0; item < count; item++) {
                scores[item] += factor * column[from + item];
            }
        }
    }

    /**
     * The nearest items.
     *
     * @param users {@code user_id}; {@code features}, FLOATs, as many as an item has; {@code most}, how many items, at least 0
     * @param items {@code item_id}, {@code features}; few enough for the driver and each executor
     * @return {@code user_id}, {@code item_id}, {@code score}
     */
    public static Dataset<Row> of(Dataset<Row> users, Dataset<Row> items) {
        Vectors vectors = new Vectors(
                items.select("item_id", "features").orderBy("item_id").collectAsList());
        Broadcast<Vectors> all = new JavaSparkContext(users.sparkSession().sparkContext()).broadcast(vectors);
        MapFunction<Row, Row> function =
                user -> RowFactory.create(user.getLong(0), all.value().nearest(user));
        return users.select(col("user_id"), col("features"), col("most").cast("int"))
                .map(function, Encoders.row(NEAREST))
                .select(col("user_id"), explode(col("nearest")).as("item"))
                .select("user_id", "item.item_id", "item.score");
    }
}
