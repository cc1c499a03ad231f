package io.pushrank.jobs.table;

import io.pushrank.jobs.exit.PushrankException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Reads what Parquet files say of themselves before any row is read.
 *
 * <p>Spark takes the schema of one file for that of all, turns a missing column into NULL, and reports a truncated file
 * in the middle of a job; here every file answers for itself, and by name.
 */
public final class Footers {
    private final Configuration hadoop;
    private final ParquetToSparkSchemaConverter converter;

    public Footers(SparkSession spark) {
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.converter = new ParquetToSparkSchemaConverter(spark.sessionState().conf());
    }

    /**
     * Checks that each file holds every column of the table in its type.
     *
     * @throws PushrankException with exit code 3, naming table, file, column, expected and found type
     */
    void check(Table table, List<String> files) {
        StructType expected = table.schema();
        files.parallelStream().forEach(file -> check(table, expected, file));
    }

    /**
     * Rows that the files say they hold.
     *
     * @throws PushrankException with exit code 4 when one is not whole, or lacks a column of the table
     */
    public long rows(Table table, List<String> files) {
        List<String> wanted = Arrays.asList(table.schema().fieldNames());
        long rows = 0;
        for (String file : files) {
            try (ParquetFileReader reader = open(file)) {
                List<String> found = reader.getFileMetaData().getSchema().getFields().stream()
                        .map(Type::getName)
                        .toList();
                if (!found.equals(wanted)) {
                    throw PushrankException.output("output table " + table.tableName() + ", file " + file
                            + ": columns must be " + wanted + ", but are " + found);
                }
                rows += reader.getRecordCount();
            } catch (IOException | ParquetDecodingException e) {
                throw PushrankException.output(
                        "output table " + table.tableName() + ", file " + file + " cannot be read as Parquet: "
                                + e.getMessage(),
                        e);
            }
        }
        return rows;
    }

    private void check(Table table, StructType expected, String file) {
        StructType found;
        try (ParquetFileReader reader = open(file)) {
            found = converter.convert(reader.getFileMetaData().getSchema());
        } catch (IOException | RuntimeException e) {
            throw unreadable(table, file, e);
        }
        List<String> names = Arrays.asList(found.fieldNames());
        for (StructField column : expected.fields()) {
            if (!names.contains(column.name())) {
                throw PushrankException.input("input table " + table.tableName() + ", file " + file + ": column "
                        + column.name() + " " + column.dataType().sql() + " is missing, found " + names);
            }
            StructField actual = found.apply(column.name());
            if (!actual.dataType().equals(column.dataType())) {
                throw PushrankException.input("input table " + table.tableName() + ", file " + file + ": column "
                        + column.name() + " must be " + column.dataType().sql() + ", but is "
                        + actual.dataType().sql());
            }
        }
    }

    private ParquetFileReader open(String file) throws IOException {
        return ParquetFileReader.open(HadoopInputFile.fromPath(new Path(file), hadoop));
    }

    private static PushrankException unreadable(Table table, String file, Exception e) {
        return PushrankException.input(
                "input table " + table.tableName() + ", file " + file + " cannot be read as Parquet: " + e.getMessage(),
                e);
    }
}
