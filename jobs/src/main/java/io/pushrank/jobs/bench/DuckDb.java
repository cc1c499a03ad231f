package io.pushrank.jobs.bench;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * An empty DuckDB of its own in this process, by JDBC: only an embedded run has the driver on its class path. What a DuckDB
 * has cached ends with it.
 */
final class DuckDb implements AutoCloseable {
    private static final String URL = "jdbc:duckdb:";

    private final Connection connection;

    private DuckDb(Connection connection) {
        this.connection = connection;
    }

    /** Its version; empty where the driver is not on the class path. */
    static Optional<String> version() {
        if (DriverManager.drivers().noneMatch(DuckDb::accepts)) {
            return Optional.empty();
        }
        try (DuckDb duckDb = new DuckDb(DriverManager.getConnection(URL))) {
            return Optional.of(duckDb.connection.getMetaData().getDatabaseProductVersion());
        } catch (SQLException failure) {
            throw failed("version", failure);
        }
    }

    private static boolean accepts(Driver driver) {
        try {
            return driver.acceptsURL(URL);
        } catch (SQLException failure) {
            return false;
        }
    }

    /**
     * Opens one.
     *
     * @param threads that it may use
     * @param bytes of memory that it may use
     * @param folder for what does not fit
     */
    static DuckDb open(int threads, long bytes, String folder) {
        try {
            DuckDb duckDb = new DuckDb(DriverManager.getConnection(URL));
            duckDb.run("SET threads = " + threads);
            duckDb.run("SET memory_limit = '" + (bytes >> 20) + "MiB'");
            duckDb.run("SET temp_directory = '" + folder + "'");
            // Rows have no order before they are sorted, as in Spark.
            duckDb.run("SET preserve_insertion_order = false");
            return duckDb;
        } catch (SQLException failure) {
            throw failed(URL, failure);
        }
    }

    /** Runs statements that stand apart by blank lines. */
    void runAll(String text) {
        for (String statement : text.split(";\\s*\\n\\s*\\n", -1)) {
            run(statement);
        }
    }

    void run(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw failed(sql, failure);
        }
    }

    /** Runs a statement that writes; gives the number of rows. */
    long write(String sql) {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        } catch (SQLException failure) {
            throw failed(sql, failure);
        }
    }

    /** The one whole number that a query gives. */
    long number(String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException failure) {
            throw failed(sql, failure);
        }
    }

    /** Rows of a query of which every value was calculated, and then left. */
    long rows(String select) {
        return number("SELECT count(*), bit_xor(hash(each)) FROM (" + select + ") AS each");
    }

    /** Sets what {@code getvariable} gives. */
    void set(String name, Object value) {
        run("SET VARIABLE " + name + " = " + literal(value));
    }

    /** A value as SQL has it. */
    static String literal(Object value) {
        if (value instanceof Instant instant) {
            return "TIMESTAMPTZ '" + instant + "'";
        }
        if (value instanceof Object[] values) {
            return literal(Arrays.asList(values));
        }
        if (value instanceof Collection<?> values) {
            return values.stream().map(DuckDb::literal).collect(Collectors.joining(", ", "[", "]"));
        }
        return value instanceof Number ? value.toString() : "'" + value + "'";
    }

    /** A view {@code name} over the Parquet files of folders; without rows where there is no folder. */
    void files(String name, StructType schema, List<String> folders) {
        if (folders.isEmpty()) {
            String columns = Arrays.stream(schema.fields())
                    .map(field -> "NULL::" + type(field) + " AS " + field.name())
                    .collect(Collectors.joining(", "));
            run("CREATE VIEW " + name + " AS SELECT " + columns + " WHERE false");
            return;
        }
        run("CREATE VIEW " + name + " AS FROM read_parquet("
                + literal(folders.stream().map(folder -> folder + "/*.parquet").toList())
                + ", hive_partitioning = false)");
    }

    private static String type(StructField field) {
        return switch (field.dataType().typeName()) {
            case "long" -> "BIGINT";
            case "integer" -> "INTEGER";
            case "float" -> "FLOAT";
            case "double" -> "DOUBLE";
            case "boolean" -> "BOOLEAN";
            case "string" -> "VARCHAR";
            case "timestamp" -> "TIMESTAMPTZ";
            default -> throw new IllegalArgumentException("inputs have no column of type " + field.dataType());
        };
    }

    private static IllegalStateException failed(String sql, SQLException failure) {
        return new IllegalStateException("DuckDB failed on: " + sql, failure);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException failure) {
            throw failed("close", failure);
        }
    }
}
