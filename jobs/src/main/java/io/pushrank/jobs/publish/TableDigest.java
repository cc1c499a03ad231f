package io.pushrank.jobs.publish;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.TableShape;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * What a table's rows add up to, in whatever order and files they come: equal rows give equal digests.
 *
 * @param rows rows
 * @param digest 16 hexadecimal digits: the sum of xxhash64 of each row and of which of its columns are NULL, modulo 2^64
 * @param nulls rows without a value, for each column that may lack one
 */
public record TableDigest(long rows, String digest, Map<String, Long> nulls) {
    /** Rows on their way to files; what they add up to is known once they are written. */
    record Observed(TableShape table, Dataset<Row> rows, DigestAccumulator seen) {}

    /**
     * Has rows be looked at while they are written.
     *
     * @param rows in the order of the table's key within each partition
     */
    static Observed observe(TableShape table, Dataset<Row> rows) {
        List<String> names = Arrays.asList(table.schema().fieldNames());
        Column[] columns = columns(names);
        // The hash passes over NULL, as if the next column stood in its place.
        Column[] hashed = Stream.concat(
                        Arrays.stream(columns), Arrays.stream(columns).map(Column::isNull))
                .toArray(Column[]::new);
        Column nullColumns = lit(0L);
        for (int column = 0; column < columns.length; column++) {
            nullColumns = nullColumns.bitwiseOR(
                    when(columns[column].isNull(), lit(1L << column)).otherwise(lit(0L)));
        }
        DigestAccumulator seen = new DigestAccumulator(columns.length);
        rows.sparkSession().sparkContext().register(seen);
        // Not to be moved, left out or done twice by the optimizer.
        UserDefinedFunction see = udf(seen, DataTypes.BooleanType).asNondeterministic();
        return new Observed(
                table, rows.filter(see.apply(xxhash64(hashed), xxhash64(columns(table.key())), nullColumns)), seen);
    }

    /**
     * What rows added up to that were written, held against the table's contract.
     *
     * @param written the rows as they read back, read only when a key may be there twice
     * @param destination names the partition in messages
     * @throws PushrankException with exit code 4 when a value is missing or a key is there twice
     */
    static TableDigest of(Observed observed, Dataset<Row> written, String destination) {
        TableShape table = observed.table();
        DigestAccumulator seen = observed.seen();
        StructField[] fields = table.schema().fields();
        Map<String, Long> nulls = new TreeMap<>();
        for (int index = 0; index < fields.length; index++) {
            if (fields[index].nullable()) {
                nulls.put(fields[index].name(), seen.nulls(index));
            } else if (seen.nulls(index) > 0) {
                throw PushrankException.output("output " + destination + ": column " + fields[index].name()
                        + " must not be NULL, but is in " + seen.nulls(index) + " rows");
            }
        }
        // Of billions of keys two may share a hash.
        if (seen.hasRepeated() && table.together().isPresent() && hasDuplicates(table, written)) {
            long keys = written.select(columns(table.key())).distinct().count();
            throw PushrankException.output("output " + destination + ": key " + table.key() + " must be unique, but "
                    + seen.rows() + " rows have " + keys + " keys");
        }
        return new TableDigest(seen.rows(), HexFormat.of().toHexDigits(seen.sum()), nulls);
    }

    private static boolean hasDuplicates(TableShape table, Dataset<Row> rows) {
        return !rows.groupBy(columns(table.key()))
                .count()
                .filter(col("count").gt(1))
                .isEmpty();
    }

    private static Column[] columns(List<String> names) {
        return names.stream().map(functions::col).toArray(Column[]::new);
    }
}
