package io.pushrank.jobs.table;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MICROS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MILLIS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.NANOS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.decimalType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.float16Type;
import static org.apache.parquet.schema.LogicalTypeAnnotation.intType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.uuidType;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns in the types of other writers (pandas, DuckDB, Flink, Trino): read without loss, or refused with a way out. */
class FileColumnTest {
    private static final Instant AT = Instant.parse("2026-03-14T09:30:00.123456Z");
    private static final long MICROSECOND = AT.getEpochSecond() * 1_000_000 + AT.getNano() / 1000;

    private final RankingConfig config =
            ConfigFile.shipped().set("inputs.max_quarantined_share=1").config();

    @TempDir
    private Path directory;

    private TinyWorld world;

    @BeforeEach
    void makeWorld() {
        world = new TinyWorld(directory).people(1).post(1, 1, AT).write();
    }

    private static Type column(String name, PrimitiveTypeName type, LogicalTypeAnnotation logical) {
        var column = Types.optional(type);
        if (logical != null && type == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY) {
            return column.length(logical.equals(uuidType()) ? 16 : 2)
                    .as(logical)
                    .named(name);
        }
        return logical == null ? column.named(name) : column.as(logical).named(name);
    }

    /** Writes a file of post_topics with one row, in which a column has another type, or is not known to the table. */
    private void write(Type other, Object value) {
        write(List.of(other), Map.of(other.getName(), value));
    }

    private void write(List<Type> others, Map<String, Object> values) {
        String file = world.input() + "/post_topics/ds=" + TinyWorld.DATE + "/part-0.parquet";
        new Storage(new Configuration()).delete(file);
        List<Type> columns =
                new ArrayList<>(TinyWorld.messageType(Table.POST_TOPICS).getFields());
        columns.removeIf(
                column -> others.stream().anyMatch(other -> other.getName().equals(column.getName())));
        columns.addAll(others);
        Map<String, Object> row =
                new HashMap<>(Map.of("post_id", 1L, "topic_id", 5L, "score", 0.5, "annotated_at", AT));
        row.putAll(values);
        TinyWorld.writeFile(Path.of(file), new MessageType("row", columns), List.of(row));
    }

    private Inputs inputs(RankingConfig settings) {
        return new Inputs(
                SharedSpark.session(), world.layout(), settings, TinyWorld.DATE, TinyWorld.DATE, Findings.none());
    }

    private Object read(String column) {
        List<Row> rows = inputs(config).asOf(Table.POST_TOPICS, TinyWorld.AS_OF).collectAsList();
        assertEquals(1, rows.size());
        return rows.get(0).getAs(column);
    }

    private Map<String, Long> reasons() {
        return Validators.of(inputs(config), config, world.layout())
                .check(Table.POST_TOPICS)
                .reasons();
    }

    private void rejects(String message) {
        Expect.failure(
                INPUT_REJECTED,
                "input table post_topics, file " + world.input() + "/post_topics/ds=2026-03-14/part-0.parquet: "
                        + message,
                () -> inputs(config).raw(Table.POST_TOPICS));
    }

    @Test
    void whole32BitNumbersAreIds() {
        write(column("topic_id", PrimitiveTypeName.INT32, null), 5);
        assertEquals(5L, read("topic_id"));
        write(column("topic_id", PrimitiveTypeName.INT32, intType(16, true)), 6);
        assertEquals(6L, read("topic_id"));
        write(column("topic_id", PrimitiveTypeName.INT32, intType(32, false)), -1);
        assertEquals(4_294_967_295L, read("topic_id"), "unsigned");
        write(column("topic_id", PrimitiveTypeName.INT32, decimalType(0, 9)), 7);
        assertEquals(7L, read("topic_id"));
    }

