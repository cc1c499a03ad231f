package io.pushrank.jobs;

import io.pushrank.jobs.table.Table;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Rows of an output table, and what of them goes into golden files.
 *
 * @param name as a run prints it beside the table's digest
 * @param rows all of them, in any order
 */
record GoldenRows(String name, Table table, List<Row> rows) {
    /** Columns of whose values the rows are counted: those that say why a row is there, or why it is not. */
    private static final List<String> COUNTED =
            List.of("is_eligible", "item_type", "notification_type", "is_in_network", "sources", "reasons");

    private static final int DIGEST_DIGITS = 16;

    /** Every column of the users' rows, in the order of the key; a struct has a column for each of its fields. */
    GoldenTable of(Collection<Long> users) {
        List<String> key = table.key();
        List<String> columns = new ArrayList<>(key);
        Stream.of(table.schema().fieldNames())
                .filter(column -> !key.contains(column))
                .forEach(column -> columns.addAll(fields(column)));
        Map<List<String>, List<String>> texts = new LinkedHashMap<>();
        rows.stream()
                .filter(row -> users.contains(user(row)))
                .sorted(byKey())
                .map(row -> columns.stream().map(column -> text(row, column)).toList())
                .forEach(cells -> texts.put(cells.subList(0, key.size()), cells.subList(key.size(), cells.size())));
        return new GoldenTable(key.size(), columns, texts);
    }

    /**
     * How many rows there are, in all and of each value of {@link #COUNTED}; the digest of all that is not a floating-point
     * number; and of these numbers, which differ between machines, the means.
     *
     * @return text by figure and what it is of
     */
    Map<List<String>, String> figures() {
        Map<List<String>, String> figures = new LinkedHashMap<>();
        figures.put(List.of("rows", ""), String.valueOf(rows.size()));
        String exact = rows.stream().map(row -> text(row, 0, false)).sorted().collect(Collectors.joining("\n"));
        figures.put(List.of("digest", ""), DigestUtils.sha256Hex(exact).substring(0, DIGEST_DIGITS));
        counted().forEach(column -> counts(column)
                .forEach((value, count) -> figures.put(List.of("rows of " + column, value), String.valueOf(count))));
        Map<String, List<Double>> numbers = new TreeMap<>();
        rows.forEach(row -> numbers("", row, numbers));
        numbers.forEach((column, values) -> figures.put(List.of("mean of", column), mean(values)));
        return figures;
    }

    List<String> counted() {
        List<String> names = Arrays.asList(table.schema().fieldNames());
        return COUNTED.stream().filter(names::contains).toList();
    }

    /** Rows of each of a column's values. */
    Map<String, Long> counts(String column) {
        return rows.stream()
                .flatMap(row -> values(row, column).distinct())
                .collect(Collectors.groupingBy(value -> value, TreeMap::new, Collectors.counting()));
    }

    /** Users of whom a row has a value in a column. */
    List<Long> users(String column, String value) {
        return rows.stream()
                .filter(row -> values(row, column).anyMatch(value::equals))
                .map(GoldenRows::user)
                .distinct()
                .sorted()
                .toList();
    }

    private static long user(Row row) {
        return row.getAs("user_id");
    }

    private static Stream<String> values(Row row, String column) {
        Object value = row.getAs(column);
        return value == null
                ? Stream.empty()
                : value instanceof Seq<?> elements
                        ? CollectionConverters.asJava(elements).stream()
                                .map(element -> element instanceof Row source ? source.getAs("source") : element)
                                .map(String::valueOf)
                        : Stream.of(String.valueOf(value));
    }

    private Comparator<Row> byKey() {
        return table.key().stream()
                .<Comparator<Row>>map(column -> Comparator.comparing(
                        row -> row.getAs(column), Comparator.<Comparable<Object>>nullsFirst(Comparator.naturalOrder())))
                .reduce(Comparator::thenComparing)
                .orElseThrow();
    }

    /** The column itself, or of a struct the paths of its fields. */
    private List<String> fields(String column) {
        return table.schema().apply(column).dataType() instanceof StructType struct
                ? Stream.of(struct.fieldNames())
                        .map(field -> column + "." + field)
                        .toList()
                : List.of(column);
    }

    private static String text(Row row, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return text(row.getAs(path), 0, true);
        }
        Row struct = row.getAs(path.substring(0, dot));
        Seq<?> vector = struct == null ? null : struct.getAs(path.substring(dot + 1));
        if (vector == null) {
            return "";
        }
        // Hundreds of numbers that nobody reads: the scores that come of them stand beside it.
        Map<String, List<Double>> numbers = new TreeMap<>();
        numbers("", vector, numbers);
        return vector.size() + " values"
                + (numbers.isEmpty()
                        ? " of digest "
                                + DigestUtils.sha256Hex(text(vector, 0, true)).substring(0, DIGEST_DIGITS)
                        : " of mean " + mean(numbers.get("")));
    }

    /**
     * A value as text: elements of an array are separated by spaces, fields of a struct by colons, elements of an array
     * inside an array by plus signs. A double has the digits of a float.
     *
     * @param depth how many arrays the value is inside of
     * @param withNumbers whether floating-point numbers are shown
     */
    private static String text(Object value, int depth, boolean withNumbers) {
        if (value == null) {
            return "";
        }
        if (value instanceof Timestamp timestamp) {
            return timestamp.toInstant().toString();
        }
        if (value instanceof Row row) {
            return IntStream.range(0, row.size())
                    .mapToObj(field -> text(row.get(field), depth, withNumbers))
                    .collect(Collectors.joining(":"));
        }
        if (value instanceof Seq<?> elements) {
            return CollectionConverters.asJava(elements).stream()
                    .map(element -> text(element, depth + 1, withNumbers))
                    .collect(Collectors.joining(depth == 0 ? " " : "+"));
        }
        if (isNumber(value)) {
            return withNumbers ? String.valueOf(((Number) value).floatValue()) : "";
        }
        return String.valueOf(value);
    }

    private static void numbers(String path, Object value, Map<String, List<Double>> numbers) {
        if (value instanceof Row row) {
            for (int field = 0; field < row.size(); field++) {
                String name = row.schema().fieldNames()[field];
                numbers(path.isEmpty() ? name : path + "." + name, row.get(field), numbers);
            }
        } else if (value instanceof Seq<?> elements) {
            CollectionConverters.asJava(elements).forEach(element -> numbers(path, element, numbers));
        } else if (value != null && isNumber(value)) {
            numbers.computeIfAbsent(path, none -> new ArrayList<>()).add(((Number) value).doubleValue());
        }
    }

    private static boolean isNumber(Object value) {
        return value instanceof Float || value instanceof Double;
    }

    private static String mean(List<Double> values) {
        // In one order, so that two runs add up the same numbers to the same sum; what a float shows is enough.
        return String.valueOf((float)
                values.stream().sorted().mapToDouble(value -> value).average().orElseThrow());
    }
}
