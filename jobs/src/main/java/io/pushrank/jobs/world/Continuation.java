package io.pushrank.jobs.world;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.unix_seconds;

import io.pushrank.jobs.table.Table;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Goes on with a synthetic world where a policy of one's own decides what is pushed: what people do at home, what comes of
 * the pushes, and who they are the day after. What is drawn depends on person, item and day alone, so that policies can be
 * compared person by person.
 */
public final class Continuation {
    private static final StructType SENT =
            StructType.fromDDL("send_id STRING, user_id BIGINT, item_type STRING, item_id BIGINT, author_id BIGINT,"
                    + " notification_type STRING, send_at TIMESTAMP");
    private static final int ITEM_TYPE = 1;
    private static final int ITEM_ID = 2;
    private static final int TYPE = 3;
    private static final int SEND_ID = 4;
    private static final int AUTHOR_ID = 5;

    private final SparkSession spark;
    private final String directory;
    private final WorldOptions options;

    /** @param directory the world; its table notifications has what was pushed so far, also in days that were gone on with */
    public Continuation(SparkSession spark, String directory) {
        this.spark = spark;
        this.directory = directory;
        this.options = World.readOptions(spark, directory);
    }

    /** What tells the world from any other. */
    public String identity() {
        return options.toString();
    }

    /** Whether the world's days have the as-of instant of a run. */
    public boolean hasAsOf(LocalDate date, Instant asOf) {
        return asOf(date).equals(asOf);
    }

    /** The last day that the world has. */
    public LocalDate lastDay() {
        return options.lastDay();
    }

    /** The first day that the world has. */
    public LocalDate firstDay() {
        return options.date(0);
    }

    /**
     * What people do from a day to the world's last as if nothing were pushed.
     *
     * @param table ENGAGEMENTS or VISITS
     * @return the table's columns and {@code ds}
     */
    public Dataset<Row> atHome(Table table, LocalDate from) {
        WorldOptions of = options;
        int first = day(from);
        FlatMapFunction<Long, Row> function = id -> WorldRows.atHome(table, WorldModel.of(of), id, first);
        return stored(table, ids().flatMap(function, Encoders.row(World.made(table.schema()))))
                .filter(col("ds").geq(lit(from)));
    }

    private Dataset<Long> ids() {
        return spark.range(1, options.users() + 1).as(Encoders.LONG());
    }

    private int day(LocalDate date) {
        return options.dayOf(date.toEpochDay() * 86_400);
    }

    private Dataset<Row> stored(Table table, Dataset<Row> made) {
        List<Column> columns = new ArrayList<>();
        Arrays.stream(table.schema().fields()).forEach(field -> columns.add(World.stored(field)));
        LocalDate[] dates = new LocalDate[options.days()];
        Arrays.setAll(dates, options::date);
        columns.add(get(lit(dates), col("day")).as("ds"));
        return made.select(columns.toArray(Column[]::new));
    }

    /** Every user with all that was pushed to it before a day's as-of instant: {@code user_id}, {@code log}. */
    private Dataset<Row> logs(LocalDate date) {
        Dataset<Row> notifications = spark.read()
                .parquet(World.input(directory, Table.NOTIFICATIONS))
                .filter(col("sent_at").lt(lit(asOf(date))));
        return ids().toDF("user_id").join(TruthOf.log(notifications), new String[] {"user_id"}, "left_outer");
    }

    private Instant asOf(LocalDate date) {
        return Instant.ofEpochSecond(options.asOf(day(date)));
    }

    private static Recipient recipient(WorldModel model, long userId, List<Row> log) {
        return TruthOf.recipient(model, userId, log, Long.MAX_VALUE);
    }

    /** The snapshot of table users of a day: its columns and {@code ds}. */
    public Dataset<Row> users(LocalDate date) {
        WorldOptions of = options;
        int day = day(date);
        FlatMapFunction<Row, Row> function =
                user -> snapshot(WorldModel.of(of), user.getLong(0), TruthOf.list(user, 1), day);
        return stored(Table.USERS, logs(date).flatMap(function, Encoders.row(World.made(Table.USERS.schema()))));
    }

