package io.pushrank.udf.scoring;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.catalyst.plans.physical.PartitioningCollection;
import org.apache.spark.sql.catalyst.plans.physical.UnknownPartitioning;
import org.apache.spark.sql.execution.SparkPlan;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** The operator that puts {@code light_score} behind those of its child's columns that go on, a block of rows at a time. */
public final class LightScoringExec extends SparkPlan {
    private static final long serialVersionUID = 1L;

    private final LightScore call;
    private final Attribute result;
    /** Columns of the child that go on. */
    private final Seq<Attribute> kept;

    private final SparkPlan child;

    /**
     * @param call what is computed
     * @param result the column that gets it
     * @param kept columns of the child that are needed above; the others end here
     */
    public LightScoringExec(LightScore call, Attribute result, Seq<Attribute> kept, SparkPlan child) {
        this.call = call;
        this.result = result;
        this.kept = kept;
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
        return CollectionConverters.asScala(Stream.concat(CollectionConverters.asJava(kept).stream(), Stream.of(result))
                        .toList())
                .toSeq();
    }

    @Override
    public AttributeSet producedAttributes() {
        return AttributeSet.apply(result);
    }

    /**
     * The child's, as far as the columns go on that tell it. This operator takes its place in a plan when exchanges are planned
     * already, for the projection that it replaces: if it told less, a union above would no longer put together the partitions
     * that belong together, and an aggregate or window above that would meet a key twice.
     */
    @Override
    public Partitioning outputPartitioning() {
        Partitioning given = child.outputPartitioning();
        List<Partitioning> told = (given instanceof PartitioningCollection several
                        ? CollectionConverters.asJava(several.partitionings()).stream()
                        : Stream.of(given))
                .filter(each -> !(each instanceof Expression expression) || isKept(expression))
                .toList();
        return switch (told.size()) {
            case 0 -> new UnknownPartitioning(given.numPartitions());
            case 1 -> told.get(0);
            default ->
                new PartitioningCollection(CollectionConverters.asScala(told).toSeq());
        };
    }

    @Override
    public Seq<SortOrder> outputOrdering() {
        return CollectionConverters.asScala(CollectionConverters.asJava(child.outputOrdering()).stream()
                        .takeWhile(this::isKept)
                        .toList())
                .toSeq();
    }

    private boolean isKept(Expression expression) {
        return expression.references().subsetOf(outputSet());
    }

    @Override
    public RDD<InternalRow> doExecute() {
        return LightScores.of(child, call.children(), kept, call.model(), call.threads());
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> children) {
        return new LightScoringExec(call, result, kept, children.head());
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> call;
            case 1 -> result;
            case 2 -> kept;
            case 3 -> child;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof LightScoringExec;
    }
}
