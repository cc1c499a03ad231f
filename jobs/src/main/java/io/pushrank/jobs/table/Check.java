package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.List;
import org.apache.spark.sql.Column;

/** Something that must hold for an input row to be used; a row for which it does not goes to quarantine. */
public sealed interface Check {

    /** Stable code of the failure, such as {@code out_of_range:push_cap}. */
    String reason();

    /** A check that one row alone can answer. */
    sealed interface OfRow extends Check {
        /** TRUE for a row that may be used; never NULL. */
        Column holds();
    }

    /** The value, when there is one, lies within the two bounds, both included. */
    record Range(String column, double least, double most) implements OfRow {
        @Override
        public String reason() {
            return "out_of_range:" + column;
        }

        @Override
        public Column holds() {
            return coalesce(col(column).between(least, most), lit(true));
        }
    }

    /** The value, when there is one, is one of these. */
    record OneOf(String column, List<String> values) implements OfRow {
        @Override
        public String reason() {
            return "unknown_value:" + column;
        }

        @Override
        public Column holds() {
            return coalesce(col(column).isin(values.toArray()), lit(true));
        }
    }

    /** Cause comes before effect: the later column is NULL or not before the earlier one. */
    record Ordered(String earlier, String later) implements OfRow {
        @Override
        public String reason() {
            return "before_" + earlier + ":" + later;
        }

        @Override
        public Column holds() {
            return coalesce(col(later).geq(col(earlier)), lit(true));
        }
    }

    /** The value, when there is one, is a key of the other table. */
    record References(String column, String table, String keyColumn) implements Check {
        /** What the reason codes of these checks begin with. */
        public static final String PREFIX = "dangling:";

        @Override
        public String reason() {
            return PREFIX + column;
        }
    }

    static Check range(String column, double least, double most) {
        return new Range(column, least, most);
    }

    static Check positive(String column) {
        return new Range(column, 1, Long.MAX_VALUE);
    }

    static Check oneOf(String column, String... values) {
        return new OneOf(column, List.of(values));
    }

    static Check ordered(String earlier, String later) {
        return new Ordered(earlier, later);
    }

    static Check references(String column, String table, String keyColumn) {
        return new References(column, table, keyColumn);
    }
}
