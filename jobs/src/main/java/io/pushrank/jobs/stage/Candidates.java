package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.FactJoin;
import io.pushrank.jobs.fact.Query;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.source.Sources;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** 2. What each target could be sent: every source's proposals, merged per user and item, pruned by cheap rules and a cap. */
public record Candidates() implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(Candidates.class);

    /** What the table says of each candidate. */
    private static final Set<Reference> SHOWN = Set.of(
            new Reference("item", "author_id"),
            new Reference("item", "created_at"),
            new Reference("pair", "is_followed"));

    @Override
    public String verb() {
        return "candidates";
    }

    @Override
    public String summary() {
        return "2. What each target could be sent: every source's proposals, merged per user and item.";
    }

    @Override
    public Set<Table> reads() {
        return Set.of(Table.TARGETS);
    }

    @Override
    public Set<Reference> references(Vocabulary vocabulary, Models models) {
        Set<Reference> references = new TreeSet<>(vocabulary.rules().references(Step.CANDIDATES));
        references.addAll(vocabulary.sources().references());
        references.addAll(SHOWN);
        if (models.hasTowers() && vocabulary.sources().all().stream().anyMatch(NearestPosts::isReadBy)) {
            references.addAll(models.towers(vocabulary.facts()).references());
            references.addAll(NearestPosts.REFERENCES);
        }
        return references;
    }

    @Override
    public List<Query> queries(Vocabulary vocabulary) {
        return vocabulary.sources().queries();
    }

    @Override
    public Table writes() {
        return Table.CANDIDATES;
    }

    @Override
    public Optional<Table> accountsFor() {
        return Optional.empty();
    }

    @Override
    public Dataset<Row> judge(StageContext context) {
        Rules rules = context.vocabulary().rules();
        Dataset<Row> targets = context.read(Table.TARGETS).filter(col("is_eligible"));
        List<Source> sources = available(context);
        FactJoin facts = facts(context, sources, rules.references(Step.CANDIDATES));
        Dataset<Row> merged = known(context, merge(sources).of(proposals(context, sources, targets)), facts);
        Dataset<Row> judged = rules.judge(facts.join(merged), Step.CANDIDATES, "reasons", context.ruleErrors())
                .select(
                        "user_id",
                        "item_type",
                        "item_id",
                        "sources",
                        "author_id",
                        "item_created_at",
                        "is_in_network",
                        "notification_type",
                        "reasons");
        int keep = context.config().candidates().keep();
        Dataset<Row> capped = keep == 0
                ? judged
                : RoundRobin.of(context.vocabulary().sources())
                        .judge(judged, keep, context.vocabulary().facts().lightRankedTypes());
        // The targets are few: of the candidates a hash table may not fit.
        return targets.select("user_id")
                .hint("shuffle_hash")
                .join(capped, new String[] {"user_id"}, "left_outer")
                .withColumn(
                        "reasons",
                        when(col("item_id").isNull(), array(lit(StageReason.NO_CANDIDATES.code())))
                                .otherwise(col("reasons")));
    }

    /** Merged proposals for some targets. Each source proposes only to those among them of whom is true what it needs. */
    public static Dataset<Row> merged(StageContext context, Dataset<Row> targets) {
        List<Source> sources = available(context);
        Dataset<Row> merged = merge(sources).of(proposals(context, sources, targets));
        return shown(known(context, merged, facts(context, sources, Set.of())));
    }

    /**
     * As {@link #merged(StageContext, Dataset)}, of certain items alone: what others there are counts in the ranks.
     *
     * @param items {@code user_id}, {@code item_type} and {@code item_id}
     */
    public static Dataset<Row> merged(StageContext context, Dataset<Row> targets, Dataset<Row> items) {
        List<Source> sources = available(context);
        Dataset<Row> merged = merge(sources).of(proposals(context, sources, targets), items);
        return shown(known(context, merged, facts(context, sources, Set.of())));
    }

    private static FactJoin facts(StageContext context, List<Source> sources, Collection<Reference> references) {
        Set<Reference> all = new TreeSet<>(references);
        all.addAll(SHOWN);
        FactJoin facts = context.facts(all);
        recent(context, sources).ifPresent(facts::amongItemsOf);
        return facts;
    }

    /** Every item that is not too old for each source; empty when one of them does not say how old its items may be. */
    private static Optional<Dataset<Row>> recent(StageContext context, List<Source> sources) {
        if (sources.stream().anyMatch(source -> source.maxAgeHours().isEmpty())) {
            return Optional.empty();
        }
        return sources.stream()
                .collect(Collectors.toMap(
                        Source::itemType, source -> source.maxAgeHours().orElseThrow(), Math::max, TreeMap::new))
                .entrySet()
                .stream()
                .map(type -> context.relations()
                        .query(
                                context.vocabulary().facts().recent(type.getKey()),
                                Map.of(Source.MAX_AGE_HOURS, type.getValue())))
                .reduce(Dataset::union);
    }

    /** What each source proposes, whatever its limit. */
    private static Dataset<Row> proposals(StageContext context, List<Source> sources, Dataset<Row> targets) {
        Dataset<Row> known = withNeeds(context, targets);
        Dataset<Row> proposals = null;
        for (int priority = 0; priority < sources.size(); priority++) {
            Source source = sources.get(priority);
            Dataset<Row> ofSource = proposed(
                            context, source, source.recipients(known).select(columns(targets)))
                    .withColumn("priority", lit(priority));
            proposals = proposals == null ? ofSource : proposals.union(ofSource);
        }
        context.relations().instead(Table.TARGETS, targets);
        return proposals;
    }

    /** The targets with every fact that decides who gets what of which source, joined once for all sources. */
    private static Dataset<Row> withNeeds(StageContext context, Dataset<Row> targets) {
        Sources sources = context.vocabulary().sources();
        return sources.references().isEmpty()
                ? targets
                : context.relations().keep(context.facts(sources.references()).join(targets));
    }

    /**
     * What candidates are shown with, of items that some source may have proposed or not.
     *
     * @param items {@code user_id}, {@code item_type}, {@code item_id} and {@code sources}, empty where none did
     */
    public static Dataset<Row> ofItems(StageContext context, Dataset<Row> items) {
        return shown(known(context, items, context.facts(SHOWN)));
    }

    /** With what is shown of them, and the facts that give it. */
    private static Dataset<Row> known(StageContext context, Dataset<Row> merged, FactJoin facts) {
        Dataset<Row> ofItems = facts.join(merged, "item")
                .filter(col("item.created_at").isNotNull())
                .withColumn("author_id", col("item.author_id"))
                .withColumn("item_created_at", col("item.created_at"));
        return facts.join(ofItems, "pair")
                .withColumn("is_in_network", col("pair.is_followed"))
                .withColumn("notification_type", context.vocabulary().sources().notificationType());
    }

    /** Without facts. */
    private static Dataset<Row> shown(Dataset<Row> merged) {
        return merged.select(
                "user_id",
                "item_type",
                "item_id",
                "sources",
                "author_id",
                "item_created_at",
                "is_in_network",
                "notification_type");
    }

    private static Column[] columns(Dataset<Row> rows) {
        return Arrays.stream(rows.columns()).map(functions::col).toArray(Column[]::new);
    }

    /**
     * What a source proposes, whatever its limit: {@code user_id}, {@code item_id}, {@code score}, {@code actors}.
     *
     * @param recipients targets of whom is true what it needs; queries read them as the targets from now on
     */
    public static Dataset<Row> proposed(StageContext context, Source source, Dataset<Row> recipients) {
        context.relations().instead(Table.TARGETS, recipients);
        if (NearestPosts.isReadBy(source)) {
            NearestPosts.give(context, source, recipients);
        }
        return source.proposals(context.relations().query(source.query(), source.parameters()));
    }

    private static Merge merge(List<Source> sources) {
        return new Merge(sources.stream()
                .map(source -> new Merge.Origin(source.name(), source.itemType(), source.limit()))
                .toList());
    }

    /** The sources whose tables are there; the others are skipped with a warning that names the table. */
    private static List<Source> available(StageContext context) {
        List<Source> available = new ArrayList<>();
        for (Source source : context.vocabulary().sources().all()) {
            Optional<Table> absent = context.vocabulary().facts().tablesOf(source.query()).stream()
                    // The targets are at hand, published or not.
                    .filter(table ->
                            table != Table.TARGETS && !context.relations().has(table))
                    .findFirst();
            if (absent.isPresent()) {
                LOG.warn(
                        "source {} is skipped: table {} is absent",
                        source.name(),
                        absent.get().tableName());
            } else {
                available.add(source);
            }
        }
        if (available.isEmpty()) {
            throw PushrankException.input("every source of candidates is skipped: no input table of any is there");
        }
        return available;
    }
}
