package io.pushrank.jobs.world;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.unix_seconds;

import io.pushrank.jobs.table.Table;
import java.io.Serializable;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The truth about any push of a synthetic world: what would come of it at some instant, after the pushes of a log. Nothing
 * that decides about sends may ask it.
 */
public final class TruthOf {
    private static final StructType TRUTH = StructType.fromDDL("p_oonc DOUBLE, p_engagement DOUBLE, p_dislike DOUBLE,"
            + " gain DOUBLE, p_opt_out DOUBLE, attention DOUBLE, fatigue DOUBLE, best_at TIMESTAMP");
    private static final StructType FORESEEN = StructType.fromDDL("foreseen_oonc DOUBLE, foreseen_engagement DOUBLE");
    /** Hours after the push among which the best is looked for. */
    private static final long HOURS = 24;

    private static final long SECONDS_PER_HOUR = 3600;

    private static final StructType BEST = StructType.fromDDL(
            "user_id BIGINT NOT NULL, mean DOUBLE, best ARRAY<STRUCT<item_id: BIGINT, value: DOUBLE>> NOT NULL");
    /** No type that a push had: the push counts as such. */
    public static final String ANY_TYPE = "any";

    private final WorldOptions options;
    private final Dataset<Row> log;

    /** @param worldDirectory a world that {@link World#generate} wrote, or that a simulation went on with */
    public TruthOf(SparkSession spark, String worldDirectory) {
        this.options = World.readOptions(spark, worldDirectory);
        this.log = log(spark.read().parquet(World.input(worldDirectory, Table.NOTIFICATIONS)));
    }

    /**
     * All that each user was pushed.
     *
     * @param notifications as the table has them
     * @return {@code user_id} and {@code log}, by time, as {@link #recipient} takes it
     */
    static Dataset<Row> log(Dataset<Row> notifications) {
        return notifications
                .select(
                        col("user_id"),
                        struct(
                                        unix_seconds(col("sent_at")).as("sent_at"),
                                        col("item_type"),
                                        col("item_id"),
                                        col("notification_type"),
                                        col("opened_at")
                                                .isNotNull()
                                                .or(col("ntab_clicked_at").isNotNull())
                                                .as("is_oonc"),
                                        col("disliked_at").isNotNull().as("is_disliked"),
                                        unix_seconds(coalesce(col("opened_at"), col("ntab_clicked_at")))
                                                .as("visited_at"))
                                .as("push"))
                .groupBy("user_id")
                .agg(array_sort(collect_list("push")).as("log"));
    }

    /**
     * Adds the truth to pushes that could be made.
     *
     * @param pushes with {@code user_id}, {@code item_id}, {@code notification_type} and the instant {@code at}, of posts,
     *     or of items of any {@code item_type} where there is that column; what the log has of pushes at or after that
     *     instant does not count
     * @return the pushes with {@code p_oonc}, {@code p_engagement} (joint: opened and engaged with), {@code p_dislike},
     *     {@code gain}, {@code p_opt_out}; {@code attention} and {@code fatigue} as {@link Moment} has them; {@code best_at},
     *     the best among the instant and each hour of the day after it. NULL for items without a post
     */
    public Dataset<Row> of(Dataset<Row> pushes) {
        return told(pushes, "notification_type", TRUTH, Told::truth);
    }

    /**
     * Adds what can be foreseen of pushes when it is decided about them: all that is true of recipient and item at the
     * instant {@code at}, but not when in the hours after it the push will be sent. The mean over the middle of each hour
     * in which the log's pushes are sent.
     *
     * @param pushes as {@link #of} takes them, without type
     * @return the pushes with {@code foreseen_oonc} and {@code foreseen_engagement}; NULL for items without a post
     */
    public Dataset<Row> foreseen(Dataset<Row> pushes) {
        return told(pushes, null, FORESEEN, Told::foreseen);
    }

    /** What is told of a push, after what was pushed before. */
    private interface Telling extends Serializable {
        Object[] of(Told told, Push push, List<Row> log);
    }

    /** A push that could be made, at an instant in seconds since 1970. */
    private record Push(long userId, String itemType, long itemId, String type, long at) {}

