package io.pushrank.jobs.publish;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Table;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;

/**
 * What a table's rows add up to, in whatever order and files they come: equal rows give equal digests.
 *
 * @param rows rows
 * @param digest 16 hexadecimal digits: the sum of xxhash64 of each row and of which of its columns are NULL, modulo 2^64
 * @param nulls rows without a value, for each column that may lack one
 */
public record TableDigest(long rows, String digest, Map<String, Long> nulls) {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(64);

    /**
     * Reads the rows once, and holds them against the table's contract.
     *
     * @param destination names the partition in messages
     * @throws PushrankException with exit code 4 when a value is missing or a key is there twice
     */
    static TableDigest of(Table table, Dataset<Row> rows, String destination) {
        StructField[] fields = table.schema().fields();
        List<Column> figures = new ArrayList<>();
        Column[] columns = columns(Arrays.asList(table.schema().fieldNames()));
        // The hash passes over NULL, as if the next column stood in its place.
        Column[] hashed = Stream.concat(
                        Arrays.stream(columns), Arrays.stream(columns).map(Column::isNull))
                .toArray(Column[]::new);
        figures.add(coalesce(sum(xxhash64(hashed).cast("decimal(20,0)")), lit(BigDecimal.ZERO)));
        figures.add(countDistinct(xxhash64(columns(table.key()))));
        for (StructField field : fields) {
            figures.add(count_if(col(field.name()).isNull()));
        }
        Row found = rows.agg(count(lit(1)), figures.toArray(Column[]::new)).head();
        long count = found.getLong(0);
        long keys = found.getLong(2);
        Map<String, Long> nulls = new TreeMap<>();
        for (int index = 0; index < fields.length; index++) {
            long missing = found.getLong(3 + index);
            if (fields[index].nullable()) {
                nulls.put(fields[index].name(), missing);
            } else if (missing > 0) {
                throw PushrankException.output("output " + destination + ": column " + fields[index].name()
                        + " must not be NULL, but is in " + missing + " rows");
            }
        }
        // Of billions of keys two may share a hash.
        if (keys != count && table.isByUser() && hasDuplicates(table, rows)) {
            throw PushrankException.output("output " + destination + ": key " + table.key() + " must be unique, but "
                    + count + " rows have " + keys + " keys");
        }
        BigInteger total = found.getDecimal(1).toBigInteger().mod(MODULUS);
        return new TableDigest(count, "%016x".formatted(total), nulls);
    }

    private static boolean hasDuplicates(Table table, Dataset<Row> rows) {
        return !rows.groupBy(columns(table.key()))
                .count()
                .filter(col("count").gt(1))
                .isEmpty();
    }

    private static Column[] columns(List<String> names) {
        return names.stream().map(functions::col).toArray(Column[]::new);
    }
}
