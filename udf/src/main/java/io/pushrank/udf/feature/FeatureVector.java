package io.pushrank.udf.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.expressions.codegen.Block;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.expressions.codegen.FalseLiteral$;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.classic.ExpressionUtils$;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The arrays that a model takes, put together from blocks: features that many rows share come from a block that was calculated
 * once. One expression for all arrays, since Spark's own functions for arrays make several copies of each row's values.
 */
public final class FeatureVector extends Expression implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Spark's name of the struct's type. */
    public static final String TYPE = "struct<continuous:array<float>,continuous_missing:array<boolean>,"
            + "binary:array<float>,sparse_ids:array<bigint>,sparse_values:array<float>,"
            + "sparse_continuous_ids:array<bigint>,sparse_continuous_values:array<float>>";

    private static final DataType DATA_TYPE =
            StructType.fromDDL("features " + TYPE).apply("features").dataType();

    /** Where values are: the block, and the place in one of its arrays. */
    private static final class Places implements Serializable {
        private static final long serialVersionUID = 1L;

        private final int[] block;
        private final int[] place;

        private Places(int[] block, int[] place) {
            this.block = block;
            this.place = place;
        }

        static Places of(List<Feature> features, List<FeatureBlock> blocks, int field) {
            int[] block = new int[features.size()];
            int[] place = new int[features.size()];
            for (int i = 0; i < block.length; i++) {
                place[i] = -1;
                for (int b = 0; b < blocks.size() && place[i] < 0; b++) {
                    block[i] = b;
                    place[i] = blocks.get(b).placeOf(features.get(i), field);
                }
                if (place[i] < 0) {
                    throw new IllegalArgumentException(
                            "feature " + features.get(i).name() + " is in no block");
                }
            }
            return new Places(block, place);
        }

        int size() {
            return block.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Places that && Arrays.equals(block, that.block) && Arrays.equals(place, that.place);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(block) + Arrays.hashCode(place);
        }
    }

    /**
     * What to take from the blocks.
     *
     * @param ids of single values, which stand before those of lists
     */
    private record Plan(Places continuous, Places binary, Places ids, Places idLists, Places weightedIds)
            implements Serializable {}

    private final List<Expression> blocks;
    private final Plan plan;

    private FeatureVector(List<Expression> blocks, Plan plan) {
        this.blocks = blocks;
        this.plan = plan;
    }

    /** As the heavy ranker takes them. */
    static Column heavy(FeatureList features, List<FeatureBlock> blocks, List<Column> columns) {
        return of(
                features,
                blocks,
                columns,
                features.of(FeatureType.BINARY),
                List.of(),
                features.of(FeatureType.SPARSE_CONTINUOUS));
    }

    /** As the light ranker takes them: binary features are hashed, sparse continuous ones have no place. */
    static Column light(FeatureList features, List<FeatureBlock> blocks, List<Column> columns) {
        return of(features, blocks, columns, List.of(), features.of(FeatureType.BINARY), List.of());
    }

    private static Column of(
            FeatureList features,
            List<FeatureBlock> blocks,
            List<Column> columns,
            List<Feature> binary,
            List<Feature> hashedBinary,
            List<Feature> weighted) {
        List<Feature> ids = new ArrayList<>(hashedBinary);
        ids.addAll(features.of(FeatureType.DISCRETE, FeatureType.STRING));
        Plan plan = new Plan(
                Places.of(features.of(FeatureType.CONTINUOUS), blocks, FeatureBlock.NUMBERS),
                Places.of(binary, blocks, FeatureBlock.NUMBERS),
                Places.of(ids, blocks, FeatureBlock.IDS),
                Places.of(features.of(FeatureType.SPARSE_BINARY), blocks, FeatureBlock.ID_LISTS),
                Places.of(weighted, blocks, FeatureBlock.WEIGHTED_IDS));
        return ExpressionUtils$.MODULE$.column(new FeatureVector(
                columns.stream().map(ExpressionUtils$.MODULE$::expression).toList(), plan));
    }

    /**
     * The arrays of a row. Called by generated code.
     *
     * @param rows the blocks
     */
    public InternalRow of(InternalRow[] rows) {
        ArrayData[] numbers = arrays(rows, FeatureBlock.NUMBERS);
        float[] continuous = new float[plan.continuous.size()];
        boolean[] missing = new boolean[continuous.length];
        for (int i = 0; i < continuous.length; i++) {
            ArrayData from = numbers[plan.continuous.block[i]];
            int place = plan.continuous.place[i];
            missing[i] = from.isNullAt(place);
            continuous[i] = missing[i] ? 0 : from.getFloat(place);
        }
        float[] binary = new float[plan.binary.size()];
        for (int i = 0; i < binary.length; i++) {
            ArrayData from = numbers[plan.binary.block[i]];
            int place = plan.binary.place[i];
            binary[i] = from.isNullAt(place) ? 0 : from.getFloat(place);
        }
        long[] ids = ids(rows);
        float[] ones = new float[ids.length];
        Arrays.fill(ones, 1);
        List<ArrayData> weighted = lists(rows, plan.weightedIds, FeatureBlock.WEIGHTED_IDS);
        int count = weighted.stream().mapToInt(ArrayData::numElements).sum();
        long[] weightedIds = new long[count];
        float[] weights = new float[count];
        int next = 0;
        for (ArrayData list : weighted) {
            for (int i = 0; i < list.numElements(); i++) {
                InternalRow entry = list.getStruct(i, 2);
                weightedIds[next] = entry.getLong(0);
                weights[next++] = entry.getFloat(1);
            }
        }
        return new GenericInternalRow(new Object[] {
            UnsafeArrayData.fromPrimitiveArray(continuous),
            UnsafeArrayData.fromPrimitiveArray(missing),
            UnsafeArrayData.fromPrimitiveArray(binary),
            UnsafeArrayData.fromPrimitiveArray(ids),
            UnsafeArrayData.fromPrimitiveArray(ones),
            UnsafeArrayData.fromPrimitiveArray(weightedIds),
            UnsafeArrayData.fromPrimitiveArray(weights)
        });
    }

    /** Of single values and then of lists; what is missing has no id. */
    private long[] ids(InternalRow[] rows) {
        ArrayData[] single = arrays(rows, FeatureBlock.IDS);
        List<ArrayData> lists = lists(rows, plan.idLists, FeatureBlock.ID_LISTS);
        long[] ids = new long
                [plan.ids.size()
                        + lists.stream().mapToInt(ArrayData::numElements).sum()];
        int count = 0;
        for (int i = 0; i < plan.ids.size(); i++) {
            count = add(single[plan.ids.block[i]], plan.ids.place[i], ids, count);
        }
        for (ArrayData list : lists) {
            for (int i = 0; i < list.numElements(); i++) {
                count = add(list, i, ids, count);
            }
        }
        return count == ids.length ? ids : Arrays.copyOf(ids, count);
    }

    private static int add(ArrayData from, int place, long[] ids, int count) {
        if (from.isNullAt(place)) {
            return count;
        }
        ids[count] = from.getLong(place);
        return count + 1;
    }

    private static ArrayData[] arrays(InternalRow[] rows, int field) {
        ArrayData[] arrays = new ArrayData[rows.length];
        for (int i = 0; i < rows.length; i++) {
            arrays[i] = rows[i].getArray(field);
        }
        return arrays;
    }

    private static List<ArrayData> lists(InternalRow[] rows, Places places, int field) {
        List<ArrayData> lists = new ArrayList<>(places.size());
        for (int i = 0; i < places.size(); i++) {
            ArrayData from = rows[places.block[i]].getArray(field);
            if (!from.isNullAt(places.place[i])) {
                lists.add(from.getArray(places.place[i]));
            }
        }
        return lists;
    }

    @Override
    public Seq<Expression> children() {
        return Catalyst.sequence(blocks);
    }

    @Override
    public boolean nullable() {
        return false;
    }

    @Override
    public DataType dataType() {
        return DATA_TYPE;
    }

    @Override
    public Object eval(InternalRow row) {
        return of(blocks.stream().map(block -> (InternalRow) block.eval(row)).toArray(InternalRow[]::new));
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        String vector = context.addReferenceObj("vector", this, FeatureVector.class.getName());
        List<ExprCode> values =
                blocks.stream().map(block -> block.genCode(context)).toList();
        Block all = Catalyst.block("");
        for (ExprCode value : values) {
            all = all.$plus(value.code());
        }
        String rows = String.join(
                ", ", values.stream().map(value -> value.value().toString()).toList());
        all = all.$plus(Catalyst.block(
                "InternalRow %s = %s.of(new InternalRow[] {%s});".formatted(code.value(), vector, rows)));
        return new ExprCode(all, FalseLiteral$.MODULE$, code.value());
    }

    @Override
    public String prettyName() {
        return "feature_vector";
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new FeatureVector(List.copyOf(CollectionConverters.asJava(children)), plan);
    }

    @Override
    public int productArity() {
        return 2;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> children();
            case 1 -> plan;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof FeatureVector;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureVector that && blocks.equals(that.blocks) && plan.equals(that.plan);
    }

    @Override
    public int hashCode() {
        return 31 * blocks.hashCode() + plan.hashCode();
    }

    /** Nothing of the places, which say nothing in a plan. */
    @Override
    public String toString() {
        return "feature_vector" + blocks;
    }
}
