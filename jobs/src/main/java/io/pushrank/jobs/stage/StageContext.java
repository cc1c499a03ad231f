package io.pushrank.jobs.stage;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.fact.FactJoin;
import io.pushrank.jobs.fact.Needs;
import io.pushrank.jobs.fact.Query;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.fact.SharedRelations;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.model.ModelException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a stage, or other work of one as-of instant, is given: the vocabulary, relations to read, and models. */
public final class StageContext implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StageContext.class);

    private final Vocabulary vocabulary;
    private final Relations relations;
    private final Models models;
    private final Set<Table> tables;
    /** What is shared by the parts of this work alone, and is let go of with it. */
    private final SharedRelations own;

    private final Map<String, String> notes = new TreeMap<>();
    /** What is known once all rows are written, by key. */
    private final Map<String, Supplier<Optional<String>>> later = new TreeMap<>();
    /** Null until something is calculated that may fail. */
    private FeatureErrors featureErrors;

    private FeatureErrors ruleErrors;

    private StageContext(
            Vocabulary vocabulary, Relations relations, Models models, Set<Table> tables, SharedRelations own) {
        this.vocabulary = vocabulary;
        this.relations = relations;
        this.models = models;
        this.tables = tables;
        this.own = own;
        relations.parameter("in_network_types", vocabulary.sources().names(Source.Network.IN));
        relations.parameter("out_of_network_types", vocabulary.sources().names(Source.Network.OUT));
    }

    /**
     * What a stage is given; it can read the tables that its facts and queries are made of, and those that it declares.
     *
     * @throws io.pushrank.udf.model.ModelException when a model whose features decide that is missing or not whole
     */
    public static StageContext of(
            SparkSession spark, Layout layout, Vocabulary vocabulary, LocalDate date, Findings findings, Stage stage) {
        return of(spark, layout, vocabulary, date, findings, stage, SharedRelations.none());
    }

    /**
     * As {@link #of(SparkSession, Layout, Vocabulary, LocalDate, Findings, Stage)}, of a day whose stages run one after the
     * other.
     *
     * @param shared what they share, see {@link #shared}
     */
    public static StageContext of(
            SparkSession spark,
            Layout layout,
            Vocabulary vocabulary,
            LocalDate date,
            Findings findings,
            Stage stage,
            SharedRelations shared) {
        Models models = new Models(spark, layout);
        Set<Reference> references = stage.references(vocabulary, models);
        List<Query> queries = stage.queries(vocabulary);
        Set<Table> readable = reads(vocabulary, stage, references, queries);
        StageContext context = new StageContext(
                vocabulary,
                Relations.sharing(
                        spark,
                        layout,
                        vocabulary.facts(),
                        date,
                        vocabulary.config().asOf(date),
                        findings,
                        readable,
                        shared),
                models,
                readable,
                SharedRelations.none());
        context.relations.expect(references, queries);
        return context;
    }

    /** What the stages of a day share; those whose model is missing or not whole share nothing, and say so themselves. */
    public static SharedRelations shared(
            SparkSession spark,
            Layout layout,
            Vocabulary vocabulary,
            LocalDate date,
            Findings findings,
            List<Stage> stages) {
        if (stages.size() < 2) {
            return SharedRelations.none();
        }
        StageContext day =
                of(spark, layout, vocabulary, date, vocabulary.config().asOf(date), findings);
        List<Needs> works = new ArrayList<>();
        for (Stage stage : stages) {
            try {
                works.add(needs(vocabulary, stage, day.models));
            } catch (ModelException unusable) {
                LOG.debug("{} shares nothing", stage.verb(), unusable);
            }
        }
        return SharedRelations.of(day.relations, works);
    }

    /**
     * What work is given that makes proposals and then joins them with facts: both share what they read.
     *
     * @param references the facts
     */
    public static StageContext ofProposals(
            SparkSession spark,
            Layout layout,
            Vocabulary vocabulary,
            LocalDate date,
            Instant asOf,
            Findings findings,
            Set<Reference> references) {
        StageContext both = of(spark, layout, vocabulary, date, asOf, findings);
        SharedRelations shared = SharedRelations.of(
                both.relations,
                List.of(
                        needs(vocabulary, new Candidates(), both.models),
                        // Whoever names a fact that is not there is told so where features are joined.
                        new Needs(vocabulary.facts())
                                .facts(references.stream()
                                        .filter(reference -> vocabulary
                                                .facts()
                                                .unknown(List.of(reference))
                                                .isEmpty())
                                        .toList())));
        return of(spark, layout, vocabulary, date, asOf, findings, shared);
    }

    private static Needs needs(Vocabulary vocabulary, Stage stage, Models models) {
        return new Needs(vocabulary.facts())
                .facts(stage.references(vocabulary, models))
                .queries(stage.queries(vocabulary));
    }

    private static Set<Table> reads(
            Vocabulary vocabulary, Stage stage, Collection<Reference> references, Collection<Query> queries) {
        Set<Table> tables = EnumSet.noneOf(Table.class);
        tables.addAll(stage.reads());
        tables.addAll(
                new Needs(vocabulary.facts()).facts(references).queries(queries).tables());
        return tables;
    }

    /**
     * Every table that a stage reads.
     *
     * @throws io.pushrank.udf.model.ModelException when a model whose features decide that is missing or not whole
     */
    public static Set<Table> reads(Vocabulary vocabulary, Stage stage, Models models) {
        return reads(vocabulary, stage, stage.references(vocabulary, models), stage.queries(vocabulary));
    }

    /** What work that is no stage is given: any table. */
    public static StageContext of(
            SparkSession spark, Layout layout, Vocabulary vocabulary, LocalDate date, Instant asOf, Findings findings) {
        return of(spark, layout, vocabulary, date, asOf, findings, SharedRelations.none());
    }

    private static StageContext of(
            SparkSession spark,
            Layout layout,
            Vocabulary vocabulary,
            LocalDate date,
            Instant asOf,
            Findings findings,
            SharedRelations shared) {
        Set<Table> all = EnumSet.allOf(Table.class);
        return new StageContext(
                vocabulary,
                Relations.sharing(spark, layout, vocabulary.facts(), date, asOf, findings, all, shared),
                new Models(spark, layout),
                all,
                shared);
    }

    /** Empty tables, to check a stage before anything is read. */
    static StageContext ofEmptyTables(SparkSession spark, Vocabulary vocabulary, LocalDate date, Models models) {
        return new StageContext(
                vocabulary,
                Relations.ofEmptyTables(
                        spark, vocabulary.facts(), date, vocabulary.config().asOf(date)),
                models,
                Set.of(),
                SharedRelations.none());
    }

    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** Every table that may be read. */
    public Set<Table> tables() {
        return tables;
    }

    public Relations relations() {
        return relations;
    }

    public RankingConfig config() {
        return vocabulary.config();
    }

    public LocalDate date() {
        return relations.date();
    }

    public Instant asOf() {
        return relations.asOf();
    }

    public Dataset<Row> read(Table table) {
        return relations.read(table);
    }

    /** Facts that are going to be joined to rows. */
    public FactJoin facts(Collection<Reference> references) {
        return relations.facts(references);
    }

    /** The models in use. */
    public Models models() {
        return models;
    }

    /** Has the run's manifest say something about how the work was done; {@code key} is a setting's. */
    public void note(String key, String text) {
        notes.put(key, text);
    }

    /** Has the run's manifest say something that is known once all rows are written; nothing where it is empty. */
    public void noteOnceWritten(String key, Supplier<Optional<String>> text) {
        later.put(key, text);
    }

    /** Counts what features could not be calculated on. */
    public FeatureErrors featureErrors() {
        if (featureErrors == null) {
            featureErrors = FeatureErrors.of(relations.spark());
        }
        return featureErrors;
    }

    /** Counts what rules could not be calculated on. */
    public FeatureErrors ruleErrors() {
        if (ruleErrors == null) {
            ruleErrors = FeatureErrors.of(relations.spark());
        }
        return ruleErrors;
    }

    /**
     * Notes what is known once all rows are written. Warns of the features and rules that lost values to errors.
     *
     * @param work what the rows were worked on for: the first part of the notes' keys
     */
    public void noteWritten(String work) {
        later.forEach((key, text) -> text.get().ifPresent(known -> {
            LOG.info("{}: {}", key, known);
            note(key, known);
        }));
        noteErrors(work, "feature", featureErrors);
        noteErrors(work, "rule", ruleErrors);
    }

    private void noteErrors(String work, String kind, FeatureErrors counted) {
        if (counted != null) {
            counted.report().forEach((name, errors) -> {
                LOG.warn("{}: {} {} is missing where its expression failed: {}", work, kind, name, errors);
                note(work + "." + kind + "s." + name, errors);
            });
        }
    }

    /** What was noted, by key. */
    public Map<String, String> notes() {
        return notes;
    }

    @Override
    public void close() {
        try (own) {
            relations.close();
        }
    }
}
