package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.RankingConfig.SendTimesConfig;
import io.pushrank.jobs.config.SendTimeChoice;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.api.java.UDF6;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.Iterable;
import scala.jdk.javaapi.CollectionConverters;

/** 5. What is sent: every rule, then a walk down each user's ranking that hands out the slots which cap and spacing leave. */
public record QualityControl() implements Stage {
    private static final Reference OPEN_RATES = new Reference("send_time", "open_rates");
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();
    private static final UserDefinedFunction LOCAL =
            udf((UDF2<Long, String, String>) QualityControl::local, DataTypes.StringType);

    @Override
    public String verb() {
        return "quality-control";
    }

    @Override
    public String summary() {
        return "5. What is sent: every rule, then cap and spacing down each user's ranking.";
    }

    @Override
    public Set<Table> reads() {
        return Set.of(Table.HEAVY_RANKED, Table.TARGETS);
    }

    @Override
    public Set<Reference> references(Vocabulary vocabulary, Models models) {
        Set<Reference> references = new TreeSet<>(vocabulary.rules().references(Step.QUALITY_CONTROL));
        if (vocabulary.config().qualityControl().sendTimes().choose() == SendTimeChoice.BEST) {
            references.add(OPEN_RATES);
        }
        return references;
    }

    @Override
    public Table writes() {
        return Table.SENDS;
    }

    @Override
    public Optional<Table> accountsFor() {
        return Optional.of(Table.HEAVY_RANKED);
    }

    @Override
    public boolean givesSends() {
        return true;
    }

    @Override
    public Dataset<Row> judge(StageContext context) {
        int most = context.config().qualityControl().sendsPerRun();
        Rules rules = context.vocabulary().rules();
        Dataset<Row> ranked = context.read(Table.HEAVY_RANKED);
        SendTimesConfig times = context.config().qualityControl().sendTimes();
        boolean isBest = times.choose() == SendTimeChoice.BEST;
        Dataset<Row> known = context.facts(references(context.vocabulary(), context.models()))
                .amongItemsOf(ranked)
                .join(ranked.repartition(col("user_id")));
        Dataset<Row> targets = context.read(Table.TARGETS)
                .select("user_id", "push_cap", "sent_at_24h", "last_sent_at", "spacing_seconds", "time_zone");
        Dataset<Row> ruled = rules.judge(known, Step.QUALITY_CONTROL, "broken", context.ruleErrors())
                .select(Stream.concat(
                                Stream.concat(Arrays.stream(ranked.columns()), Stream.of("broken"))
                                        .map(functions::col),
                                Stream.of((isBest ? col(OPEN_RATES.toString()) : lit(null)).as("open_rates")))
                        .toArray(Column[]::new))
                .join(targets, "user_id")
                .withColumn("passes", size(col("broken")).equalTo(0));
        Column place = row_number()
                .over(Window.partitionBy("user_id", "passes")
                        .orderBy(col("rank").asc()));
        Column slot = get(col("slots"), col("position").minus(1));
        Column passedOver = when(
                col("passes").and(col("send_micros").isNull()),
                when(col("position").gt(most), lit(StageReason.BELOW_TOP_PICK.code()))
                        .otherwise(lit(StageReason.NO_SLOT.code())));
        return ruled.withColumn("position", when(col("passes"), place))
                .withColumn("slots", slots(context.asOf(), times, most))
                .withColumn("send_micros", when(col("position").leq(most), slot))
                .withColumn("reasons", concat(col("broken"), array_compact(array(passedOver))))
                .withColumn("send_at", timestamp_micros(col("send_micros")))
                .withColumn("send_at_local", LOCAL.apply(col("send_micros"), col("time_zone")))
                .withColumn("actors", actors())
                .withColumn("send_id", sendId(context));
    }

    /** Derived from date, user and item alone, so that a re-run gives the same. */
    private static Column sendId(StageContext context) {
        Column parts = concat_ws("|", lit(context.date().toString()), col("user_id"), col("item_type"), col("item_id"));
        return sha2(parts.cast("binary"), 256).substr(1, 32);
    }

    /** Actors of the source that names most of them. */
    private static Column actors() {
        Column bySize = sort_array(
                transform(
                        col("sources"),
                        source -> struct(
                                size(source.getField("actors")).as("size"),
                                source.getField("actors").as("actors"))),
                false);
        return get(bySize, lit(0)).getField("actors");
    }

    private static Column slots(Instant asOf, SendTimesConfig times, int most) {
        SendSlots slots = new SendSlots(
                ChronoUnit.MICROS.between(Instant.EPOCH, asOf),
                TimeUnit.HOURS.toMicros(times.windowHours()),
                new QuietHours(times.quietFrom(), times.quietUntil()));
        UDF6<Iterable<Long>, Long, Long, Integer, String, Iterable<Double>, List<Long>> allot =
                (sent, lastSent, spacing, cap, timeZone, openRates) -> {
                    SendSlots.Recipient recipient =
                            new SendSlots.Recipient(list(sent), lastSent, spacing, cap, zone(timeZone));
                    return openRates == null
                            ? slots.earliest(recipient, most)
                            : slots.best(recipient, most, list(openRates));
                };
        UserDefinedFunction function = udf(allot, DataTypes.createArrayType(DataTypes.LongType));
        return function.apply(
                transform(col("sent_at_24h"), functions::unix_micros),
                unix_micros(col("last_sent_at")),
                col("spacing_seconds").multiply(TimeUnit.SECONDS.toMicros(1)),
                col("push_cap"),
                col("time_zone"),
                col("open_rates").cast("array<double>"));
    }

    private static <T> List<T> list(Iterable<T> values) {
        return List.copyOf(CollectionConverters.asJavaCollection(values));
    }

    private static String local(Long micros, String timeZone) {
        return micros == null
                ? null
                : Instant.EPOCH
                        .plus(micros, ChronoUnit.MICROS)
                        .atZone(zone(timeZone))
                        .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
    }

    /** A name that is no time zone is as good as none: one wrong row must not end the run. */
    private static ZoneId zone(String name) {
        return name != null && ZONES.contains(name) ? ZoneId.of(name) : ZoneOffset.UTC;
    }
}
