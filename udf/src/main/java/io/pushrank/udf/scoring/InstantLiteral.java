package io.pushrank.udf.scoring;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeGenerator$;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.expressions.codegen.JavaCode;
import org.apache.spark.sql.types.DataType;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A constant instant, date or large number that generated code reads from a field, where Spark's literals stand in the code
 * itself: so the code of two instants is the same text, is compiled once, and is warm when the second begins.
 */
final class InstantLiteral extends Expression implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Microseconds or a number as Long, or days as Integer. */
    private final Serializable value;

    private final DataType type;

    /** In place of a literal that is not NULL. */
    InstantLiteral(Literal literal) {
        this.value = (Serializable) literal.value();
        this.type = literal.dataType();
    }

    /** None. Spark's own class for that, LeafExpression, cannot be extended in Java. */
    @Override
    public Seq<Expression> children() {
        return CollectionConverters.asScala(List.<Expression>of()).toSeq();
    }

    /** Whoever folds it would write it into the code again. */
    @Override
    public boolean foldable() {
        return false;
    }

    @Override
    public boolean nullable() {
        return false;
    }

    @Override
    public DataType dataType() {
        return type;
    }

    @Override
    public Object eval(InternalRow row) {
        return value;
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        String boxed = CodeGenerator$.MODULE$.boxedType(type);
        String reference = context.addReferenceObj("instant", value, boxed);
        String field = context.addMutableState(
                CodeGenerator$.MODULE$.javaType(type),
                "instant",
                name -> "%s = %s;".formatted(name, reference),
                false,
                true);
        return ExprCode.forNonNullValue(JavaCode.global(field, type));
    }

    @Override
    public String prettyName() {
        return "instant";
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return this;
    }

    @Override
    public int productArity() {
        return 2;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> value;
            case 1 -> type;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof InstantLiteral;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InstantLiteral that && value.equals(that.value) && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return 31 * value.hashCode() + type.hashCode();
    }

    /** As Spark's own. */
    @Override
    public String toString() {
        return new Literal(value, type).toString();
    }
}
