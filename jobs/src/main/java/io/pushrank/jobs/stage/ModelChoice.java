package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.ModelsConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.RowExpression;
import io.pushrank.udf.feature.Guarded;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Which version of the heavy ranker scores whom, as the setting {@code heavy_rank.models} says. */
public final class ModelChoice {
    /** Column of the version that scores a row. */
    public static final String VERSION = "model_version";

    private final ModelsConfig config;
    /** Of each rule. */
    private final List<RowExpression> conditions;

    private ModelChoice(ModelsConfig config, List<RowExpression> conditions) {
        this.config = config;
        this.conditions = List.copyOf(conditions);
    }

    /**
     * Reads the setting.
     *
     * @throws PushrankException with exit code 2 when a condition is no SQL, has parameters, or names a fact that is not there
     *     or not of the recipient alone
     */
    public static ModelChoice of(Facts facts) {
        ModelsConfig config = facts.config().heavyRank().models();
        List<RowExpression> conditions = new ArrayList<>();
        for (int i = 0; i < config.rules().size(); i++) {
            String where = where(i);
            RowExpression condition =
                    RowExpression.of(where, config.rules().get(i).when());
            if (!condition.parameters().isEmpty()) {
                throw PushrankException.usage(where + " must have no parameters, but has " + condition.parameters());
            }
            facts.require(condition.references(), Set.of("user_id"), where);
            conditions.add(condition);
        }
        return new ModelChoice(config, conditions);
    }

    private static String where(int rule) {
        return "config: " + ModelsConfig.keyOf(rule) + ".when";
    }

    /** Facts that the conditions name. */
    public Set<Reference> references() {
        Set<Reference> references = new TreeSet<>();
        conditions.forEach(condition -> references.addAll(condition.references()));
        return references;
    }

    /**
     * Every version that may score somebody, by its name: the rules' in their order, then the fallback.
     *
     * @throws io.pushrank.udf.model.ModelException when one is missing or not whole
     */
    public Map<String, ModelPackage> models(Models models) {
        Map<String, ModelPackage> all = new LinkedHashMap<>();
        for (Optional<String> version : config.versions()) {
            ModelPackage model = models.get(ModelKind.HEAVY, version);
            all.putIfAbsent(model.version(), model);
        }
        return all;
    }

    /** The version of those of whom no condition is true. */
    public ModelPackage fallback(Models models) {
        return models.get(ModelKind.HEAVY, config.fallback());
    }

    /**
     * Checks that each version that is named is there.
     *
     * @throws PushrankException with exit code 2 when one is not
     */
    void requireVersions(Models models) {
        for (int i = 0; i < conditions.size(); i++) {
            models.require(ModelsConfig.keyOf(i) + ".model", ModelKind.HEAVY, config.version(i));
        }
        config.fallback().ifPresent(version -> models.require(ModelsConfig.KEY + ".default", ModelKind.HEAVY, version));
    }

    /** Rows of users with {@link #VERSION}: see {@link #ofUsers}. */
    Dataset<Row> ofRows(StageContext context, Dataset<Row> rows) {
        return conditions.isEmpty()
                ? rows.withColumn(VERSION, lit(fallback(context.models()).version()))
                : rows.join(ofUsers(context, rows.select("user_id").distinct()), "user_id");
    }

    /**
     * The version of each user. A condition that fails for a user is not true of it.
     *
     * @param users user_id, each once
     * @return user_id and model_version
     * @throws PushrankException with exit code 2 when a condition is not BOOLEAN, or cannot be calculated
     */
    public Dataset<Row> ofUsers(StageContext context, Dataset<Row> users) {
        Dataset<Row> known = context.facts(references()).join(users);
        Column version = lit(fallback(context.models()).version());
        for (int i = conditions.size() - 1; i >= 0; i--) {
            Column condition = conditions.get(i).condition(known, Map.of(), where(i));
            Column holds = coalesce(Guarded.of(condition, ModelsConfig.keyOf(i), context.ruleErrors()), lit(false));
            version = when(holds, lit(config.version(i))).otherwise(version);
        }
        return known.select(col("user_id"), version.as(VERSION));
    }
}
