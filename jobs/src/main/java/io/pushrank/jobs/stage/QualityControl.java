package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
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
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.table.Table;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import scala.collection.Iterable;
import scala.jdk.javaapi.CollectionConverters;

/** 5. What is sent: every rule, then a walk down each user's ranking that hands out the slots which cap and spacing leave. */
public record QualityControl() implements Stage {
    /** Column of judged rows: the probability with which the item is the user's first send, 0 to 1. */
    public static final String PROBABILITY = "probability";

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
        references.addAll(new SendTimes(vocabulary.config().qualityControl().sendTimes()).references());
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
        Exploration exploration =
                new Exploration(context.config().qualityControl().exploration());
        Rules rules = context.vocabulary().rules();
        Dataset<Row> ranked = context.read(Table.HEAVY_RANKED);
        SendTimes times = new SendTimes(context.config().qualityControl().sendTimes());
        Dataset<Row> known = context.facts(references(context.vocabulary(), context.models()))
                .amongItemsOf(ranked)
                .join(ranked.repartition(col("user_id")));
        Dataset<Row> targets = context.read(Table.TARGETS)
                .select("user_id", "push_cap", "sent_at_24h", "last_sent_at", "spacing_seconds", "time_zone");
        Dataset<Row> ruled = rules.judge(known, Step.QUALITY_CONTROL, "broken", context.ruleErrors())
                .select(Stream.concat(
                                Stream.concat(Arrays.stream(ranked.columns()), Stream.of("broken"))
                                        .map(functions::col),
                                Stream.of(times.openRates()))
                        .toArray(Column[]::new))
                .join(targets, "user_id")
                .withColumn("passes", size(col("broken")).equalTo(0));
        Column place = row_number()
                .over(Window.partitionBy("user_id", "passes")
                        .orderBy(col("rank").asc()));
        Column slot = get(col("slots"), col("position").minus(1));
        Column isFirst = col("position").equalTo(1);
        Column isWithheld = col("choice.arm").equalTo(Exploration.Arm.NO_SEND.code());
        Column passedOver = when(
                col("passes"),
                when(col("position").gt(most), lit(StageReason.BELOW_TOP_PICK.code()))
                        .when(col("send_micros").isNull(), lit(StageReason.NO_SLOT.code()))
                        .when(isWithheld, lit(StageReason.NO_SEND.code())));
        return ruled.withColumn("place", when(col("passes"), place))
                .withColumn("slots", times.slots(context.asOf(), most))
                .withColumn("choice", choice(context, exploration))
                .withColumn("position", position())
                .withColumn("send_micros", when(col("position").leq(most), slot))
                .withColumn("arm", when(isFirst, col("choice.arm")).otherwise(Exploration.Arm.RANK.code()))
                .withColumn(PROBABILITY, probability())
                .withColumn(
                        "propensity",
                        when(
                                        isWithheld,
                                        context.config()
                                                .qualityControl()
                                                .exploration()
                                                .noSendShare())
                                .when(isFirst, col(PROBABILITY))
                                .otherwise(lit(1.0)))
                .withColumn("reasons", concat(col("broken"), array_compact(array(passedOver))))
                .withColumn("send_at", timestamp_micros(col("send_micros")))
                .withColumn("send_at_local", SendTimes.local())
                .withColumn("actors", actors())
                .withColumn("send_id", sendId(context));
    }

    /** What is sent first by chance comes before what ranks above it. */
    private static Column position() {
        return when(col("place").equalTo(col("choice.place")), lit(1))
                .when(col("place").lt(col("choice.place")), col("place").plus(1))
                .otherwise(col("place"));
    }

    private static Column probability() {
        Column chosen = coalesce(get(col("choice.probabilities"), col("place").minus(1)), lit(0.0));
        return when(size(col("slots")).gt(0).and(col("passes")), chosen).otherwise(lit(0.0));
    }

    /** Of each user with items that pass: arm, place of the first send, and probabilities of the first places. */
    private static Column choice(StageContext context, Exploration exploration) {
        if (!exploration.isOn()) {
            return struct(
                    lit(Exploration.Arm.RANK.code()).as("arm"),
                    lit(1).as("place"),
                    array(lit(1.0)).as("probabilities"));
        }
        Column scores = collect_list(when(col("place").leq(exploration.topK()), col("score")))
                .over(Window.partitionBy("user_id", "passes")
                        .orderBy("rank")
                        .rowsBetween(Window.unboundedPreceding(), Window.unboundedFollowing()));
        UDF2<Iterable<Float>, Long, Row> choose = (list, seed) -> {
            double[] best = CollectionConverters.asJavaCollection(list).stream()
                    .mapToDouble(Float::doubleValue)
                    .toArray();
            if (best.length == 0) {
                return null;
            }
            Exploration.Choice choice = exploration.choose(best, seed);
            return RowFactory.create(
                    choice.arm().code(),
                    choice.place(),
                    Arrays.stream(exploration.probabilities(best)).boxed().toList());
        };
        Column seed = xxhash64(lit(context.config().seed()), lit(context.date().toString()), col("user_id"));
        return udf(choose, DataType.fromDDL("arm STRING, place INT, probabilities ARRAY<DOUBLE>"))
                .apply(scores, seed);
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
}