    private Dataset<Row> told(Dataset<Row> pushes, String typeColumn, StructType added, Telling telling) {
        WorldOptions of = options;
        List<String> names = List.of(pushes.columns());
        int userId = names.indexOf("user_id");
        int itemType = names.indexOf("item_type");
        int itemId = names.indexOf("item_id");
        int type = typeColumn == null ? -1 : names.indexOf(typeColumn);
        int at = names.indexOf("at");
        Dataset<Row> byUser = pushes.join(log, new String[] {"user_id"}, "left_outer")
                .select(Stream.concat(names.stream(), Stream.of("log"))
                        .map(functions::col)
                        .toArray(Column[]::new))
                .repartition(col("user_id"))
                .sortWithinPartitions("user_id");
        MapPartitionsFunction<Row, Row> function = rows -> {
            Told told = new Told(WorldModel.of(of));
            Iterable<Row> each = () -> rows;
            return StreamSupport.stream(each.spliterator(), false)
                    .map(row -> {
                        Push push = new Push(
                                row.getLong(userId),
                                itemType < 0 ? Table.POST : row.getString(itemType),
                                row.getLong(itemId),
                                type < 0 ? ANY_TYPE : row.getString(type),
                                row.getTimestamp(at).toInstant().getEpochSecond());
                        Object[] values = telling.of(told, push, list(row, names.size()));
                        return RowFactory.create(
                                Stream.concat(IntStream.range(0, names.size()).mapToObj(row::get), Stream.of(values))
                                        .toArray());
                    })
                    .iterator();
        };
        StructType all = pushes.schema();
        for (StructField field : added.fields()) {
            all = all.add(field);
        }
        return byUser.mapPartitions(function, Encoders.row(all));
    }

    /**
     * Adds {@code value}, what a push of any type would be worth at an instant; NULL for items without a post.
     *
     * @param items as {@link #of} takes them, without type and instant
     */
    public Dataset<Row> worth(Dataset<Row> items, Instant at, Value value) {
        Column[] columns = Stream.concat(
                        Arrays.stream(items.columns()).map(functions::col),
                        Stream.of(col(value.column()).as("value")))
                .toArray(Column[]::new);
        return of(items.withColumn("notification_type", lit(ANY_TYPE)).withColumn("at", lit(at)))
                .select(columns);
    }

    /** A list of structs; empty where it is NULL. */
    static List<Row> list(Row row, int column) {
        return row.isNullAt(column) ? List.of() : row.getList(column);
    }

    /** What was told lately is kept: rows of one user and instant follow each other. */
    private static final class Told {
        private final WorldModel model;
        private long userId = Long.MIN_VALUE;
        private long at;
        private Recipient recipient;
        private Moment moment;
        /** Null until asked for. */
        private Timestamp best;

        private List<Moment> later;

        Told(WorldModel model) {
            this.model = model;
        }

        Object[] truth(Push push, List<Row> log) {
            Optional<Post> post = model.post(push.itemType(), push.itemId());
            if (post.isEmpty()) {
                return new Object[TRUTH.length()];
            }
            meet(push, log);
            if (best == null) {
                best = Timestamp.from(Instant.ofEpochSecond(recipient.bestHour(at, at + HOURS * SECONDS_PER_HOUR)));
            }
            Truth truth = moment.truth(recipient.network().appeal(post.get()), post.get(), push.type());
            return new Object[] {
                truth.oonc(),
                truth.engagement(),
                truth.dislike(),
                truth.gain(),
                truth.optOut(),
                moment.attention(),
                moment.fatigue(),
                best
            };
        }

        Object[] foreseen(Push push, List<Row> log) {
            Optional<Post> post = model.post(push.itemType(), push.itemId());
            if (post.isEmpty()) {
                return new Object[FORESEEN.length()];
            }
            meet(push, log);
            if (later == null) {
                later = LongStream.range(0, Pushing.HOURS)
                        .mapToObj(hour -> recipient.at(at + hour * SECONDS_PER_HOUR + SECONDS_PER_HOUR / 2))
                        .toList();
            }
            Appeal appeal = recipient.network().appeal(post.get());
            List<Truth> truths = later.stream()
                    .map(then -> then.truth(appeal, post.get(), push.type()))
                    .toList();
            return new Object[] {
                truths.stream().mapToDouble(Truth::oonc).average().orElseThrow(),
                truths.stream().mapToDouble(Truth::engagement).average().orElseThrow()
            };
        }

        private void meet(Push push, List<Row> log) {
            if (push.userId() != userId || push.at() != at) {
                userId = push.userId();
                at = push.at();
                recipient = recipient(model, userId, log, at);
                moment = recipient.at(at);
                best = null;
                later = null;
            }
        }
    }

