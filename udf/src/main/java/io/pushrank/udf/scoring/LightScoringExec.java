package io.pushrank.udf.scoring;

import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.BindReferences;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** The operator that appends {@code light_score} to its child's columns, a block of rows at a time. */
public final class LightScoringExec extends SparkPlan {
    private static final long serialVersionUID = 1L;

    private final LightScore call;
    private final Attribute result;
    private final SparkPlan child;

    /**
     * @param call what is computed
     * @param result the column that gets it
     */
    public LightScoringExec(LightScore call, Attribute result, SparkPlan child) {
        this.call = call;
        this.result = result;
        this.child = child;
    }

    LightScore call() {
        return call;
    }

    Attribute result() {
        return result;
    }

    SparkPlan child() {
        return child;
    }

    @Override
    public Seq<SparkPlan> children() {
        return CollectionConverters.asScala(List.of(child)).toSeq();
    }

    @Override
    public Seq<Attribute> output() {
        return CollectionConverters.asScala(
                        Stream.concat(CollectionConverters.asJava(child.output()).stream(), Stream.of(result))
                                .toList())
                .toSeq();
    }

    @Override
    public AttributeSet producedAttributes() {
        return AttributeSet.apply(result);
    }

    @Override
    public Partitioning outputPartitioning() {
        return child.outputPartitioning();
    }

    @Override
    public Seq<SortOrder> outputOrdering() {
        return child.outputOrdering();
    }

    @Override
    public RDD<InternalRow> doExecute() {
        Expression features = BindReferences.bindReference(
                call.child(),
                org.apache.spark.sql.catalyst.expressions.package$.MODULE$.AttributeSeq(child.output()),
                false);
        ModelPackage model = call.model();
        TensorFlowThreads threads = call.threads();
        return child.execute()
                .toJavaRDD()
                .mapPartitions(rows -> new LightScores(rows, features, model, threads), true)
                .rdd();
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
        return new LightScoringExec(call, result, children.head());
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> call;
            case 1 -> result;
            case 2 -> child;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof LightScoringExec;
    }
}
