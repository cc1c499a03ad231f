package io.pushrank.udf.scoring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.FilterExec;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.Metadata;
import scala.PartialFunction;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractPartialFunction;

/**
 * Takes {@code light_score} out of projections and filters and puts a {@link LightScoringExec} below them, where rows are
 * scored in blocks. Calls of the same struct share one, also across a filter and the projection on top of it, so that each
 * row is scored once.
 */
final class LightScoreBatches extends Rule<SparkPlan> {
    @Override
    public SparkPlan apply(SparkPlan plan) {
        return plan.transformUp(new AbstractPartialFunction<SparkPlan, SparkPlan>() {
            @Override
            public boolean isDefinedAt(SparkPlan node) {
                return node instanceof ProjectExec || node instanceof FilterExec;
            }

            @Override
            public SparkPlan apply(SparkPlan node) {
                return isDefinedAt(node) ? rewrite(node) : node;
            }
        });
    }

    private static SparkPlan rewrite(SparkPlan node) {
        SparkPlan child = node.children().head();
        // A filter below was rewritten already: it hides its score behind its own columns.
        SparkPlan base = node instanceof ProjectExec ? withoutHiding(child) : child;
        Map<Expression, Attribute> known = known(base);
        Map<Expression, LightScore> calls = new LinkedHashMap<>();
        for (Expression expression : CollectionConverters.asJava(node.expressions())) {
            expression.foreach(part -> {
                if (part instanceof LightScore call && call.references().subsetOf(child.outputSet())) {
                    calls.putIfAbsent(call.canonicalized(), call);
                }
                return null;
            });
        }
        if (calls.isEmpty()) {
            return node;
        }
        SparkPlan scored = calls.keySet().stream().anyMatch(known::containsKey) ? base : child;
        if (scored != base) {
            known.clear();
        }
        for (Map.Entry<Expression, LightScore> call : calls.entrySet()) {
            if (!known.containsKey(call.getKey())) {
                Attribute result = new AttributeReference(
                        LightScore.NAME,
                        call.getValue().dataType(),
                        true,
                        Metadata.empty(),
                        NamedExpression.newExprId(),
                        CollectionConverters.asScala(List.<String>of()).toSeq());
                scored = new LightScoringExec(call.getValue(), result, scored);
                known.put(call.getKey(), result);
            }
        }
        SparkPlan replaced = node.transformExpressions(replacement(known));
        Seq<Attribute> output = node.output();
        SparkPlan result = replaced.withNewChildren(
                CollectionConverters.asScala(List.of(scored)).toSeq());
        return node instanceof ProjectExec ? result : new ProjectExec(named(output), result);
    }

    private static SparkPlan withoutHiding(SparkPlan plan) {
        if (plan instanceof ProjectExec project
                && project.child() instanceof FilterExec filter
                && !known(filter).isEmpty()) {
            return filter;
        }
        return plan;
    }

    /** Scores among a plan's columns, by call. */
    private static Map<Expression, Attribute> known(SparkPlan plan) {
        Map<Expression, Attribute> known = new LinkedHashMap<>();
        SparkPlan node = plan instanceof FilterExec filter ? filter.child() : plan;
        while (node instanceof LightScoringExec scoring) {
            known.put(scoring.call().canonicalized(), scoring.result());
            node = scoring.child();
        }
        return known;
    }

    private static PartialFunction<Expression, Expression> replacement(Map<Expression, Attribute> known) {
        return new AbstractPartialFunction<>() {
            @Override
            public boolean isDefinedAt(Expression expression) {
                return expression instanceof LightScore call && known.containsKey(call.canonicalized());
            }

            @Override
            public Expression apply(Expression expression) {
                return (Expression) known.get(expression.canonicalized());
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static Seq<NamedExpression> named(Seq<Attribute> attributes) {
        return (Seq<NamedExpression>) (Seq<?>) attributes;
    }
}
