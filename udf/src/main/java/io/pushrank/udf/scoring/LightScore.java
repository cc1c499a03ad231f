package io.pushrank.udf.scoring;

import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeBlock;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.expressions.codegen.JavaCode;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The light ranker as a function of the struct of feature arrays; in SQL {@code light_score(features)}.
 *
 * <p>An expression of Spark's own kind: arrays come as they lie in memory and nothing is boxed. Where the session has
 * {@link PushrankExtensions}, the planner takes it out of projections and filters, so that each row is scored once, in
 * blocks ({@link LightScoreBatches}); elsewhere it scores row by row, to the same bits.
 */
public final class LightScore extends Expression implements Serializable {
    /** Name in SQL. */
    public static final String NAME = "light_score";

    private static final long serialVersionUID = 1L;

    private final Expression child;
    private final ModelPackage model;
    private final TensorFlowThreads threads;

    /** @param child the struct of feature arrays */
    public LightScore(Expression child, ModelPackage model, TensorFlowThreads threads) {
        this.child = child;
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
     * @throws IllegalArgumentException when there is not one argument
     */
    static LightScore of(Seq<Expression> arguments, ModelPackage model, TensorFlowThreads threads) {
        requireOne(arguments);
        return new LightScore(arguments.head(), model, threads);
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

    Expression child() {
        return child;
    }

    @Override
    public Seq<Expression> children() {
        return CollectionConverters.asScala(List.of(child)).toSeq();
    }

    @Override
    public boolean nullable() {
        return child.nullable();
    }

    @Override
    public DataType dataType() {
        return DataTypes.FloatType;
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        String found = child.dataType().catalogString();
        return found.equals(FeatureArrays.TYPE)
                ? TypeCheckResult.TypeCheckSuccess$.MODULE$
                : new TypeCheckResult.TypeCheckFailure(
                        NAME + " takes a " + FeatureArrays.TYPE + ", cannot take: " + found);
    }

    @Override
    public Object eval(InternalRow row) {
        InternalRow features = (InternalRow) child.eval(row);
        return features == null ? null : (Object) score(features);
    }

    /** Called by generated code. */
    public float score(InternalRow features) {
        return LightModels.get(model, threads)
                .score(
                        FeatureArrays.continuous(features),
                        FeatureArrays.continuousMissing(features),
                        FeatureArrays.sparseIds(features),
                        FeatureArrays.sparseValues(features));
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        String function = context.addReferenceObj("lightScore", this, LightScore.class.getName());
        ExprCode features = child.genCode(context);
        String scoring =
                """
                boolean %1$s = %3$s;
                float %2$s = %1$s ? 0f : %4$s.score(%5$s);
                """
                        .formatted(code.isNull(), code.value(), features.isNull(), function, features.value());
        CodeBlock block = new CodeBlock(
                CollectionConverters.asScala(List.of(scoring)).toSeq(),
                CollectionConverters.asScala(List.<JavaCode>of()).toSeq());
        return new ExprCode(features.code().$plus(block), code.isNull(), code.value());
    }

    @Override
    public String prettyName() {
        return NAME;
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new LightScore(children.head(), model, threads);
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> child;
            case 1 -> model;
            case 2 -> threads;
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
                && child.equals(that.child)
                && model.digest().equals(that.model.digest());
    }

    @Override
    public int hashCode() {
        return 31 * child.hashCode() + model.digest().hashCode();
    }

    /** Without the model's path, which says nothing in a plan. */
    @Override
    public String toString() {
        return NAME + "(" + child + ")";
    }
}
