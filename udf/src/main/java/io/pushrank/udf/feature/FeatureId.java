package io.pushrank.udf.feature;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal$;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.classic.ExpressionUtils$;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Option;

/** Ids of feature values that are no numbers. */
public final class FeatureId {
    /** Where Spark's xxhash64 starts. */
    private static final long SEED = 42;

    private FeatureId() {}

    /** All 64 bits of {@code xxhash64(name, value as text)}; NULL where the value is. */
    static Column of(Feature feature, Column value) {
        return ExpressionUtils$.MODULE$.column(new StaticInvoke(
                FeatureId.class,
                DataTypes.LongType,
                "of",
                Catalyst.sequence(List.<Expression>of(
                        Literal$.MODULE$.apply(of(feature.name())),
                        ExpressionUtils$.MODULE$.expression(value.cast("string")))),
                Catalyst.sequence(List.<AbstractDataType>of()),
                true,
                false,
                true,
                Option.empty()));
    }

    /** Of a feature that is a number: {@code xxhash64(name)}. */
    public static long of(String name) {
        return of(SEED, UTF8String.fromString(name));
    }

    /** Spark's xxhash64 of a text, on from a hash. Called by generated code. */
    public static long of(long seed, UTF8String text) {
        return XXH64.hashUnsafeBytes(text.getBaseObject(), text.getBaseOffset(), text.numBytes(), seed);
    }
}
