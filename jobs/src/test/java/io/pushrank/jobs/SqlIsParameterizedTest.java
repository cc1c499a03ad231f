package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SQL stands in files and takes named parameters: no text of it is put together from values. */
class SqlIsParameterizedTest {
    private static final Pattern CALL = Pattern.compile("(?:\\.sql|[^.\\w]expr|selectExpr|\\.filter|\\.where)\\(");
    /** Benches measure on rows that they make of constants. */
    private static final String BENCHES = "/bench/";

    @Test
    void noSqlIsPutTogetherFromValues() throws IOException {
        List<String> found = new ArrayList<>();
        for (String module : List.of("../udf/src/main/java", "src/main/java")) {
            try (Stream<Path> files = Files.walk(Path.of(module))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                        .filter(path -> !path.toString().contains(BENCHES))
                        .toList()) {
                    for (String argument : arguments(Files.readString(file))) {
                        if (isPutTogether(argument)) {
                            found.add(file + ": " + argument);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    void theTestKnowsSqlThatIsPutTogether() {
        assertEquals(
                List.of(true, true, false, false),
                Stream.of(
                                "rows.filter(\"user_id = \" + user)",
                                "spark.sql(\"SELECT %s\".formatted(name))",
                                "rows.filter(\"weight > 0\")",
                                "rows.filter(col(\"a\" + b).gt(0))")
                        .map(call -> isPutTogether(arguments(call).get(0)))
                        .toList());
    }

    /** The text between the parentheses of each call that takes SQL. */
    private static List<String> arguments(String source) {
        List<String> arguments = new ArrayList<>();
        var call = CALL.matcher(source);
        while (call.find()) {
            int end = call.end();
            for (int depth = 1; depth > 0 && end < source.length(); end++) {
                depth += source.charAt(end) == '(' ? 1 : source.charAt(end) == ')' ? -1 : 0;
            }
            arguments.add(source.substring(call.end(), end - 1));
        }
        return arguments;
    }

    /** Whether a text literal is joined to something, outside of the arguments of an inner call. */
    private static boolean isPutTogether(String argument) {
        String outer = argument;
        for (String before = ""; !before.equals(outer); ) {
            before = outer;
            outer = outer.replaceAll("[.\\w]*(?<!formatted)(?<!format)\\([^()]*\\)", "");
        }
        return outer.matches("(?s).*\"\\s*\\+.*|.*\\+\\s*\".*|.*format(?:ted)?\\(.*");
    }
}
