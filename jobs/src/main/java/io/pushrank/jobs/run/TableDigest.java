package io.pushrank.jobs.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * What a table's rows add up to, in whatever order and files they come: equal rows give equal digests.
 *
 * @param rows rows
 * @param digest 16 hexadecimal digits: the sum of xxhash64 of each row, modulo 2^64
 */
public record TableDigest(long rows, String digest) {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(64);

    static TableDigest of(Dataset<Row> table) {
        Column[] columns = Arrays.stream(table.columns()).map(functions::col).toArray(Column[]::new);
        Row sums = table.select(xxhash64(columns).cast("decimal(20,0)").as("hash"))
                .agg(count(lit(1)), coalesce(sum(col("hash")), lit(BigDecimal.ZERO)))
                .head();
        BigInteger total = sums.getDecimal(1).toBigInteger().mod(MODULUS);
        return new TableDigest(sums.getLong(0), "%016x".formatted(total));
    }
}
