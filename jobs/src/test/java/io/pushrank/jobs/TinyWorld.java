package io.pushrank.jobs;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.types.StructField;

/**
 * Input tables of a handful of rows, written as Parquet. A row has sensible defaults; what a test is about it says as
 * pairs of column and value. Every required table is written, with or without rows.
 *
 * <p>Files are written without Spark, since a job for each tiny file would take most of a test's time, and with every
 * column optional, so that rows can break the contract.
 */
public final class TinyWorld {
    /** Day of the runs. */
    public static final LocalDate DATE = LocalDate.of(2026, 3, 14);
    /** As-of instant of the runs. */
    public static final Instant AS_OF = Instant.parse("2026-03-14T12:00:00Z");

    private static final Instant LONG_AGO = Instant.parse("2025-01-01T00:00:00Z");

    private final Path directory;
    private final Map<Table, Map<LocalDate, List<Map<String, Object>>>> tables = new TreeMap<>();
    private long number;

    /**
     * @param directory folder that gets the folders {@code input}, {@code output} and {@code models}
     */
    public TinyWorld(Path directory) {
        this.directory = directory;
        Table.inputs().filter(Table::isRequired).forEach(table -> day(table, DATE));
    }

    /** An instant so many hours before the as-of instant. */
    public static Instant hoursBefore(double hours) {
        return AS_OF.minus(Duration.ofSeconds(Math.round(hours * 3600)));
    }

    public Layout layout() {
        return new Layout(input(), directory + "/output", directory + "/models");
    }

    public String input() {
        return directory + "/input";
    }

    /** What a stage of the day is given. */
    public StageContext context(ConfigFile settings, Stage stage) {
        return context(layout(), settings, stage);
    }

    /** What a stage of the day is given, over the tables and models of another layout. */
    public static StageContext context(Layout layout, ConfigFile settings, Stage stage) {
        return StageContext.of(SharedSpark.session(), layout, Vocabulary.of(settings), DATE, Findings.none(), stage);
    }

    /** What work of the as-of instant that is no stage is given. */
    public StageContext context(ConfigFile settings) {
        return StageContext.of(SharedSpark.session(), layout(), Vocabulary.of(settings), DATE, AS_OF, Findings.none());
    }

    public TinyWorld user(long user, Object... changes) {
        return row(
                Table.USERS,
                DATE,
                changes,
                "user_id",
                user,
                "created_at",
                LONG_AGO,
                "country",
                "FR",
                "language",
                "fr",
                "is_guest",
                false,
                "is_suspended",
                false,
                "is_protected",
                false,
                "is_unsuitable",
                false,
                "is_verified",
                false,
                "is_push_enabled",
                true,
                "has_recommendations",
                true,
                "has_topics",
                true,
                "is_in_network_only",
                false);
    }

    /** Users with a device each. */
    public TinyWorld people(long... users) {
        for (long user : users) {
            user(user).device(user);
        }
        return this;
    }

    public TinyWorld device(long user, Object... changes) {
        return row(
                Table.DEVICES,
                DATE,
                changes,
                "user_id",
                user,
                "device_id",
                user,
                "platform",
                "android",
                "is_push_capable",
                true,
                "registered_at",
                LONG_AGO);
    }

    public TinyWorld follow(long user, long followee, Object... changes) {
        return row(
                Table.FOLLOWS,
                DATE,
                changes,
                "user_id",
                user,
                "followee_id",
                followee,
                "followed_at",
                LONG_AGO,
                "is_device_follow",
                false);
    }

    public TinyWorld relation(long user, long other, String kind, Object... changes) {
        return row(
                Table.RELATIONS,
                DATE,
                changes,
                "user_id",
                user,
                "other_id",
                other,
                "kind",
                kind,
                "created_at",
                LONG_AGO);
    }

    public TinyWorld topicFollow(long user, long topic, Object... changes) {
        return row(Table.TOPIC_FOLLOWS, DATE, changes, "user_id", user, "topic_id", topic, "followed_at", LONG_AGO);
    }

    public TinyWorld post(long post, long author, Instant at, Object... changes) {
        return row(
                Table.POSTS,
                dayOf(at),
                changes,
                "post_id",
                post,
                "author_id",
                author,
                "created_at",
                at,
                "language",
                "fr",
                "media",
                "none",
                "has_link",
                false,
                "is_sensitive",
                false,
                "text_length",
                100);
    }

    public TinyWorld postTopic(long post, long topic, double score, Instant at, Object... changes) {
        return row(
                Table.POST_TOPICS,
                dayOf(at),
                changes,
                "post_id",
                post,
                "topic_id",
                topic,
                "score",
                score,
                "annotated_at",
                at);
    }

    public TinyWorld trend(long trend, Instant at, Object... changes) {
        return row(
                Table.TRENDS,
                dayOf(at),
                changes,
                "trend_id",
                trend,
                "country",
                "FR",
                "language",
                "fr",
                "name",
                "trend " + trend,
                "started_at",
                at,
                "score",
                1.0);
    }

