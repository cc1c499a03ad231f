package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.fail;

import io.pushrank.jobs.GoldenTable.Difference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/**
 * What the stages give on the sample data, as files that a person can read and a diff can show: every column of the rows of
 * the users in {@code golden-users.csv}, and counts, digests and means of all rows in {@code golden-counts.csv}.
 *
 * <p>Ids, ranks and reasons must be equal; floating-point numbers as {@link GoldenTable} says.
 */
final class Goldens {
    /** So many lines can be reviewed. */
    private static final int MAX_LINES = 1500;

    private static final String USERS = "golden-users.csv";
    private static final String COUNTS = "golden-counts.csv";

    private static final List<String> COUNT_COLUMNS = List.of("table", "figure", "of", "value");
    private static final int SHOWN = 5;
    private static final String WHEN_MEANT =
            "When this is meant, .ci/goldens rewrites the golden files of sample-data and prints what changed.";

    private final Path folder;
    private final Set<Long> users = new TreeSet<>();
    /** By file below the folder, in flow order. */
    private final Map<String, GoldenRows> rows = new LinkedHashMap<>();

    Goldens(Path folder) throws IOException {
        this.folder = folder;
        GoldenTable named = GoldenTable.read(folder.resolve(USERS), 1, List.of("user_id", "why"));
        named.rows().keySet().forEach(key -> users.add(Long.valueOf(key.get(0))));
    }

    /** Adds a table's rows, of all users. */
    void add(String file, GoldenRows added) {
        rows.put(file, added);
    }

    /** Fails when what was added is not what the files hold. */
    void check() throws IOException {
        List<String> messages = new ArrayList<>();
        for (Map.Entry<String, GoldenTable> found : tables().entrySet()) {
            GoldenTable expected = read(found.getKey(), found.getValue());
            List<Difference> differences = expected.differences(found.getValue());
            differences.stream()
                    .limit(SHOWN)
                    .map(difference -> message(found.getKey(), difference))
                    .forEach(messages::add);
            if (differences.size() > SHOWN) {
                messages.add(found.getKey() + ": " + (differences.size() - SHOWN) + " more differences");
            }
        }
        strays().forEach(file -> messages.add(file + ": must be of a stage's table, but no stage gives it"));
        if (!messages.isEmpty()) {
            fail(String.join("\n", messages) + "\n" + WHEN_MEANT);
        }
        tooManyLines().ifPresent(Assertions::fail);
    }

    /**
     * Writes the files.
     *
     * @return what changed, by table: its counts, then the rows of each user; and what no user in the files shows
     */
    List<String> write() throws IOException {
        List<String> changes = new ArrayList<>();
        Map<String, GoldenTable> tables = tables();
        GoldenTable counts = tables.get(COUNTS);
        List<Difference> ofCounts = read(COUNTS, counts).differences(counts);
        for (Map.Entry<String, GoldenRows> each : rows.entrySet()) {
            String name = each.getValue().name();
            GoldenTable found = tables.get(each.getKey());
            GoldenTable earlier = read(each.getKey(), found);
            List<String> changed = new ArrayList<>(figures(
                    ofCounts.stream()
                            .filter(difference -> difference.key().get(0).equals(name))
                            .toList(),
                    read(COUNTS, counts),
                    counts));
            List<Difference> differences = earlier.differences(found);
            differences.stream()
                    .filter(difference -> difference.key().isEmpty())
                    .forEach(difference -> changed.add("column " + difference.column() + ": " + difference.expected()
                            + " -> " + difference.found()));
            changed.addAll(byUser(differences.stream()
                    .filter(difference -> !difference.key().isEmpty() && users.contains(user(difference)))
                    .toList()));
            if (!changed.isEmpty()) {
                changes.add(name);
                changed.forEach(line -> changes.add("  " + line));
            }
        }
        for (String stray : strays()) {
            changes.add(stray + " deleted: no stage gives it");
            Files.delete(folder.resolve(stray));
        }
        for (Map.Entry<String, GoldenTable> each : tables.entrySet()) {
            each.getValue().keeping(read(each.getKey(), each.getValue())).write(folder.resolve(each.getKey()));
        }
        if (changes.isEmpty()) {
            changes.add("No golden file changed.");
        }
        changes.addAll(uncovered());
        tooManyLines().ifPresent(changes::add);
        return changes;
    }

    private Map<String, GoldenTable> tables() {
        Map<String, GoldenTable> tables = new LinkedHashMap<>();
        Map<List<String>, List<String>> figures = new LinkedHashMap<>();
        rows.forEach((file, each) -> {
            tables.put(file, each.of(users));
            each.figures()
                    .forEach((figure, text) ->
                            figures.put(List.of(each.name(), figure.get(0), figure.get(1)), List.of(text)));
        });
        tables.put(COUNTS, new GoldenTable(COUNT_COLUMNS.size() - 1, COUNT_COLUMNS, figures));
        return tables;
    }

