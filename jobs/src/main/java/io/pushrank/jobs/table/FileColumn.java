package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.functions.when;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;

/** How a column of a Parquet file becomes a column of its table, whoever wrote the file: without loss, or not at all. */
sealed interface FileColumn {
    /** Whole numbers up to here are numbers of type DOUBLE. */
    long EXACT_IN_DOUBLE = 1L << 53;
    /** Decimals of so many digits are told apart by type DOUBLE. */
    int DIGITS_OF_DOUBLE = 15;

    /** From what Spark reads to the table's type. */
    enum Conversion {
        /** It is read as that type. */
        NONE,
        /** The file does not have it: NULL. */
        ABSENT,
        /** Each value has its like in the table's type. */
        CAST,
        /** A whole number, which may be too large for the table's type. */
        BOUNDED,
        /** Milliseconds since 1970 UTC. */
        MILLISECONDS,
        /** Microseconds since 1970 UTC. */
        MICROSECONDS,
        /** Nanoseconds since 1970 UTC; what is less than a microsecond is cut off. */
        NANOSECONDS
    }

    /**
     * A column that cannot be read.
     *
     * @param found its type in the file
     * @param advice how to write it instead; may be empty
     */
    record Refused(String found, String advice) implements FileColumn {}

    /**
     * A column that can be read.
     *
     * @param as type in which Spark reads it
     * @param conversion what makes the table's type of that
     */
    record Read(DataType as, Conversion conversion) implements FileColumn {
        /** A column that the file does not have. */
        static final Read ABSENT = new Read(DataTypes.NullType, Conversion.ABSENT);

        /** The table's column, made of the one that was read; NULL where a value has no like. */
        Column value(StructField column) {
            Column raw = col(column.name());
            Column value =
                    switch (conversion) {
                        case NONE -> raw;
                        case ABSENT -> lit(null).cast(column.dataType());
                        case CAST -> raw.cast(column.dataType());
                        case BOUNDED -> when(fits(column), raw.cast(column.dataType()));
                        case MILLISECONDS -> when(fits(column), timestamp_micros(raw.multiply(1000L)));
                        case MICROSECONDS -> timestamp_micros(raw);
                        case NANOSECONDS -> timestamp_micros(floorOfThousand(raw));
                    };
            return value.as(column.name());
        }

        /** Whether a value may have no like in the table's type. */
        boolean mayMisfit() {
            return conversion == Conversion.BOUNDED || conversion == Conversion.MILLISECONDS;
        }

        /** TRUE where the value, if there is one, has its like in the table's type. */
        Column fits(StructField column) {
            Column raw = col(column.name());
            if (conversion == Conversion.MILLISECONDS) {
                return raw.between(Long.MIN_VALUE / 1000, Long.MAX_VALUE / 1000);
            }
            List<BigDecimal> bounds = column.dataType().equals(DataTypes.IntegerType)
                    ? bounds(Integer.MIN_VALUE, Integer.MAX_VALUE)
                    : column.dataType().equals(DataTypes.LongType)
                            ? bounds(Long.MIN_VALUE, Long.MAX_VALUE)
                            : bounds(-EXACT_IN_DOUBLE, EXACT_IN_DOUBLE);
            return raw.between(bounds.get(0), bounds.get(1));
        }

        private static List<BigDecimal> bounds(long least, long most) {
            return List.of(BigDecimal.valueOf(least), BigDecimal.valueOf(most));
        }

        /** Division rounds toward zero, and the smallest number of all must not overflow. */
        private static Column floorOfThousand(Column number) {
            Column thousand = lit(1000L);
            return when(number.geq(0L), call_function("div", number, thousand))
                    .otherwise(call_function("div", number.plus(1L), thousand).minus(1L));
        }
    }

    /**
     * Finds the way to read a column.
     *
     * @param isNaiveUtc whether an instant without a time zone is one of UTC; refused otherwise
     */
    static FileColumn of(StructField column, Type found, boolean isNaiveUtc) {
        if (!found.isPrimitive() || found.isRepetition(Type.Repetition.REPEATED)) {
            return refused(found, "");
        }
        PrimitiveType primitive = found.asPrimitiveType();
        if (primitive.getLogicalTypeAnnotation() instanceof UnknownLogicalTypeAnnotation) {
            // A column of pandas in which nothing has a value.
            return Read.ABSENT;
        }
        DataType wanted = column.dataType();
        if (wanted.equals(DataTypes.LongType) || wanted.equals(DataTypes.IntegerType)) {
            return whole(wanted, primitive);
        }
        if (wanted.equals(DataTypes.DoubleType)) {
            return number(primitive);
        }
        if (wanted.equals(DataTypes.TimestampType)) {
            return instant(primitive, isNaiveUtc);
        }
        boolean isSame = wanted.equals(DataTypes.StringType)
                ? isText(primitive)
                : wanted.equals(DataTypes.BooleanType) && primitive.getPrimitiveTypeName() == PrimitiveTypeName.BOOLEAN;
        if (isSame) {
            return new Read(wanted, Conversion.NONE);
        }
        boolean isUuid = primitive.getLogicalTypeAnnotation() instanceof UUIDLogicalTypeAnnotation;
        return refused(found, isUuid && wanted.equals(DataTypes.StringType) ? "write it as text" : "");
    }

