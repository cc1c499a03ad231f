package io.pushrank.jobs.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentItemsTest {
    private static final List<String> TYPES = List.of("post", "trend");

    @TempDir
    private Path output;

    /** Sends of two days and candidates of three, hours and types mixed, against a plain look at each. */
    @Test
    void anItemIsSentWhenTheDaysSendsHaveIt() {
        SplittableRandom random = new SplittableRandom(176);
        Layout layout = new Layout("no-input", output.toString(), "no-models");
        List<String> sent = new ArrayList<>();
        for (int day = 1; day <= 2; day++) {
            List<Map<String, Object>> sends = new ArrayList<>();
            for (long user = 1; user <= 12; user++) {
                String type = TYPES.get(random.nextInt(2));
                long item = random.nextInt(4);
                sends.add(Map.of("user_id", user, "item_type", type, "item_id", item));
                sent.add(key(day, user, type, item));
            }
            Published.write(layout, Table.SENDS, LocalDate.of(2026, 3, day), sends);
        }
        List<Row> rows = new ArrayList<>();
        Map<String, Boolean> expected = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            int day = 1 + random.nextInt(3);
            int hour = random.nextInt(24);
            long user = 1L + random.nextInt(12);
            String type = TYPES.get(random.nextInt(2));
            long item = random.nextInt(4);
            Instant instant = Instant.parse("2026-03-%02dT%02d:00:00Z".formatted(day, hour));
            rows.add(RowFactory.create(Timestamp.from(instant), user, type, item));
            expected.put(
                    hour + " " + key(day, user, type, item),
                    day == 3 ? null : (Boolean) sent.contains(key(day, user, type, item)));
        }
        Dataset<Row> candidates = SharedSpark.session()
                .createDataFrame(
                        rows, StructType.fromDDL("as_of TIMESTAMP, user_id BIGINT, item_type STRING, item_id BIGINT"));
        SentItems items = new SentItems(SharedSpark.session(), layout);

        List<Row> marked = items.mark(candidates, SentItems.days(candidates)).collectAsList();

        Map<String, Boolean> found = new TreeMap<>();
        for (Row row : marked) {
            String[] instant = row.getTimestamp(row.fieldIndex("as_of"))
                    .toInstant()
                    .toString()
                    .split("[-T:]", -1);
            found.put(
                    Integer.parseInt(instant[3]) + " "
                            + key(
                                    Integer.parseInt(instant[2]),
                                    row.getAs("user_id"),
                                    row.getAs("item_type"),
                                    row.getAs("item_id")),
                    row.getAs(SentItems.COLUMN));
        }
        assertEquals(expected, found);
        assertEquals(rows.size(), marked.size());
        assertEquals(List.of(LocalDate.of(2026, 3, 3)), items.missing(SentItems.days(candidates)));
    }

    private static String key(int day, long user, String type, long item) {
        return day + " " + user + " " + type + " " + item;
    }
}
