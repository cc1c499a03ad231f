package io.pushrank.udf.scoring;

import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Rows of one partition with some feature arrays of each; a row and its arrays hold until the next row is asked for. */
sealed interface FeatureRows extends Iterator<InternalRow> permits CalculatedRows, ColumnRows {
    /** One of the arrays of the row that was asked for last; null where it is NULL. */
    ArrayData array(int index);
}