    private GoldenTable read(String file, GoldenTable like) throws IOException {
        return GoldenTable.read(folder.resolve(file), like.keys(), like.columns());
    }

    /** Golden files of tables that no stage gives any more. */
    private List<String> strays() throws IOException {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.map(file -> folder.relativize(file).toString())
                    .filter(file -> file.contains("/") && file.endsWith(".csv") && !rows.containsKey(file))
                    .sorted()
                    .toList();
        }
    }

    private Optional<String> tooManyLines() throws IOException {
        List<String> files = new ArrayList<>(rows.keySet());
        files.addAll(List.of(COUNTS, USERS));
        long lines = 0;
        for (String file : files) {
            lines += Files.readAllLines(folder.resolve(file)).size();
        }
        return lines <= MAX_LINES
                ? Optional.empty()
                : Optional.of("Golden files must have at most " + MAX_LINES + " lines, but have " + lines
                        + ": take users out of " + USERS + ".");
    }

    private static String message(String file, Difference difference) {
        if (difference.key().isEmpty()) {
            return file + ": column " + difference.column() + " must be " + difference.expected() + ", but is "
                    + difference.found();
        }
        String of = file + ", " + label(difference.key());
        if (difference.column().isEmpty()) {
            return of + ": must be " + difference.expected() + ", but is " + difference.found();
        }
        return of + ": " + difference.column() + " must be " + shown(difference.expected()) + ", but is "
                + shown(difference.found());
    }

    private static String label(List<String> key) {
        String text = String.join(" ", key).strip();
        return Character.isDigit(text.charAt(0)) ? "user " + text : text;
    }

    private static String shown(String text) {
        return text.isEmpty() ? "empty" : text;
    }

    private static List<String> figures(List<Difference> differences, GoldenTable earlier, GoldenTable found) {
        List<String> lines = new ArrayList<>();
        for (Difference difference : differences) {
            List<String> key = difference.key();
            if (!key.get(1).equals("digest")) {
                String label = key.get(1).replace("rows of ", "") + (key.get(2).isEmpty() ? "" : " " + key.get(2));
                lines.add(label + ": " + count(earlier.text(key, "value")) + " -> " + count(found.text(key, "value")));
            }
        }
        if (lines.isEmpty() && !differences.isEmpty()) {
            lines.add("the counts are equal, the digest is not");
        }
        return lines;
    }

    private static String count(String text) {
        return text.equals(GoldenTable.ABSENT) ? "0" : text;
    }

    private static long user(Difference difference) {
        return Long.parseLong(difference.key().get(0));
    }

    /** A line for each user: rows more and fewer, and columns with other texts, with a count and an example of each. */
    private static List<String> byUser(List<Difference> differences) {
        Map<Long, List<Difference>> byUser =
                differences.stream().collect(Collectors.groupingBy(Goldens::user, TreeMap::new, Collectors.toList()));
        List<String> lines = new ArrayList<>();
        byUser.forEach((user, ofUser) -> {
            Map<String, List<Difference>> byKind = ofUser.stream()
                    .collect(Collectors.groupingBy(Goldens::kind, LinkedHashMap::new, Collectors.toList()));
            lines.add("user " + user + ": "
                    + byKind.entrySet().stream()
                            .map(each ->
                                    each.getKey().formatted(rows(each.getValue().size()))
                                            + example(each.getValue().get(0)))
                            .collect(Collectors.joining(", ")));
        });
        return lines;
    }

    private static String kind(Difference difference) {
        if (!difference.column().isEmpty()) {
            return difference.column() + " of %s";
        }
        return difference.found().equals(GoldenTable.THERE) ? "%s more" : "%s fewer";
    }

    private static String rows(int count) {
        return count + (count == 1 ? " row" : " rows");
    }

    /** The item and what became of it; nothing for a whole row that has no item. */
    private static String example(Difference difference) {
        String item = String.join(
                        " ", difference.key().subList(1, difference.key().size()))
                .strip();
        String change =
                difference.column().isEmpty() ? "" : shown(difference.expected()) + " -> " + shown(difference.found());
        String both = (item + " " + change).strip();
        return both.isEmpty() ? "" : " (" + both + ")";
    }

    /** Values that some rows have, but none of the users in the files. */
    private List<String> uncovered() {
        List<String> lines = new ArrayList<>();
        for (GoldenRows each : rows.values()) {
            for (String column : each.counted()) {
                for (String value : each.counts(column).keySet()) {
                    List<Long> having = each.users(column, value);
                    if (having.stream().noneMatch(users::contains)) {
                        lines.add("No user in " + USERS + " has " + column + " " + value + " in " + each.name()
                                + "; users who have: "
                                + having.stream()
                                        .limit(SHOWN)
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", ")));
                    }
                }
            }
        }
        return lines;
    }
}