    public TinyWorld engagement(long user, long author, Long post, String kind, Instant at, Object... changes) {
        return row(
                Table.ENGAGEMENTS,
                dayOf(at),
                changes,
                "user_id",
                user,
                "author_id",
                author,
                "post_id",
                post,
                "kind",
                kind,
                "engaged_at",
                at);
    }

    public TinyWorld notification(long user, long post, long author, Instant at, Object... changes) {
        number++;
        return row(
                Table.NOTIFICATIONS,
                dayOf(at),
                changes,
                "send_id",
                "send-" + number,
                "user_id",
                user,
                "item_type",
                "post",
                "item_id",
                post,
                "author_id",
                author,
                "notification_type",
                "in_network",
                "sent_at",
                at);
    }

    public TinyWorld feedback(long user, String kind, Instant at, Object... changes) {
        return row(Table.FEEDBACK, dayOf(at), changes, "user_id", user, "kind", kind, "given_at", at);
    }

    /** Makes sure that a partition is there, even if without rows. */
    public TinyWorld partition(Table table, LocalDate day) {
        day(table, day);
        return this;
    }

    /** Leaves a table out. */
    public TinyWorld without(Table table) {
        tables.remove(table);
        return this;
    }

    /** Moves a table's rows of the run's day to another day's partition. */
    public TinyWorld moved(Table table, LocalDate to) {
        day(table, to).addAll(tables.get(table).remove(DATE));
        return this;
    }

    /** Writes everything; returns this. */
    public TinyWorld write() {
        tables.forEach((table, days) -> days.forEach((day, rows) -> {
            Path file = Path.of(input(), table.tableName(), Layout.day(day), "part-0.parquet");
            writeFile(file, messageType(table), rows);
        }));
        return this;
    }

    /** Writes rows to one file, columns as the message type has them. */
    public static void writeFile(Path file, MessageType type, List<Map<String, Object>> rows) {
        Configuration hadoop = new Configuration();
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(
                        HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), hadoop))
                .withConf(hadoop)
                .withType(type)
                .build()) {
            for (Map<String, Object> row : rows) {
                writer.write(group(type, row));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parquet's form of a table, some of its columns left out. */
    public static MessageType messageType(Table table, String... without) {
        Types.MessageTypeBuilder message = Types.buildMessage();
        for (StructField field : table.schema().fields()) {
            if (!List.of(without).contains(field.name())) {
                switch (field.dataType().typeName()) {
                    case "long" -> message.optional(PrimitiveTypeName.INT64).named(field.name());
                    case "integer" -> message.optional(PrimitiveTypeName.INT32).named(field.name());
                    case "float" -> message.optional(PrimitiveTypeName.FLOAT).named(field.name());
                    case "double" -> message.optional(PrimitiveTypeName.DOUBLE).named(field.name());
                    case "boolean" ->
                        message.optional(PrimitiveTypeName.BOOLEAN).named(field.name());
                    case "string" ->
                        message.optional(PrimitiveTypeName.BINARY)
                                .as(LogicalTypeAnnotation.stringType())
                                .named(field.name());
                    default ->
                        message.optional(PrimitiveTypeName.INT64)
                                .as(LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MICROS))
                                .named(field.name());
                }
            }
        }
        return message.named("row");
    }

    private static Group group(MessageType type, Map<String, Object> row) {
        Group group = new SimpleGroup(type);
        row.forEach((column, value) -> {
            if (value instanceof Long number) {
                group.add(column, number);
            } else if (value instanceof Integer number) {
                group.add(column, number);
            } else if (value instanceof Double number) {
                group.add(column, number);
            } else if (value instanceof Float number) {
                group.add(column, number);
            } else if (value instanceof Binary bytes) {
                group.add(column, bytes);
            } else if (value instanceof Boolean truth) {
                group.add(column, truth);
            } else if (value instanceof String text) {
                group.add(column, Binary.fromString(text));
            } else if (value instanceof Instant instant) {
                group.add(column, instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000);
            } else if (value != null) {
                throw new IllegalArgumentException(column + " has a value of " + value.getClass());
            }
        });
        return group;
    }

    private TinyWorld row(Table table, LocalDate day, Object[] changes, Object... defaults) {
        Map<String, Object> row = new LinkedHashMap<>(pairs(defaults));
        row.putAll(pairs(changes));
        List<String> columns = List.of(table.schema().fieldNames());
        if (!columns.containsAll(row.keySet())) {
            throw new IllegalArgumentException(table + " has columns " + columns + ", not all of " + row.keySet());
        }
        day(table, day).add(row);
        return this;
    }

    private List<Map<String, Object>> day(Table table, LocalDate day) {
        return tables.computeIfAbsent(table, absent -> new TreeMap<>())
                .computeIfAbsent(day, absent -> new ArrayList<>());
    }

    private static Map<String, Object> pairs(Object... pairs) {
        Map<String, Object> map = new HashMap<>();
        for (int index = 0; index < pairs.length; index += 2) {
            map.put((String) pairs[index], pairs[index + 1]);
        }
        return map;
    }

    private static LocalDate dayOf(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }
}
