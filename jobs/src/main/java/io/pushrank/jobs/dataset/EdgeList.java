package io.pushrank.jobs.dataset;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.regexp_extract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The follows of the first users of the network, cut off somewhere.
 *
 * @param edges user_id, followee_id: distinct, without self-edges and without the cut last line
 * @param recipients user_id: everybody who begins a line, the cut one included
 * @param dropped lines that are no whole edge
 */
record EdgeList(Dataset<Row> edges, Dataset<Row> recipients, long dropped) {
    private static final String WHOLE = "^([0-9]{1,18}) ([0-9]{1,18})$";

    static EdgeList read(SparkSession spark, String file) {
        Dataset<Row> lines = spark.read()
                .text(file)
                .select(
                        col("value"),
                        regexp_extract(col("value"), "^([0-9]{1,18}) ", 1).as("from"),
                        regexp_extract(col("value"), WHOLE, 2).as("to"));
        String last = unfinishedLine(spark, file);
        // A number that was cut is a number still: without its line break nothing tells that a line is whole.
        Dataset<Row> whole =
                lines.filter(col("to").notEqual("").and(col("value").notEqual(last)));
        Dataset<Row> edges = whole.select(
                        col("from").cast("bigint").as("user_id"),
                        col("to").cast("bigint").as("followee_id"))
                .filter("user_id != followee_id")
                .distinct();
        Dataset<Row> recipients = lines.filter(col("from").notEqual(""))
                .select(col("from").cast("bigint").as("user_id"))
                .distinct();
        return new EdgeList(edges, recipients, lines.count() - whole.count());
    }

    /** What follows the file's last line break; empty when it ends with one. */
    private static String unfinishedLine(SparkSession spark, String file) {
        Path path = new Path(file);
        StringBuilder line = new StringBuilder();
        try (InputStream stream = new GZIPInputStream(
                path.getFileSystem(spark.sessionState().newHadoopConf()).open(path), 1 << 16)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                for (int at = 0; at < read; at++) {
                    if (buffer[at] == '\n') {
                        line.setLength(0);
                    } else {
                        line.append((char) buffer[at]);
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return line.toString();
    }
}
