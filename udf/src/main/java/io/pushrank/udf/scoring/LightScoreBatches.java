package io.pushrank.udf.scoring;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.ConditionalExpression;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.HigherOrderFunction;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.expressions.TryEval;
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
 *
 * <p>A call stays where it is when not every row needs it (in a branch of CASE, IF, coalesce, AND, OR). A filter's
 * conditions without a call stay below the scoring: only rows that pass them are scored.
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
                if (node instanceof FilterExec filter) {
                    return rewrite(filter);
                }
                return node instanceof ProjectExec project ? rewrite(project) : node;
            }
        });
    }

    private static SparkPlan rewrite(ProjectExec project) {
        SparkPlan child = project.child();
        // A filter below was rewritten already: it hides its score behind its own columns.
        SparkPlan base = withoutHiding(project, child);
        Map<Expression, Attribute> known = known(base);
        Map<Expression, LightScore> calls = new LinkedHashMap<>();
        boolean usesKnown = false;
        for (Expression expression : CollectionConverters.asJava(project.expressions())) {
            addUnconditionalCalls(expression, calls);
            usesKnown |= expression.exists(part -> known.containsKey(part.canonicalized()));
        }
        calls.values().removeIf(call -> !call.references().subsetOf(child.outputSet()));
        if (calls.isEmpty() && !usesKnown) {
            return project;
        }
        if (!usesKnown) {
            known.clear();
        }
        SparkPlan scored = withScores(usesKnown ? base : child, calls, known);
        SparkPlan result = project.transformExpressions(replacement(known));
        return result.withNewChildren(CollectionConverters.asScala(List.of(pruned(scored, result.references())))
                .toSeq());
    }

    private static SparkPlan rewrite(FilterExec filter) {
        List<Expression> first = new ArrayList<>();
        List<Expression> rest = new ArrayList<>();
        Map<Expression, LightScore> calls = new LinkedHashMap<>();
        forEachConjunct(filter.condition(), condition -> {
            boolean needsScore = condition.exists(LightScore.class::isInstance);
            (needsScore || !condition.deterministic() ? rest : first).add(condition);
            addUnconditionalCalls(condition, calls);
        });
        calls.values()
                .removeIf(call -> !call.references().subsetOf(filter.child().outputSet()));
        if (calls.isEmpty()) {
            return filter;
        }
        SparkPlan kept = conjunction(first)
                .<SparkPlan>map(condition -> new FilterExec(condition, filter.child()))
                .orElse(filter.child());
        Map<Expression, Attribute> known = new LinkedHashMap<>();
        SparkPlan scored = withScores(kept, calls, known);
        Expression condition = conjunction(rest).orElseThrow();
        SparkPlan result = new FilterExec(condition, scored).transformExpressions(replacement(known));
        return new ProjectExec(named(filter.output()), result);
    }

    private static void forEachConjunct(Expression condition, Consumer<Expression> each) {
        if (condition instanceof And both) {
            forEachConjunct(both.left(), each);
            forEachConjunct(both.right(), each);
        } else {
            each.accept(condition);
        }
    }

    private static Optional<Expression> conjunction(List<Expression> conditions) {
        return conditions.stream().reduce(And::new);
    }

    /** Calls that are evaluated for every row, whatever its other values are. */
    private static void addUnconditionalCalls(Expression expression, Map<Expression, LightScore> calls) {
        if (expression instanceof LightScore call) {
            calls.putIfAbsent(call.canonicalized(), call);
        } else if (expression instanceof And both) {
            addUnconditionalCalls(both.left(), calls);
        } else if (expression instanceof Or either) {
            addUnconditionalCalls(either.left(), calls);
        } else if (expression instanceof ConditionalExpression conditional) {
            addUnconditionalCalls(conditional.alwaysEvaluatedInputs(), calls);
        } else if (expression instanceof HigherOrderFunction function) {
            // What is inside its lambda may need the lambda's own variables.
            addUnconditionalCalls(function.arguments(), calls);
        } else if (!(expression instanceof TryEval)) {
            // Taken out of a try_… function, an error would no longer become NULL.
            addUnconditionalCalls(expression.children(), calls);
        }
    }

    private static void addUnconditionalCalls(Seq<Expression> expressions, Map<Expression, LightScore> calls) {
        CollectionConverters.asJava(expressions).forEach(expression -> addUnconditionalCalls(expression, calls));
    }

    /** Scores on top of a plan the calls that are not known yet, and makes them known. */
    private static SparkPlan withScores(
            SparkPlan plan, Map<Expression, LightScore> calls, Map<Expression, Attribute> known) {
        SparkPlan scored = plan;
        for (Map.Entry<Expression, LightScore> call : calls.entrySet()) {
            if (known.containsKey(call.getKey())) {
                continue;
            }
            Attribute result = new AttributeReference(
                    LightScore.NAME,
                    call.getValue().dataType(),
                    true,
                    Metadata.empty(),
                    NamedExpression.newExprId(),
                    CollectionConverters.asScala(List.<String>of()).toSeq());
            scored = new LightScoringExec(call.getValue(), result, scored.output(), scored);
            known.put(call.getKey(), result);
        }
        return scored;
    }

    /** Scorings on top of a plan hand on what is needed above them and nothing else: features are large. */
    private static SparkPlan pruned(SparkPlan plan, AttributeSet needed) {
        if (!(plan instanceof LightScoringExec scoring)) {
            return plan;
        }
        Seq<Attribute> kept = CollectionConverters.asScala(
                        CollectionConverters.asJava(scoring.child().output()).stream()
                                .filter(needed::contains)
                                .toList())
                .toSeq();
        SparkPlan child =
                pruned(scoring.child(), needed.$plus$plus(scoring.call().references()));
        return new LightScoringExec(scoring.call(), scoring.result(), kept, child);
    }

    private static SparkPlan withoutHiding(ProjectExec upper, SparkPlan plan) {
        if (plan instanceof ProjectExec project
                && project.child() instanceof FilterExec filter
                && !known(filter).isEmpty()
                // Else it is a query's own projection, whose columns are needed.
                && upper.references().subsetOf(filter.outputSet())) {
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