    @Test
    void aNumberThatHasNoRoomInItsColumnIsSetAsideWithItsValue() {
        write(column("topic_id", PrimitiveTypeName.INT64, intType(64, false)), 5L);
        assertEquals(5L, read("topic_id"));
        write(column("topic_id", PrimitiveTypeName.INT64, intType(64, false)), -1L);

        var report = Validators.of(inputs(config), config, world.layout()).check(Table.POST_TOPICS);

        assertEquals(Map.of("out_of_range:topic_id", 1L), report.reasons());
        Row row = report.quarantine().head();
        assertTrue(
                row.<String>getAs("row_json").contains("\"misfits\":{\"topic_id\":\"18446744073709551615\"}"),
                row.<String>getAs("row_json"));
    }

    @Test
    void a64BitNumberIsReadAs32BitsWhereItHasRoom() {
        for (long length : new long[] {100, 1L << 40}) {
            List<Type> columns =
                    new ArrayList<>(TinyWorld.messageType(Table.POSTS).getFields());
            columns.removeIf(column -> column.getName().equals("text_length"));
            columns.add(column("text_length", PrimitiveTypeName.INT64, null));
            TinyWorld.writeFile(
                    Path.of(world.input(), "posts", "ds=" + TinyWorld.DATE, "part-" + length + ".parquet"),
                    new MessageType("row", columns),
                    List.of(Map.of(
                            "post_id",
                            length,
                            "author_id",
                            1L,
                            "created_at",
                            AT,
                            "media",
                            "none",
                            "has_link",
                            false,
                            "is_sensitive",
                            false,
                            "text_length",
                            length)));
        }

        var report = Validators.of(inputs(config), config, world.layout()).check(Table.POSTS);

        assertEquals(3, report.rows(), "files of several types are read together");
        assertEquals(Map.of("out_of_range:text_length", 1L), report.reasons());
    }

    @Test
    void numbersThatDoubleHoldsExactlyAreRead() {
        write(column("score", PrimitiveTypeName.FLOAT, null), 0.25f);
        assertEquals(0.25, read("score"));
        write(column("score", PrimitiveTypeName.INT32, null), 1);
        assertEquals(1.0, read("score"));
        write(column("score", PrimitiveTypeName.INT64, null), 1L);
        assertEquals(1.0, read("score"));
        write(column("score", PrimitiveTypeName.INT32, decimalType(1, 2)), 9);
        assertEquals(0.9, read("score"));
        write(column("score", PrimitiveTypeName.INT64, null), (1L << 53) + 1);
        assertEquals(Map.of("out_of_range:score", 1L), reasons());
    }

    @Test
    void instantsOfEveryUnitAreRead() {
        write(column("annotated_at", PrimitiveTypeName.INT64, timestampType(true, MILLIS)), MICROSECOND / 1000);
        assertEquals(Timestamp.from(Instant.parse("2026-03-14T09:30:00.123Z")), read("annotated_at"));
        write(column("annotated_at", PrimitiveTypeName.INT64, timestampType(true, NANOS)), MICROSECOND * 1000 + 999);
        assertEquals(Timestamp.from(AT), read("annotated_at"), "what is less than a microsecond is cut off");
    }

    @Test
    void anInstantWithoutATimeZoneIsReadWhenASettingSaysOfWhich() {
        RankingConfig utc =
                ConfigFile.shipped().set("inputs.naive_timestamps=utc").config();
        write(column("annotated_at", PrimitiveTypeName.INT64, timestampType(false, MICROS)), MICROSECOND);

        rejects(
                "column annotated_at must be TIMESTAMP, but is INT64 TIMESTAMP(MICROS,false): it has no time zone: write"
                        + " instants with one, or say by --set inputs.naive_timestamps=utc that they are of UTC");
        assertEquals(
                Timestamp.from(AT),
                inputs(utc).raw(Table.POST_TOPICS).select("annotated_at").head().get(0));
        write(column("annotated_at", PrimitiveTypeName.INT64, timestampType(false, NANOS)), MICROSECOND * 1000);
        assertEquals(
                Timestamp.from(AT),
                inputs(utc).raw(Table.POST_TOPICS).select("annotated_at").head().get(0));
    }

