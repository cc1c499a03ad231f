package io.pushrank.udf.scoring;

import java.util.function.Predicate;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.QueryPlan;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ExpandExec;
import org.apache.spark.sql.execution.FilterExec;
import org.apache.spark.sql.execution.GenerateExec;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.joins.BaseJoinExec;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.TimestampType;
import scala.PartialFunction;
import scala.runtime.AbstractPartialFunction;

/**
 * Puts an {@link InstantLiteral} where a plan has an instant or a date. A day's code is then the next day's, and examples of
 * many instants share theirs.
 *
 * <p>As late as can be: by then Spark has folded what it can, and has handed to files the filters on literals. Functions of
 * aggregates and windows name their buffers when they are planned, so that theirs are replaced before.
 */
final class InstantLiterals {
    private InstantLiterals() {}

    private static boolean isInstant(Literal literal) {
        return literal.value() != null
                && (literal.dataType() instanceof TimestampType || literal.dataType() instanceof DateType);
    }

    private static boolean isReplaced(Literal literal) {
        if (literal.dataType() instanceof LongType && literal.value() instanceof Long number) {
            // Too large to count anything: microseconds of an instant, most likely.
            return number > Integer.MAX_VALUE || number < Integer.MIN_VALUE;
        }
        return isInstant(literal);
    }

    /** For aggregates and windows, after the optimizer's main part, which folds. */
    static final class Logical extends Rule<LogicalPlan> {
        @Override
        public LogicalPlan apply(LogicalPlan plan) {
            // Not numbers of windows, which may be bounds of their frames: these must be literals.
            LogicalPlan windows = replaced(plan, LogicalPlan.class, InstantLiterals::isInstant, Window.class);
            return replaced(windows, LogicalPlan.class, InstantLiterals::isReplaced, Aggregate.class);
        }
    }

    /** For what calculates, filters and joins rows. */
    static final class Physical extends Rule<SparkPlan> {
        @Override
        public SparkPlan apply(SparkPlan plan) {
            return replaced(
                    plan,
                    SparkPlan.class,
                    InstantLiterals::isReplaced,
                    ProjectExec.class,
                    FilterExec.class,
                    GenerateExec.class,
                    ExpandExec.class,
                    BaseJoinExec.class);
        }
    }

    private static <P extends QueryPlan<P>> P replaced(
            P plan, Class<P> type, Predicate<Literal> isReplaced, Class<?>... nodes) {
        PartialFunction<Expression, Expression> replacement = new AbstractPartialFunction<>() {
            @Override
            public boolean isDefinedAt(Expression expression) {
                return expression instanceof Literal literal && isReplaced.test(literal);
            }

            @Override
            public Expression apply(Expression literal) {
                return new InstantLiteral((Literal) literal);
            }
        };
        return type.cast(plan.transformUp(new AbstractPartialFunction<P, P>() {
            @Override
            public boolean isDefinedAt(P node) {
                for (Class<?> one : nodes) {
                    if (one.isInstance(node)) {
                        return true;
                    }
                }
                return false;
            }

            @Override
            public P apply(P node) {
                return type.cast(node.transformExpressions(replacement));
            }
        }));
    }
}