    private static Iterator<Row> snapshot(WorldModel model, long userId, List<Row> log, int day) {
        Recipient recipient = recipient(model, userId, log);
        Person person = recipient.person();
        long asOf = model.options().asOf(day);
        if (person.createdAt() >= model.options().startOf(day + 1)) {
            return List.<Row>of().iterator();
        }
        // What comes at the instant itself is not known yet.
        long known = asOf - 1;
        long last = log.stream()
                .map(TruthOf.Pushed::of)
                .flatMapToLong(push -> push.visitedAt().stream())
                .filter(at -> at <= known)
                .reduce(new Visits(model, person).last(known).orElse(Long.MIN_VALUE), Math::max);
        Object[] row = WorldRows.snapshot(
                person, day, recipient.isPushEnabled(known), last == Long.MIN_VALUE ? null : Long.valueOf(last));
        return List.of(RowFactory.create(row)).iterator();
    }

    /**
     * What a built-in policy sends on a day.
     *
     * @param seed of what it draws
     * @return columns as table sends has them: {@code send_id}, {@code user_id}, {@code item_type}, {@code item_id},
     *     {@code author_id}, {@code notification_type}, {@code send_at}
     */
    public Dataset<Row> sends(BuiltInPolicy policy, LocalDate date, long seed) {
        WorldOptions of = options;
        int day = day(date);
        long[] posts = fresh(date);
        HashMap<Long, Long> acting = new HashMap<>(acting(date));
        MapPartitionsFunction<Row, Row> function = users -> {
            WorldModel model = WorldModel.of(of);
            Fresh fresh = Fresh.of(model, posts, acting, day);
            List<Row> sends = new ArrayList<>();
            users.forEachRemaining(user -> send(model, policy, fresh, user.getLong(0), TruthOf.list(user, 1), seed)
                    .ifPresent(sends::add));
            return sends.iterator();
        };
        return logs(date).mapPartitions(function, Encoders.row(SENT));
    }

    private static Optional<Row> send(
            WorldModel model, BuiltInPolicy policy, Fresh fresh, long userId, List<Row> log, long seed) {
        Recipient recipient = recipient(model, userId, log);
        if (recipient.person().createdAt() >= fresh.at() || !recipient.isReachable(fresh.at())) {
            return Optional.empty();
        }
        return policy.choose(recipient, fresh, seed)
                .map(post -> RowFactory.create(
                        policy.type() + "-" + fresh.at() + "-" + userId,
                        userId,
                        Table.POST,
                        post.id(),
                        post.authorId(),
                        policy.type(),
                        Timestamp.from(Instant.ofEpochSecond(fresh.at()))));
    }

    private long[] fresh(LocalDate date) {
        return TruthOf.ids(spark.read()
                .parquet(World.input(directory, Table.POSTS))
                .filter(col("created_at").gt(lit(asOf(date.minusDays(1)))))
                .filter(col("created_at").leq(lit(asOf(date)))));
    }

    private Map<Long, Long> acting(LocalDate date) {
        Map<Long, Long> acting = new HashMap<>();
        spark.read()
                .parquet(World.input(directory, Table.ENGAGEMENTS))
                .filter(col("kind").isin("like", "repost", "reply", "quote", "click"))
                .filter(col("engaged_at").gt(lit(asOf(date.minusDays(1)))))
                .filter(col("engaged_at").leq(lit(asOf(date))))
                .groupBy("post_id")
                .agg(count_distinct(col("user_id")).as("people"))
                .collectAsList()
                .forEach(row -> acting.put(row.getLong(0), row.getLong(1)));
        return acting;
    }

