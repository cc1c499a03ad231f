package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Rows that a stage must give on the sample data, as a text file that a person can read and a diff can show.
 *
 * <p>Ids, ranks and reasons must be equal; floating-point columns may differ by 1e-5. With {@code -Dpushrank.golden=write}
 * the files are written instead of compared.
 */
final class Golden {
    private static final double TOLERANCE = 1e-5;

    private Golden() {}

    static void check(Path file, Dataset<Row> rows) throws IOException {
        List<String> lines = rows.collectAsList().stream().map(Golden::line).collect(Collectors.toList());
        lines.add(0, String.join(",", rows.columns()));
        if ("write".equals(System.getProperty("pushrank.golden"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, String.join("\n", lines) + "\n");
            return;
        }
        List<String> expected = Files.readAllLines(file);
        assertEquals(expected.get(0), lines.get(0), file + ": columns");
        for (int number = 1; number < Math.min(expected.size(), lines.size()); number++) {
            assertTrue(
                    isSame(expected.get(number), lines.get(number)),
                    file + ", line " + (number + 1) + "\nexpected: " + expected.get(number) + "\nfound:    "
                            + lines.get(number));
        }
        assertEquals(expected.size(), lines.size(), file + ": rows");
    }

    private static String line(Row row) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            line.append(column == 0 ? "" : ",").append(row.isNullAt(column) ? "" : row.get(column));
        }
        return line.toString();
    }

    private static boolean isSame(String expected, String found) {
        String[] expectedFields = expected.split(",", -1);
        String[] foundFields = found.split(",", -1);
        if (expectedFields.length != foundFields.length) {
            return false;
        }
        for (int field = 0; field < expectedFields.length; field++) {
            if (!expectedFields[field].equals(foundFields[field])
                    && !(expectedFields[field].contains(".")
                            && Math.abs(Double.parseDouble(expectedFields[field])
                                            - Double.parseDouble(foundFields[field]))
                                    <= TOLERANCE)) {
                return false;
            }
        }
        return true;
    }
}
