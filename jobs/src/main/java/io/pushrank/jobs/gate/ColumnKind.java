package io.pushrank.jobs.gate;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;

/** How the values of a column are compared between days. */
enum ColumnKind {
    NUMBER,
    TRUTH,
    TEXT,
    /** An array or a map, by its size. */
    SIZE,
    /** Not at all, only whether there is one: identifiers and instants are new every day by their nature. */
    PRESENCE;

    static ColumnKind of(StructField field) {
        DataType type = field.dataType();
        if (field.name().endsWith("_id") || field.name().endsWith("_at")) {
            return PRESENCE;
        } else if (type instanceof NumericType) {
            return NUMBER;
        } else if (type instanceof BooleanType) {
            return TRUTH;
        } else if (type instanceof StringType) {
            return TEXT;
        } else if (type instanceof ArrayType || type instanceof MapType) {
            return SIZE;
        }
        return PRESENCE;
    }

    /** The part of a bin that is an INT; NULL for a text, and where the value is NULL. */
    Column number(Column value) {
        return switch (this) {
            case NUMBER -> Bins.ofNumber(value);
            case TRUTH -> value.cast("int");
            case TEXT -> lit(null).cast("int");
            case SIZE -> Bins.ofNumber(when(value.isNotNull(), size(value)));
            case PRESENCE -> when(value.isNotNull(), lit(0));
        };
    }

    /** The part of a bin that is a text. */
    Column text(Column value) {
        return this == TEXT ? value : lit(null).cast("string");
    }

    boolean isNumeric() {
        return this == NUMBER || this == SIZE;
    }

    /** The bin of a row of {@link BinCounts}. */
    String bin(Row row) {
        return switch (this) {
            case NUMBER, SIZE, PRESENCE -> Integer.toString(row.getInt(2));
            case TRUTH -> Bins.byText(Boolean.toString(row.getInt(2) != 0));
            case TEXT -> row.getString(3);
        };
    }
}