    @Test
    void theRawSentinelOfNoInstantIsSetAside() {
        for (var unit : List.of(MILLIS, MICROS, NANOS)) {
            write(column("annotated_at", PrimitiveTypeName.INT64, timestampType(true, unit)), Long.MIN_VALUE);
            assertEquals(Map.of("out_of_range:annotated_at", 1L), reasons(), unit.name());
        }
    }

    @Test
    void columnsThatTheTableDoesNotKnowNeverMatter() {
        write(
                List.of(
                        column("loaded_at", PrimitiveTypeName.INT64, timestampType(false, NANOS)),
                        column("trace", PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, uuidType()),
                        column("half", PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, float16Type()),
                        column("ds", PrimitiveTypeName.BINARY, stringType())),
                Map.of("loaded_at", 5L, "ds", "yesterday"));

        assertEquals(5L, read("topic_id"));
        assertEquals(Map.of(), reasons());
    }

    @Test
    void whatCannotBeReadWithoutLossIsRefusedWithAWayOut() {
        write(column("topic_id", PrimitiveTypeName.DOUBLE, null), 5.0);
        rejects("column topic_id must be BIGINT, but is DOUBLE: whole numbers must be written as such, also where some"
                + " are missing: in pandas by astype(\"Int64\"), in SQL by CAST(… AS BIGINT)");
        write(
                column("score", PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, float16Type()),
                Binary.fromConstantByteArray(new byte[2]));
        rejects("column score must be DOUBLE, but is FIXED_LEN_BYTE_ARRAY FLOAT16");
        write(column("score", PrimitiveTypeName.INT64, decimalType(2, 18)), 50L);
        rejects("column score must be DOUBLE, but is INT64 DECIMAL(18,2): write it by CAST(… AS DOUBLE)");
        write(column("topic_id", PrimitiveTypeName.BINARY, stringType()), "5");
        rejects("column topic_id must be BIGINT, but is STRING");
        write(column("annotated_at", PrimitiveTypeName.INT64, null), MICROSECOND);
        rejects("column annotated_at must be TIMESTAMP, but is BIGINT");
        write(column("Topic_ID", PrimitiveTypeName.INT64, null), 5L);
        rejects("column topic_id must be spelled so, but there is Topic_ID beside it");
    }

    @Test
    void aUuidIsNoText() {
        List<Type> columns =
                new ArrayList<>(TinyWorld.messageType(Table.NOTIFICATIONS).getFields());
        columns.set(0, column("send_id", PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, uuidType()));
        String file = world.input() + "/notifications/ds=" + TinyWorld.DATE + "/part-0.parquet";
        TinyWorld.writeFile(Path.of(file), new MessageType("row", columns), List.of());

        Expect.failure(
                INPUT_REJECTED,
                "input table notifications, file " + file
                        + ": column send_id must be STRING, but is FIXED_LEN_BYTE_ARRAY UUID: write it as text",
                () -> inputs(config).raw(Table.NOTIFICATIONS));
    }

    @Test
    void aColumnThatMayBeNullMayBeAbsent() {
        TinyWorld.writeFile(
                Path.of(world.input(), "posts", "ds=" + TinyWorld.DATE, "part-1.parquet"),
                TinyWorld.messageType(Table.POSTS, "nsfw_probability", "language"),
                List.of(Map.of(
                        "post_id",
                        2L,
                        "author_id",
                        1L,
                        "created_at",
                        AT,
                        "media",
                        "none",
                        "has_link",
                        false,
                        "is_sensitive",
                        false,
                        "text_length",
                        3)));
        Inputs inputs = inputs(config);

        List<Row> rows = inputs.raw(Table.POSTS).orderBy("post_id").collectAsList();

        assertEquals(
                List.of("fr", "null"),
                rows.stream()
                        .map(row -> String.valueOf(row.<String>getAs("language")))
                        .toList());
        assertEquals(
                java.util.Set.of("language", "nsfw_probability"), inputs.files().absentColumns(Table.POSTS));
        assertEquals(
                Map.of(),
                Validators.of(inputs, config, world.layout()).check(Table.POSTS).reasons());
    }
}