    /** What a push is worth. */
    public enum Value {
        /** P(opened, or clicked in the notifications tab). */
        OONC("p_oonc"),
        /** P(opened and engaged with). */
        ENGAGEMENT("p_engagement"),
        /** By how much it raises the probability of a visit. */
        GAIN("gain");

        private final String column;

        Value(String column) {
            this.column = column;
        }

        /** Name of the value's column in {@link TruthOf#of}. */
        public String column() {
            return column;
        }

        double of(Truth truth) {
            return switch (this) {
                case OONC -> truth.oonc();
                case ENGAGEMENT -> truth.engagement();
                case GAIN -> truth.gain();
            };
        }
    }

    /**
     * The best of many posts for each user, and what any of them is worth on average. Every user is weighed against every
     * post, except those of its own: the work grows with users × posts.
     *
     * @param users {@code user_id}
     * @param posts ids of posts, few enough for each executor
     * @param most how many for each user
     * @return {@code user_id}; {@code mean}, the average value of a post; {@code best}, an array of {@code item_id} and
     *     {@code value}, best first, and of equal ones the lower id
     */
    public Dataset<Row> best(Dataset<Row> users, long[] posts, Instant at, Value value, int most) {
        WorldOptions of = options;
        long second = at.getEpochSecond();
        Broadcast<long[]> all = new JavaSparkContext(users.sparkSession().sparkContext()).broadcast(posts);
        MapFunction<Row, Row> function = user -> best(
                recipient(WorldModel.of(of), user.getLong(0), list(user, 1), second), all.value(), second, value, most);
        return users.select("user_id")
                .join(log, new String[] {"user_id"}, "left_outer")
                .select("user_id", "log")
                .map(function, Encoders.row(BEST));
    }

    private record Weighed(long postId, double value) {}

    private static Row best(Recipient recipient, long[] posts, long at, Value value, int most) {
        WorldModel model = recipient.model();
        Moment moment = recipient.at(at);
        Comparator<Weighed> worstFirst =
                Comparator.comparingDouble(Weighed::value).thenComparing(Weighed::postId, Comparator.reverseOrder());
        PriorityQueue<Weighed> best = new PriorityQueue<>(most + 1, worstFirst);
        double sum = 0;
        int count = 0;
        for (long postId : posts) {
            if (Post.authorOf(postId) != recipient.person().id()) {
                Post post = model.posting().known(postId);
                double worth = value.of(moment.truth(recipient.network().appeal(post), post, ANY_TYPE));
                sum += worth;
                count++;
                best.add(new Weighed(postId, worth));
                if (best.size() > most) {
                    best.remove();
                }
            }
        }
        Row[] bestFirst = best.stream()
                .sorted(worstFirst.reversed())
                .map(weighed -> RowFactory.create(weighed.postId(), weighed.value()))
                .toArray(Row[]::new);
        return RowFactory.create(recipient.person().id(), count == 0 ? null : sum / count, bestFirst);
    }

    /** Ids of some posts, ascending, as {@link #best} takes them. */
    public static long[] ids(Dataset<Row> posts) {
        return posts.select("post_id").orderBy("post_id").collectAsList().stream()
                .mapToLong(row -> row.getLong(0))
                .toArray();
    }

    /** An entry of a log. */
    record Pushed(
            long sentAt,
            String itemType,
            long itemId,
            String type,
            boolean isOonc,
            boolean isDisliked,
            OptionalLong visitedAt) {

        static Pushed of(Row row) {
            return new Pushed(
                    row.getLong(0),
                    row.getString(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getBoolean(4),
                    row.getBoolean(5),
                    row.isNullAt(6) ? OptionalLong.empty() : OptionalLong.of(row.getLong(6)));
        }
    }

    /** A recipient after the pushes of a log before an instant. */
    static Recipient recipient(WorldModel model, long userId, List<Row> log, long until) {
        Recipient recipient = new Recipient(model, model.network(userId));
        for (Row row : log) {
            Pushed push = Pushed.of(row);
            if (push.sentAt() < until) {
                recipient.remember(
                        model.post(push.itemType(), push.itemId()).orElse(null),
                        push.itemId(),
                        push.type(),
                        push.sentAt(),
                        push.isOonc(),
                        push.isDisliked());
            }
        }
        return recipient;
    }
}