    private static FileColumn whole(DataType wanted, PrimitiveType found) {
        Optional<DataType> natural = wholeType(found);
        if (natural.isEmpty()) {
            boolean isReal = found.getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE
                    || found.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT;
            return refused(
                    found,
                    isReal
                            ? "whole numbers must be written as such, also where some are missing: in pandas by"
                                    + " astype(\"Int64\"), in SQL by CAST(… AS BIGINT)"
                            : "");
        }
        if (natural.get().equals(wanted)) {
            return new Read(wanted, Conversion.NONE);
        }
        boolean isWider = wanted.equals(DataTypes.LongType) && natural.get().equals(DataTypes.IntegerType);
        return new Read(natural.get(), isWider ? Conversion.CAST : Conversion.BOUNDED);
    }

    private static FileColumn number(PrimitiveType found) {
        if (found.getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE) {
            return new Read(DataTypes.DoubleType, Conversion.NONE);
        }
        if (found.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT) {
            return new Read(DataTypes.FloatType, Conversion.CAST);
        }
        if (found.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal) {
            return decimal.getPrecision() <= DIGITS_OF_DOUBLE
                    ? new Read(decimalType(decimal), Conversion.CAST)
                    : refused(found, "write it by CAST(… AS DOUBLE)");
        }
        return wholeType(found)
                .<FileColumn>map(type ->
                        new Read(type, type.equals(DataTypes.IntegerType) ? Conversion.CAST : Conversion.BOUNDED))
                .orElseGet(() -> refused(found, ""));
    }

    private static FileColumn instant(PrimitiveType found, boolean isNaiveUtc) {
        if (found.getPrimitiveTypeName() == PrimitiveTypeName.INT96) {
            return new Read(DataTypes.TimestampType, Conversion.NONE);
        }
        if (!(found.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation timestamp)) {
            return refused(found, "");
        }
        if (!timestamp.isAdjustedToUTC() && !isNaiveUtc) {
            return refused(
                    found,
                    "it has no time zone: write instants with one, or say by --set inputs.naive_timestamps=utc that"
                            + " they are of UTC");
        }
        if (timestamp.getUnit() == TimeUnit.MICROS && timestamp.isAdjustedToUTC()) {
            return new Read(DataTypes.TimestampType, Conversion.NONE);
        }
        return new Read(
                DataTypes.LongType,
                switch (timestamp.getUnit()) {
                    case MILLIS -> Conversion.MILLISECONDS;
                    case MICROS -> Conversion.MICROSECONDS;
                    case NANOS -> Conversion.NANOSECONDS;
                });
    }

    private static boolean isText(PrimitiveType found) {
        LogicalTypeAnnotation logical = found.getLogicalTypeAnnotation();
        return found.getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                && (logical instanceof StringLogicalTypeAnnotation
                        || logical instanceof EnumLogicalTypeAnnotation
                        || logical instanceof JsonLogicalTypeAnnotation);
    }

    /** The narrowest of Spark's types that holds every value of a column of whole numbers; empty when it is none. */
    private static Optional<DataType> wholeType(PrimitiveType found) {
        LogicalTypeAnnotation logical = found.getLogicalTypeAnnotation();
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return decimal.getScale() == 0 ? Optional.of(decimalType(decimal)) : Optional.empty();
        }
        boolean isUnsigned = logical instanceof IntLogicalTypeAnnotation whole && !whole.isSigned();
        if (logical != null && !(logical instanceof IntLogicalTypeAnnotation)) {
            return Optional.empty();
        }
        return switch (found.getPrimitiveTypeName()) {
            case INT32 -> {
                boolean isNarrow = !isUnsigned || ((IntLogicalTypeAnnotation) logical).getBitWidth() < 32;
                yield Optional.of(isNarrow ? DataTypes.IntegerType : DataTypes.LongType);
            }
            case INT64 -> Optional.of(isUnsigned ? DataTypes.createDecimalType(20, 0) : DataTypes.LongType);
            default -> Optional.empty();
        };
    }

    private static DecimalType decimalType(DecimalLogicalTypeAnnotation decimal) {
        return DataTypes.createDecimalType(decimal.getPrecision(), decimal.getScale());
    }

    private static FileColumn refused(Type found, String advice) {
        return new Refused(text(found), advice);
    }

    /** A type as people who write SQL or Parquet know it. */
    private static String text(Type found) {
        if (!found.isPrimitive()) {
            return "a group";
        }
        if (found.isRepetition(Type.Repetition.REPEATED)) {
            return "a list";
        }
        PrimitiveType primitive = found.asPrimitiveType();
        LogicalTypeAnnotation logical = primitive.getLogicalTypeAnnotation();
        if (isText(primitive)) {
            return "STRING";
        }
        if (logical != null) {
            return primitive.getPrimitiveTypeName() + " " + logical;
        }
        return switch (primitive.getPrimitiveTypeName()) {
            case INT32 -> "INT";
            case INT64 -> "BIGINT";
            case BINARY -> "BINARY";
            case FIXED_LEN_BYTE_ARRAY -> "FIXED_LEN_BYTE_ARRAY(" + primitive.getTypeLength() + ")";
            default -> primitive.getPrimitiveTypeName().name();
        };
    }
}
