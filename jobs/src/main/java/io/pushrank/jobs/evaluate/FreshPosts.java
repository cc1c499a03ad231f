package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.TruthOf;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/** Posts that are not too old to be sent, and what the rules say of them. */
final class FreshPosts {
    /** The rule that says how old an item may be. */
    private static final String TOO_OLD = "too_old";

    /** The source, and the parameter of the rule, of the videos that may be older. */
    private static final String VIDEO = "video";

    private static final String VIDEO_MAX_AGE_HOURS = VIDEO + "_" + Source.MAX_AGE_HOURS;

    private static final String[] ITEM = {"user_id", "item_type", "item_id"};

    private FreshPosts() {}

    /**
     * Hours that an item may be old, by the rule {@code too_old}, as {@code max_age_hours} and, of a video,
     * {@code video_max_age_hours}, which is longer where there is a source {@code video}; all that is read where the rule is
     * off.
     */
    static Map<String, Object> maxAges(Vocabulary vocabulary) {
        int maxAge = maxAge(vocabulary, Source.MAX_AGE_HOURS)
                .orElse(24 * vocabulary.config().inputs().lookbackDays());
        boolean isOfVideos = vocabulary.sources().all().stream()
                .anyMatch(source -> source.name().equals(VIDEO));
        int videoMaxAge = isOfVideos
                ? Math.max(maxAge, maxAge(vocabulary, VIDEO_MAX_AGE_HOURS).orElse(maxAge))
                : maxAge;
        return Map.of(Source.MAX_AGE_HOURS, maxAge, VIDEO_MAX_AGE_HOURS, videoMaxAge);
    }

    private static Optional<Integer> maxAge(Vocabulary vocabulary, String parameter) {
        return vocabulary.rules().all().stream()
                .filter(rule -> rule.name().equals(TOO_OLD) && rule.isOn())
                .map(rule -> rule.arguments().get(parameter))
                .flatMap(hours -> hours instanceof Integer whole ? Stream.of(whole) : Stream.empty())
                .findFirst();
    }

    /** Ids of those that were written since then and known at the as-of instant. */
    static long[] ids(StageContext context) {
        Map<String, Object> maxAges = maxAges(context.vocabulary());
        Column oldest = when(col("media").equalTo(VIDEO), lit(before(context, maxAges.get(VIDEO_MAX_AGE_HOURS))))
                .otherwise(lit(before(context, maxAges.get(Source.MAX_AGE_HOURS))));
        return TruthOf.ids(context.read(Table.POSTS).filter(col("created_at").gt(oldest)));
    }

    private static Instant before(StageContext context, Object hours) {
        return context.asOf().minus(Duration.ofHours((Integer) hours));
    }

    /** What stands in {@code sources} of an item that none proposes. */
    static Column noSources() {
        return array().cast(Table.CANDIDATES.schema().apply("sources").dataType());
    }

    /**
     * Adds {@code broken}, the codes of the rules that forbid an item, of all that stand between a proposal and a send.
     *
     * @param all {@code user_id}, {@code item_type}, {@code item_id}, and {@code sources}, empty where none proposes it
     */
    static Dataset<Row> judged(StageContext context, Dataset<Row> all) {
        Dataset<Row> items = context.relations().keep(all);
        Rules rules = context.vocabulary().rules();
        Set<Reference> references = new TreeSet<>(rules.references(Step.CANDIDATES));
        references.addAll(rules.references(Step.QUALITY_CONTROL));
        Dataset<Row> shown = Candidates.ofItems(context, items.select("user_id", "item_type", "item_id", "sources"));
        Dataset<Row> known = context.facts(references).join(shown);
        Dataset<Row> broken = rules.judge(
                        rules.judge(known, Step.CANDIDATES, "first", context.ruleErrors()),
                        Step.QUALITY_CONTROL,
                        "second",
                        context.ruleErrors())
                .select(
                        col("user_id"),
                        col("item_type"),
                        col("item_id"),
                        functions.concat(col("first"), col("second")).as("broken"));
        return items.join(broken, ITEM, "left_outer")
                .withColumn(
                        "broken",
                        coalesce(
                                col("broken"),
                                array(lit("unknown_item")).cast(DataTypes.createArrayType(DataTypes.StringType))));
    }
}
