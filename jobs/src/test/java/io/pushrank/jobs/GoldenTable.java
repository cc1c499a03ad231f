package io.pushrank.jobs;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A table as text, one line a row. Two texts are the same when they differ in decimal numbers only, by 1e-5 at most, or by
 * 1e-5 of numbers beyond one: so far do machines of two kinds agree.
 *
 * @param keys how many of the columns identify a row; they come first
 * @param columns names
 * @param rows the other columns' texts by those of the key, in the order of the file
 */
record GoldenTable(int keys, List<String> columns, Map<List<String>, List<String>> rows) {
    private static final double TOLERANCE = 1e-5;
    private static final Pattern DECIMAL = Pattern.compile("-?\\d+\\.\\d+(E-?\\d+)?");
    private static final Pattern BETWEEN_VALUES = Pattern.compile("[ :+]");
    /** A comma that an even number of quotation marks follows. */
    private static final Pattern COMMA = Pattern.compile(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");

    /**
     * A text that is not what it must be.
     *
     * @param key of the row; empty when the column as a whole is absent or too many
     * @param column empty when the row as a whole is absent or too many
     */
    record Difference(List<String> key, String column, String expected, String found) {}

    static final String THERE = "there";
    static final String ABSENT = "absent";

    /** The table of a file; of a file that does not exist, one without rows. */
    static GoldenTable read(Path file, int keys, List<String> columns) throws IOException {
        if (!Files.exists(file)) {
            return new GoldenTable(keys, columns, Map.of());
        }
        List<String> lines = Files.readAllLines(file);
        Map<List<String>, List<String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> cells =
                    Stream.of(COMMA.split(line, -1)).map(GoldenTable::unquoted).toList();
            if (rows.put(cells.subList(0, keys), cells.subList(keys, cells.size())) != null) {
                throw new IllegalArgumentException(file + ": a key must be there once, but is twice: " + line);
            }
        }
        return new GoldenTable(keys, List.of(lines.get(0).split(",", -1)), rows);
    }

    /** Lines of the file, the names of the columns first. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(String.join(",", columns)));
        rows.forEach((key, cells) -> lines.add(Stream.concat(key.stream(), cells.stream())
                .map(GoldenTable::quoted)
                .collect(joining(","))));
        return lines;
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, String.join("\n", lines()) + "\n");
    }

    /** Columns and rows that only one of the tables has, and other texts in those that both have. */
    List<Difference> differences(GoldenTable found) {
        List<Difference> differences = new ArrayList<>();
        Set<List<String>> everyKey = new LinkedHashSet<>(rows.keySet());
        everyKey.addAll(found.rows.keySet());
        Stream.concat(columns.stream(), found.columns.stream())
                .distinct()
                .filter(column -> columns.contains(column) != found.columns.contains(column))
                .map(column -> new Difference(
                        List.of(),
                        column,
                        columns.contains(column) ? THERE : ABSENT,
                        columns.contains(column) ? ABSENT : THERE))
                .forEach(differences::add);
        List<String> shared = values().stream().filter(found.values()::contains).toList();
        for (List<String> key : everyKey) {
            if (!rows.containsKey(key) || !found.rows.containsKey(key)) {
                boolean isExpected = rows.containsKey(key);
                differences.add(new Difference(key, "", isExpected ? THERE : ABSENT, isExpected ? ABSENT : THERE));
                continue;
            }
            for (String column : shared) {
                String expected = text(key, column);
                String other = found.text(key, column);
                if (!isSame(expected, other)) {
                    differences.add(new Difference(key, column, expected, other));
                }
            }
        }
        return differences;
    }

    /** This table with the earlier one's texts where they are the same, so that another kind of machine changes no file. */
    GoldenTable keeping(GoldenTable earlier) {
        Map<List<String>, List<String>> kept = new LinkedHashMap<>();
        rows.forEach((key, cells) -> kept.put(
                key,
                values().stream()
                        .map(column -> isSame(earlier.text(key, column), text(key, column))
                                ? earlier.text(key, column)
                                : text(key, column))
                        .toList()));
        return new GoldenTable(keys, columns, kept);
    }

    /** Text of a column; {@link #ABSENT} without such a row or column. */
    String text(List<String> key, String column) {
        int index = values().indexOf(column);
        return index < 0 || !rows.containsKey(key) ? ABSENT : rows.get(key).get(index);
    }

    private List<String> values() {
        return columns.subList(keys, columns.size());
    }

    private static boolean isSame(String expected, String found) {
        if (expected.equals(found)) {
            return true;
        }
        String[] expectedParts = BETWEEN_VALUES.split(expected, -1);
        String[] foundParts = BETWEEN_VALUES.split(found, -1);
        return expectedParts.length == foundParts.length
                && Arrays.equals(
                        expectedParts, foundParts, (one, other) -> one.equals(other) || isNear(one, other) ? 0 : 1);
    }

    private static boolean isNear(String expected, String found) {
        if (!DECIMAL.matcher(expected).matches() || !DECIMAL.matcher(found).matches()) {
            return false;
        }
        double number = Double.parseDouble(expected);
        return Math.abs(number - Double.parseDouble(found)) <= TOLERANCE * Math.max(1, Math.abs(number));
    }

    private static String quoted(String cell) {
        return cell.contains(",") || cell.contains("\"") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }

    private static String unquoted(String cell) {
        return cell.startsWith("\"") ? cell.substring(1, cell.length() - 1).replace("\"\"", "\"") : cell;
    }
}
