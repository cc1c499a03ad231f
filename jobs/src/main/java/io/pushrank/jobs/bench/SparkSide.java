package io.pushrank.jobs.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.Hydration;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelKind;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * Parts of a published day again, each by itself, without what a run does around them: no digests, funnel or gates. Every
 * part reads its inputs anew and keeps nothing for the next.
 */
final class SparkSide {
    private static final String[] ORDER = {"user_id", "item_type", "item_id"};

    /** What facts.sql of DuckDB joins, too. */
    private static final Set<Reference> SOME_FACTS = references(
            "user.country user.is_verified user.follows user.followers",
            "author.country author.is_verified author.follows author.followers",
            "post.media post.text_length post.impressions post.likes post.reposts post.replies",
            "pair.likes pair.reposts pair.impressions pair.weight pair.weight_back pair.is_followed pair.is_following_back");

    private final SparkSession spark;
    private final Layout layout;
    private final Vocabulary vocabulary;
    private final LocalDate date;
    private final String folder;

    /**
     * @param folder for what is written
     */
    SparkSide(SparkSession spark, Layout layout, Vocabulary vocabulary, LocalDate date, String folder) {
        this.spark = spark;
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.date = date;
        this.folder = folder;
    }

    /** The sources whose tables are there, in order of display. */
    List<Source> sources() {
        try (StageContext context = context()) {
            return vocabulary.sources().all().stream()
                    .filter(source -> vocabulary.facts().tablesOf(source.query()).stream()
                            .allMatch(table -> context.relations().has(table)))
                    .toList();
        }
    }

    /** Proposals of one source, into nothing; gives their number. */
    long source(Source source) {
        try (StageContext context = context()) {
            Dataset<Row> targets = context.read(Table.TARGETS).filter(col("is_eligible"));
            Dataset<Row> known =
                    context.facts(vocabulary.sources().references()).join(targets);
            Dataset<Row> rows = Candidates.proposed(
                    context, source, source.recipients(known).select(columns(targets)));
            return intoNothing(rows.withColumn(
                            "rank",
                            row_number()
                                    .over(Window.partitionBy("user_id")
                                            .orderBy(
                                                    col("score").desc(),
                                                    col("item_id").asc())))
                    .filter(col("rank").leq(source.limit())));
        }
    }

    /** The stage candidates: every source, the merge and the rules, from files to files; gives the candidates kept. */
    long candidates() {
        Candidates stage = new Candidates();
        String kept = folder + "/candidates";
        try (StageContext context = StageContext.of(spark, layout, vocabulary, date, Findings.none(), stage)) {
            Dataset<Row> judged = context.relations().keep(stage.judge(context));
            write(judged.filter(size(col("reasons")).equalTo(0)).drop("reasons"), kept);
            write(
                    judged.filter(size(col("reasons")).gt(0))
                            .select(
                                    col("user_id"),
                                    col("item_type"),
                                    col("item_id"),
                                    col("sources.source").as("sources"),
                                    col("reasons")),
                    folder + "/removed");
        }
        return spark.read().parquet(kept).count();
    }

    private void write(Dataset<Row> rows, String to) {
        rows.repartition(vocabulary.config().outputPartitions(), col("user_id"))
                .sortWithinPartitions(ORDER[0], ORDER[1], ORDER[2])
                .write()
                .mode(SaveMode.Overwrite)
                .option("compression", "zstd")
                .parquet(to);
    }

    /** The facts that a ranker's features name, joined to the rows that it scores, into nothing. */
    long facts(ModelKind kind) {
        try (StageContext context = context()) {
            Set<Reference> references =
                    Hydration.references(FeatureList.of(context.models().get(kind)));
            Dataset<Row> rows = kind == ModelKind.HEAVY ? context.read(Table.LIGHT_RANKED) : contested(context);
            return intoNothing(context.facts(references).join(rows));
        }
    }

    /** Some facts joined to the rows that the heavy ranker scores, into nothing. */
    long someFacts() {
        try (StageContext context = context()) {
            Dataset<Row> joined = context.facts(SOME_FACTS).join(context.read(Table.LIGHT_RANKED));
            Column[] columns = Stream.concat(
                            Arrays.stream(ORDER).map(name -> col(name)),
                            SOME_FACTS.stream().map(fact -> col(fact.toString())
                                    .as(fact.toString().replace('.', '_'))))
                    .toArray(Column[]::new);
            return intoNothing(joined.select(columns));
        }
    }

    /** Candidates of users who have more of them than the light ranker keeps. */
    private Dataset<Row> contested(StageContext context) {
        Column isRanked =
                col("item_type").isin(vocabulary.facts().lightRankedTypes().toArray());
        return context.read(Table.CANDIDATES)
                .withColumn("ranked_count", count(when(isRanked, 1)).over(Window.partitionBy("user_id")))
                .filter(isRanked.and(
                        col("ranked_count").gt(vocabulary.config().lightRank().keep())));
    }

    /** Reads files and writes their rows again, as they are; gives their number. */
    long rewrite(InputFolders folders) {
        long rows = 0;
        for (Collection<String> ofTable : folders.byTable().values()) {
            Observation counted = new Observation();
            spark.read()
                    .parquet(ofTable.toArray(String[]::new))
                    .observe(counted, count(lit(1)).as("rows"))
                    .write()
                    .mode(SaveMode.Overwrite)
                    .option("compression", "zstd")
                    .parquet(folder + "/rewritten");
            rows += rows(counted);
        }
        return rows;
    }

    private static long intoNothing(Dataset<Row> rows) {
        Observation counted = new Observation();
        rows.observe(counted, count(lit(1)).as("rows"))
                .write()
                .format("noop")
                .mode(SaveMode.Overwrite)
                .save();
        return rows(counted);
    }

    private static long rows(Observation counted) {
        try {
            return (Long) counted.getAsJava().get("rows");
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Spark counted rows", failure);
        }
    }

    private StageContext context() {
        return StageContext.of(
                spark, layout, vocabulary, date, vocabulary.config().asOf(date), Findings.none());
    }

    private static Column[] columns(Dataset<Row> rows) {
        return Arrays.stream(rows.columns()).map(name -> col(name)).toArray(Column[]::new);
    }

    private static Set<Reference> references(String... lines) {
        Set<Reference> references = new TreeSet<>();
        for (String line : lines) {
            for (String fact : line.split(" ", -1)) {
                references.add(
                        new Reference(fact.substring(0, fact.indexOf('.')), fact.substring(fact.indexOf('.') + 1)));
            }
        }
        return references;
    }
}
