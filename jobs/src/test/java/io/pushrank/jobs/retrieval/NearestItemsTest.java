package io.pushrank.jobs.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.SharedSpark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** The items nearest to each user by dot product, against all products sorted. */
class NearestItemsTest {
    private static final StructType USERS = StructType.fromDDL("user_id BIGINT, features ARRAY<FLOAT>, most BIGINT");
    private static final StructType ITEMS = StructType.fromDDL("item_id BIGINT, features ARRAY<FLOAT>");

    private static Dataset<Row> rows(List<Row> rows, StructType schema) {
        return SharedSpark.session().createDataFrame(rows, schema);
    }

    private static List<String> nearest(List<Row> users, List<Row> items) {
        return NearestItems.of(rows(users, USERS), rows(items, ITEMS)).collectAsList().stream()
                .map(row -> row.getLong(0) + " " + row.getLong(1) + " " + row.getDouble(2))
                .sorted()
                .toList();
    }

    private record Scored(long item, double score) {}

    @Test
    void eachUserGetsAsManyAsItAsksForAndOfEqualScoresTheLowerIds() {
        // Small whole numbers, so that many scores are equal.
        Random random = new Random(3);
        List<Row> users = rows(random, 20);
        List<Row> items = rows(random, 200).stream()
                .map(row -> RowFactory.create(row.get(0), row.get(1)))
                .toList();

        List<String> expected = new ArrayList<>();
        for (Row user : users) {
            items.stream()
                    .map(item -> new Scored(item.getLong(0), product(user.getAs(1), item.getAs(1))))
                    .sorted(Comparator.comparingDouble(Scored::score).reversed().thenComparing(Scored::item))
                    .limit(user.getLong(2))
                    .forEach(best -> expected.add(user.getLong(0) + " " + best.item() + " " + best.score()));
        }
        assertEquals(expected.stream().sorted().toList(), nearest(users, items));
    }

    @Test
    void withoutItemsNobodyGetsAny() {
        assertEquals(List.of(), nearest(rows(new Random(1), 3), List.of()));
    }

    private static List<Row> rows(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> RowFactory.create(
                        (long) id,
                        IntStream.range(0, 4)
                                .mapToObj(column -> (float) (random.nextInt(7) - 3))
                                .collect(Collectors.toList()),
                        1L + random.nextInt(12)))
                .toList();
    }

    private static double product(List<Float> one, List<Float> other) {
        return IntStream.range(0, one.size())
                .mapToDouble(column -> (double) one.get(column) * other.get(column))
                .sum();
    }
}
