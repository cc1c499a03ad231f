package io.pushrank.udf.scoring;

import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetStructField;
import org.apache.spark.sql.catalyst.expressions.codegen.Block;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeBlock;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.expressions.codegen.JavaCode;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.package$;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.Option;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The light ranker as a function of the struct of feature arrays; in SQL {@code light_score(features)}.
 *
 * <p>An expression of Spark's own kind: arrays come as they lie in memory and nothing is boxed. Its children are the arrays
 * that the light ranker reads, not the struct, so that Spark neither reads nor calculates the others. Where the session has
 * {@link PushrankExtensions}, the planner takes it out of projections and filters, so that each row is scored once, in
 * blocks ({@link LightScoreBatches}); elsewhere it scores row by row, to the same bits.
 */
public final class LightScore extends Expression implements Serializable {
    /** Name in SQL. */
    public static final String NAME = "light_score";

    private static final long serialVersionUID = 1L;

    private final Seq<Expression> arrays;
    private final String argument;
    private final ModelPackage model;
    private final TensorFlowThreads threads;

    /**
     * @param arrays {@link LightArrays#FIELDS}
     * @param argument the struct's text in SQL
     */
    private LightScore(Seq<Expression> arrays, String argument, ModelPackage model, TensorFlowThreads threads) {
        this.arrays = arrays;
        this.argument = argument;
        this.model = model;
        this.threads = threads;
    }

    /** Makes {@code light_score} of a certain model known to the session's SQL. */
    public static void register(SparkSession spark, ModelPackage model, TensorFlowThreads threads) {
        ((org.apache.spark.sql.classic.SparkSession) spark)
                .sessionState()
                .functionRegistry()
                .createOrReplaceTempFunction(NAME, arguments -> of(arguments, model, threads), "java_udf");
    }

    /** Score of the struct's row, a FLOAT in [0, 1]; the function must be registered. */
    public static Column of(Column features) {
        return functions.call_function(NAME, features);
    }

    /**
     * What the parser makes of a call.
     *
     * @throws IllegalArgumentException when there is not one argument, it is of another type, or it is not deterministic:
     *     each of its arrays is asked for on its own
     */
    static LightScore of(Seq<Expression> arguments, ModelPackage model, TensorFlowThreads threads) {
        requireOne(arguments);
        Expression struct = arguments.head();
        String found = struct.dataType().catalogString();
        if (!found.equals(FeatureArrays.TYPE)) {
            throw new IllegalArgumentException(NAME + " takes a " + FeatureArrays.TYPE + ", cannot take: " + found);
        }
        if (!struct.deterministic()) {
            throw new IllegalArgumentException(
                    NAME + " takes a struct that is the same each time it is asked for; make this one in a subquery");
        }
        List<Expression> arrays = LightArrays.FIELDS.stream()
                .<Expression>map(field -> new GetStructField(struct, field, Option.empty()))
                .toList();
        return new LightScore(
                CollectionConverters.asScala(arrays).toSeq(),
                package$.MODULE$.toPrettySQL(struct, true),
                model,
                threads);
    }

    static void requireOne(Seq<Expression> arguments) {
        if (arguments.size() != 1) {
            throw new IllegalArgumentException(
                    NAME + " takes one argument, the struct of feature arrays, cannot take: " + arguments.size());
        }
    }

    ModelPackage model() {
        return model;
    }

    TensorFlowThreads threads() {
        return threads;
    }

    @Override
    public Seq<Expression> children() {
        return arrays;
    }

    @Override
    public boolean nullable() {
        return true;
    }

    @Override
    public DataType dataType() {
        return DataTypes.FloatType;
    }

    @Override
    public Object eval(InternalRow row) {
        return score(array(0, row), array(1, row), array(2, row), array(3, row));
    }

    private ArrayData array(int index, InternalRow row) {
        return (ArrayData) arrays.apply(index).eval(row);
    }

    /** Called by generated code, with null for NULL; the score, or null where all arrays are NULL. */
    public Float score(ArrayData continuous, ArrayData continuousMissing, ArrayData sparseIds, ArrayData sparseValues) {
        LightArrays given = LightArrays.of(continuous, continuousMissing, sparseIds, sparseValues);
        return given == null ? null : (Float) given.score(LightModels.get(model, threads));
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        String function = context.addReferenceObj("lightScore", this, LightScore.class.getName());
        List<ExprCode> values = CollectionConverters.asJava(arrays).stream()
                .map(array -> array.genCode(context))
                .toList();
        String arguments = values.stream()
                .map(value -> "%s ? null : %s".formatted(value.isNull(), value.value()))
                .collect(Collectors.joining(", "));
        String scoring =
                """
                Float %5$s = %3$s.score(%4$s);
                boolean %1$s = %5$s == null;
                float %2$s = %1$s ? 0f : %5$s.floatValue();
                """
                        .formatted(code.isNull(), code.value(), function, arguments, context.freshName("score"));
        CodeBlock block = new CodeBlock(
                CollectionConverters.asScala(List.of(scoring)).toSeq(),
                CollectionConverters.asScala(List.<JavaCode>of()).toSeq());
        Block before = values.stream().map(ExprCode::code).reduce(Block::$plus).orElseThrow();
        return new ExprCode(before.$plus(block), code.isNull(), code.value());
    }

    @Override
    public String prettyName() {
        return NAME;
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new LightScore(children, argument, model, threads);
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> arrays;
            case 1 -> argument;
            case 2 -> model;
            case 3 -> threads;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof LightScore;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LightScore that
                && arrays.equals(that.arrays)
                && model.digest().equals(that.model.digest());
    }

    @Override
    public int hashCode() {
        return 31 * arrays.hashCode() + model.digest().hashCode();
    }

    /** As it was written; also the name of its column. */
    @Override
    public String sql() {
        return NAME + "(" + argument + ")";
    }

    /** Without the model's path, which says nothing in a plan. */
    @Override
    public String toString() {
        return CollectionConverters.asJava(arrays).stream()
                .map(Expression::toString)
                .collect(Collectors.joining(", ", NAME + "(", ")"));
    }
}
