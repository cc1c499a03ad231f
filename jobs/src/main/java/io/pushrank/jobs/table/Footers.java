package io.pushrank.jobs.table;

import io.pushrank.jobs.exit.PushrankException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.conf.HadoopParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Reads what Parquet files say of themselves before any row is read.
 *
 * <p>Spark takes the schema of one file for that of all, turns a missing column into NULL, and reports a truncated file
 * in the middle of a job; here every file answers for itself, and by name.
 */
public final class Footers {
    /** Codecs that Spark comes without. */
    private static final Set<CompressionCodecName> UNKNOWN_CODECS =
            Set.of(CompressionCodecName.BROTLI, CompressionCodecName.LZO);

    private final Configuration hadoop;
    /** One for all files: each would load Hadoop's settings anew. */
    private final ParquetReadOptions options;

    public Footers(SparkSession spark) {
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.options = ParquetReadOptions.builder(new HadoopParquetConfiguration(hadoop))
                .build();
    }

    /**
     * How the columns of a file are read: one {@link FileColumn.Read} for each of the table's, in their order.
     *
     * @param isByRow whether Spark's reader of column batches does not know the encoding of some column
     */
    record Shape(List<FileColumn.Read> columns, boolean isByRow) {}

    /**
     * Finds how each file is read.
     *
     * @param isNaiveUtc whether instants without a time zone are of UTC; refused otherwise
     * @return shapes in the order of the files
     * @throws PushrankException with exit code 3, naming table, file, column, expected and found type
     */
    List<Shape> shapes(Table table, List<String> files, boolean isNaiveUtc) {
        StructType expected = table.schema();
        return files.parallelStream()
                .map(file -> shape(table, expected, file, isNaiveUtc))
                .toList();
    }

    /**
     * Rows that the files say they hold.
     *
     * @throws PushrankException with exit code 4 when one is not whole, or lacks a column of the table
     */
    public long rows(TableShape table, List<String> files) {
        List<String> wanted = Arrays.asList(table.schema().fieldNames());
        long rows = 0;
        for (String file : files) {
            try (ParquetFileReader reader = open(file)) {
                List<String> found = reader.getFileMetaData().getSchema().getFields().stream()
                        .map(Type::getName)
                        .toList();
                if (!found.equals(wanted)) {
                    throw PushrankException.output("output table " + table.name() + ", file " + file
                            + ": columns must be " + wanted + ", but are " + found);
                }
                rows += reader.getRecordCount();
            } catch (IOException | ParquetDecodingException e) {
                throw PushrankException.output(
                        "output table " + table.name() + ", file " + file + " cannot be read as Parquet: "
                                + e.getMessage(),
                        e);
            }
        }
        return rows;
    }

    /**
     * Rows that an input file says it holds.
     *
     * @throws PushrankException with exit code 3 when it is not whole
     */
    long count(Table table, String file) {
        try (ParquetFileReader reader = open(file)) {
            return reader.getRecordCount();
        } catch (IOException | RuntimeException e) {
            throw unreadable(table, file, e);
        }
    }

    private Shape shape(Table table, StructType expected, String file, boolean isNaiveUtc) {
        ParquetMetadata footer;
        try (ParquetFileReader reader = open(file)) {
            footer = reader.getFooter();
        } catch (IOException | RuntimeException e) {
            throw unreadable(table, file, e);
        }
        MessageType found = footer.getFileMetaData().getSchema();
        List<FileColumn.Read> columns = new ArrayList<>();
        for (StructField column : expected.fields()) {
            columns.add(readable(table, file, column, found, isNaiveUtc));
        }
        return new Shape(List.copyOf(columns), isByRow(table, file, expected, footer));
    }

    private static FileColumn.Read readable(
            Table table, String file, StructField column, MessageType found, boolean isNaiveUtc) {
        for (Type other : found.getFields()) {
            // Spark does not tell them apart, and would end in the middle of a job.
            if (other.getName().equalsIgnoreCase(column.name())
                    && !other.getName().equals(column.name())) {
                throw refused(
                        table,
                        file,
                        "column " + column.name() + " must be spelled so, but there is " + other.getName()
                                + (found.containsField(column.name()) ? " beside it" : ""));
            }
        }
        if (!found.containsField(column.name())) {
            if (column.nullable()) {
                return FileColumn.Read.ABSENT;
            }
            throw refused(
                    table,
                    file,
                    "column " + column.name() + " " + column.dataType().sql() + " is missing, found "
                            + found.getFields().stream().map(Type::getName).toList());
        }
        FileColumn read = FileColumn.of(column, found.getType(column.name()), isNaiveUtc);
        if (read instanceof FileColumn.Refused refused) {
            throw refused(
                    table,
                    file,
                    "column " + column.name() + " must be " + column.dataType().sql() + ", but is " + refused.found()
                            + (refused.advice().isEmpty() ? "" : ": " + refused.advice()));
        }
        return (FileColumn.Read) read;
    }

    private static boolean isByRow(Table table, String file, StructType expected, ParquetMetadata footer) {
        List<String> wanted = Arrays.asList(expected.fieldNames());
        boolean isByRow = false;
        for (BlockMetaData block : footer.getBlocks()) {
            for (ColumnChunkMetaData chunk : block.getColumns()) {
                String column = chunk.getPath().toDotString();
                if (wanted.contains(column)) {
                    if (UNKNOWN_CODECS.contains(chunk.getCodec())) {
                        throw refused(
                                table,
                                file,
                                "column " + column
                                        + " must be compressed by zstd, snappy, gzip, lz4_raw or not at all, but"
                                        + " is by " + chunk.getCodec());
                    }
                    isByRow |= chunk.getEncodings().contains(Encoding.BYTE_STREAM_SPLIT);
                }
            }
        }
        return isByRow;
    }

    private static PushrankException refused(Table table, String file, String why) {
        return PushrankException.input("input table " + table.tableName() + ", file " + file + ": " + why);
    }

    private ParquetFileReader open(String file) throws IOException {
        return ParquetFileReader.open(HadoopInputFile.fromPath(new Path(file), hadoop), options);
    }

    private static PushrankException unreadable(Table table, String file, Exception e) {
        return PushrankException.input(
                "input table " + table.tableName() + ", file " + file + " cannot be read as Parquet: " + e.getMessage(),
                e);
    }
}
