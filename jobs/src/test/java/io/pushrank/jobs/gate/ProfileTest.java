package io.pushrank.jobs.gate;

import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Table;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Profiles, also against naive ones that look at every row by itself. */
class ProfileTest {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 13);
    private static final double[] NUMBERS = {
        0,
        -0.0,
        1,
        -1,
        0.3,
        2,
        8,
        1024,
        1e-300,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        -7.5e9,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };

    private static Dataset<Row> posts(List<Row> rows) {
        StructField[] fields = Table.POSTS.schema().fields();
        StructType schema = new StructType();
        for (StructField field : fields) {
            schema = schema.add(field.name(), field.dataType(), true);
        }
        return SharedSpark.session()
                .createDataFrame(rows, schema.add(Inputs.PARTITION, DataTypes.DateType))
                .repartition(3);
    }

    private static Row post(
            LocalDate day, String language, String media, Boolean hasLink, Double nsfw, Integer length) {
        return RowFactory.create(
                1L,
                2L,
                Timestamp.valueOf(day.atStartOfDay()),
                language,
                media,
                hasLink,
                null,
                false,
                nsfw,
                length,
                Date.valueOf(day));
    }

    private static <T> T orNull(Random random, T value) {
        return random.nextInt(10) == 0 ? null : value;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void profilesAreAsTheNaiveOnesHaveThem(long seed) {
        Random random = new Random(seed);
        List<LocalDate> days = List.of(DAY.minusDays(2), DAY.minusDays(1), DAY);
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < 600; row++) {
            int back = random.nextInt(2);
            rows.add(post(
                    DAY.minusDays(back),
                    // More than fifty languages on one of the days.
                    orNull(random, "l" + random.nextInt(back == 0 ? 9 : 90)),
                    "photo",
                    random.nextBoolean(),
                    orNull(random, NUMBERS[random.nextInt(NUMBERS.length)]),
                    random.nextInt(5_000)));
        }

        List<Profile> profiles = Profile.of(Table.POSTS, posts(rows), days);

        assertEquals(days.stream().map(day -> naive(rows, day)).toList(), profiles);
    }

    private static Profile naive(List<Row> rows, LocalDate day) {
        List<Row> ofDay = rows.stream()
                .filter(row -> row.getDate(10).equals(Date.valueOf(day)))
                .toList();
        Map<String, Long> nulls =
                new TreeMap<>(Map.of("language", 0L, "in_reply_to_post_id", 0L, "nsfw_probability", 0L));
        Map<String, Map<String, Long>> bins = new TreeMap<>();
        List<String> columns = Arrays.asList(Table.POSTS.schema().fieldNames());
        for (String column :
                List.of("language", "media", "has_link", "is_sensitive", "nsfw_probability", "text_length")) {
            bins.put(column, new TreeMap<>());
            Set<Object> values = new HashSet<>();
            ofDay.forEach(row -> values.add(row.get(columns.indexOf(column))));
            values.remove(null);
            for (Row row : ofDay) {
                Object value = row.get(columns.indexOf(column));
                if (value != null) {
                    bins.get(column).merge(bin(value, values.size()), 1L, Long::sum);
                }
            }
        }
        nulls.replaceAll((column, none) -> ofDay.stream()
                .filter(row -> row.isNullAt(columns.indexOf(column)))
                .count());
        return new Profile("posts", day.toString(), ofDay.size(), nulls, bins);
    }

    private static String bin(Object value, int distinct) {
        if (value instanceof Number number) {
            double x = number.doubleValue();
            if (x == 0 || Double.isNaN(x)) {
                return x == 0 ? "0" : "10000";
            }
            double finite = Math.min(Math.abs(x), Double.MAX_VALUE);
            int step = (int) Math.floor(4 * (StrictMath.log(finite) / StrictMath.log(2)));
            return Integer.toString((int) Math.signum(x) * (step + 4400));
        }
        if (value instanceof String text && distinct > 50) {
            CRC32 hash = new CRC32();
            hash.update(text.getBytes(StandardCharsets.UTF_8));
            return "#" + hash.getValue() % 20;
        }
        return "=" + value;
    }

    @Test
    void aPartitionWithoutRowsHasAProfileOfNone() {
        assertEquals(List.of(Profile.empty(Table.POSTS, DAY)), Profile.of(Table.POSTS, posts(List.of()), List.of(DAY)));
        assertEquals(0, Profile.empty(Table.POSTS, DAY).rows());
    }

    @Test
    void aColumnThatIsAllNullHasNoBins() {
        Profile profile = Profile.of(Table.POSTS, posts(List.of(post(DAY, null, "none", true, null, 1))), List.of(DAY))
                .get(0);

        assertEquals(Map.of("language", 1L, "in_reply_to_post_id", 1L, "nsfw_probability", 1L), profile.nulls());
        assertEquals(Map.of(), profile.bins().get("language"));
        assertEquals(Map.of("=true", 1L), profile.bins().get("has_link"));
        assertEquals(Map.of("4400", 1L), profile.bins().get("text_length"));
    }

    @Test
    void arraysAreComparedByTheirSizeAndIdentifiersAndInstantsNotAtAll() {
        StructField[] fields = StructType.fromDDL(
                        "a ARRAY<BIGINT>, m MAP<STRING, INT>, item_id INT, seen_at STRING, s STRUCT<x: INT>, d DECIMAL(9, 2)")
                .fields();
        assertEquals(
                List.of(
                        ColumnKind.SIZE,
                        ColumnKind.SIZE,
                        ColumnKind.PRESENCE,
                        ColumnKind.PRESENCE,
                        ColumnKind.PRESENCE,
                        ColumnKind.NUMBER),
                Arrays.stream(fields).map(ColumnKind::of).toList());
        Row sizes = SharedSpark.session()
                .range(1)
                .select(
                        ColumnKind.SIZE.number(expr("array(7, 7)")),
                        ColumnKind.SIZE.number(expr("array()")),
                        ColumnKind.SIZE.number(expr("CAST(NULL AS ARRAY<INT>)")))
                .head();
        assertEquals(RowFactory.create(4404, 0, null), sizes);
    }
}