    /**
     * What comes of a day's sends. One to a recipient who switched push notifications off meanwhile is not delivered.
     *
     * @param sends as table sends has them
     * @return table notifications with {@code ds}, and {@code has_opted_out}
     */
    public Dataset<Row> notifications(Dataset<Row> sends, LocalDate date) {
        WorldOptions of = options;
        int day = day(date);
        Dataset<Row> byUser = sends.select(
                        col("user_id"),
                        struct(
                                        unix_seconds(col("send_at")).as("send_at"),
                                        // As logs are sorted, so that sends of one instant are told in one order.
                                        col("item_type"),
                                        col("item_id"),
                                        col("notification_type"),
                                        col("send_id"),
                                        col("author_id"))
                                .as("send"))
                .groupBy("user_id")
                .agg(array_sort(collect_list("send")).as("sends"));
        FlatMapFunction<Row, Row> function = user -> notifications(
                        WorldModel.of(of), user.getLong(0), TruthOf.list(user, 1), TruthOf.list(user, 2), day)
                .iterator();
        StructType made = World.made(Table.NOTIFICATIONS.schema()).add("has_opted_out", "boolean");
        Dataset<Row> rows = logs(date)
                .join(byUser, new String[] {"user_id"})
                .select("user_id", "log", "sends")
                .flatMap(function, Encoders.row(made));
        List<Column> columns = new ArrayList<>();
        Arrays.stream(Table.NOTIFICATIONS.schema().fields()).forEach(field -> columns.add(World.stored(field)));
        columns.add(col("has_opted_out"));
        return rows.select(columns.toArray(Column[]::new)).withColumn("ds", to_date(col("sent_at")));
    }

    private static List<Row> notifications(WorldModel model, long userId, List<Row> log, List<Row> sends, int day) {
        Recipient recipient = recipient(model, userId, log);
        List<Row> rows = new ArrayList<>();
        for (Row send : sends) {
            long at = send.getLong(0);
            if (recipient.isReachable(at)) {
                Optional<Post> post = model.post(send.getString(ITEM_TYPE), send.getLong(ITEM_ID));
                Recipient.Outcome outcome = post.isPresent()
                        ? recipient.push(post.get(), send.getString(TYPE), at)
                        : recipient.pushNothing(send.getLong(ITEM_ID), send.getString(TYPE), at);
                rows.add(RowFactory.create(
                        send.getString(SEND_ID),
                        userId,
                        send.getString(ITEM_TYPE),
                        send.getLong(ITEM_ID),
                        send.get(AUTHOR_ID),
                        send.getString(TYPE),
                        at,
                        WorldRows.orNever(outcome.openedAt()),
                        WorldRows.orNever(outcome.tabClickedAt()),
                        WorldRows.orNever(outcome.engagedAt()),
                        WorldRows.orNever(outcome.dislikedAt()),
                        null,
                        null,
                        day,
                        outcome.hasOptedOut()));
            }
        }
        return rows;
    }

    /** The visits that notifications led to: columns of table visits and {@code ds}. */
    public Dataset<Row> visits(Dataset<Row> notifications) {
        Column at = coalesce(col("opened_at"), col("ntab_clicked_at"));
        return notifications
                .filter(at.isNotNull())
                .select(col("user_id"), at.as("visited_at"))
                .distinct()
                .withColumn("ds", to_date(col("visited_at")));
    }

    /** The engagements that notifications led to: columns of table engagements and {@code ds}. */
    public Dataset<Row> engagements(Dataset<Row> notifications) {
        WorldOptions of = options;
        MapFunction<Row, Row> function = engaged -> {
            WorldModel model = WorldModel.of(of);
            Post post = model.post(engaged.getString(1), engaged.getLong(2)).orElseThrow();
            Timeline.Act act = Pushing.act(model, engaged.getLong(0), post, engaged.getLong(3));
            return RowFactory.create(
                    act.userId(),
                    act.authorId(),
                    act.postId(),
                    act.kind(),
                    act.at(),
                    model.options().dayOf(act.at()));
        };
        Dataset<Row> made = notifications
                .filter(col("engaged_at").isNotNull())
                .select(col("user_id"), col("item_type"), col("item_id"), unix_seconds(col("engaged_at")))
                .map(function, Encoders.row(World.made(Table.ENGAGEMENTS.schema())));
        return stored(Table.ENGAGEMENTS, made).filter(col("ds").isNotNull());
    }
}
