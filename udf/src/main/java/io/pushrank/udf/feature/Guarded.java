package io.pushrank.udf.feature;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.ConditionalExpression;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.Block;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeGenerator$;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.classic.ExpressionUtils$;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * A feature's value, or NULL where its expression raises an error; a FLOAT that is NaN or infinite is NULL too. Both are
 * counted.
 *
 * <p>To Spark it is a conditional expression, of which nothing is evaluated for every row. Else Spark would evaluate what
 * two features share ahead of both, outside of their guards, and a constant part that fails while it plans the query.
 */
public final class Guarded extends Expression implements ConditionalExpression, Serializable {
    private static final long serialVersionUID = 1L;

    private final Expression child;
    private final String feature;
    private final FeatureErrors errors;

    private Guarded(Expression child, String feature, FeatureErrors errors) {
        this.child = child;
        this.feature = feature;
        this.errors = errors;
    }

    /**
     * Guards a value.
     *
     * @param feature what the value is of, as {@link FeatureErrors} counts it
     */
    public static Column of(Column value, String feature, FeatureErrors errors) {
        return ExpressionUtils$.MODULE$.column(
                new Guarded(ExpressionUtils$.MODULE$.expression(value), feature, errors));
    }

    @Override
    public Seq<Expression> children() {
        return Catalyst.sequence(List.of(child));
    }

    @Override
    public Seq<Expression> alwaysEvaluatedInputs() {
        return Catalyst.sequence(List.of());
    }

    @Override
    public ConditionalExpression withNewAlwaysEvaluatedInputs(Seq<Expression> inputs) {
        return this;
    }

    @Override
    public Seq<Seq<Expression>> branchGroups() {
        return Catalyst.sequence(List.of());
    }

    /** Not while the query is planned: errors are counted by rows. */
    @Override
    public boolean foldable() {
        return false;
    }

    @Override
    public boolean nullable() {
        return true;
    }

    @Override
    public DataType dataType() {
        return child.dataType();
    }

    @Override
    public Object eval(InternalRow row) {
        Object value;
        try {
            value = child.eval(row);
        } catch (Exception error) {
            errors.failed(feature, error);
            return null;
        }
        if (value instanceof Float number && !Float.isFinite(number)) {
            errors.notFinite(feature);
            return null;
        }
        return value;
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        ExprCode value = child.genCode(context);
        String counter = context.addReferenceObj("errors", errors, FeatureErrors.class.getName());
        String name = context.addReferenceObj("feature", feature, String.class.getName());
        String error = context.freshName("error");
        Block before = Catalyst.block(
                """
                boolean %1$s = true;
                %3$s %2$s = %4$s;
                try {
                """
                        .formatted(
                                code.isNull(),
                                code.value(),
                                CodeGenerator$.MODULE$.javaType(dataType()),
                                CodeGenerator$.MODULE$.defaultValue(dataType(), false)));
        Block after = Catalyst.block(
                """
                %1$s = %3$s;
                %2$s = %4$s;
                } catch (Exception %5$s) {
                %6$s.failed(%7$s, %5$s);
                }
                """
                        .formatted(code.isNull(), code.value(), value.isNull(), value.value(), error, counter, name));
        Block guarded = before.$plus(value.code()).$plus(after);
        if (dataType().equals(DataTypes.FloatType)) {
            guarded = guarded.$plus(Catalyst.block(
                    """
                    if (!%1$s && !Float.isFinite(%2$s)) {
                    %1$s = true;
                    %3$s.notFinite(%4$s);
                    }
                    """
                            .formatted(code.isNull(), code.value(), counter, name)));
        }
        return new ExprCode(guarded, code.isNull(), code.value());
    }

    @Override
    public String prettyName() {
        return "guarded";
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new Guarded(children.head(), feature, errors);
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> child;
            case 1 -> feature;
            case 2 -> errors;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof Guarded;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Guarded that
                && child.equals(that.child)
                && feature.equals(that.feature)
                && errors == that.errors;
    }

    @Override
    public int hashCode() {
        return 31 * child.hashCode() + feature.hashCode();
    }

    /** Nothing of the counter, which says nothing in a plan. */
    @Override
    public String toString() {
        return "guarded(" + child + ")";
    }
}
