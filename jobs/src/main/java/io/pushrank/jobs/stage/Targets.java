package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import io.pushrank.jobs.fact.Query;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.table.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** 1. Who may be notified now: settings, device, cap, spacing. */
public record Targets() implements Stage {
    private static final Query QUERY = Query.load("stages", "targets");

    @Override
    public String verb() {
        return "targets";
    }

    @Override
    public String summary() {
        return "1. Who may be notified now: settings, device, cap, spacing.";
    }

    @Override
    public Set<Table> reads() {
        return Set.of();
    }

    @Override
    public Set<Reference> references(Vocabulary vocabulary, Models models) {
        return vocabulary.rules().references(Step.TARGETS);
    }

    @Override
    public List<Query> queries(Vocabulary vocabulary) {
        return List.of(QUERY);
    }

    @Override
    public Table writes() {
        return Table.TARGETS;
    }

    @Override
    public Optional<Table> accountsFor() {
        return Optional.empty();
    }

    @Override
    public boolean writesRemoved() {
        return true;
    }

    @Override
    public boolean beginsDay() {
        return true;
    }

    @Override
    public Dataset<Row> judge(StageContext context) {
        Rules rules = context.vocabulary().rules();
        Dataset<Row> users = context.facts(rules.references(Step.TARGETS))
                .join(context.relations().query(QUERY, Map.of()));
        return rules.judge(users, Step.TARGETS, "reasons", context.ruleErrors())
                .withColumn("is_eligible", size(col("reasons")).equalTo(0));
    }
}
