package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.source.Sources;
import io.pushrank.jobs.table.DataDictionary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages say is what the code does. */
class DocumentationTest {
    private static final Path HOME = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void theDataDictionaryIsTheDdl() throws IOException {
        Path file = HOME.resolve("sample-data/data-dictionary.md");
        if ("write".equals(System.getProperty("pushrank.golden"))) {
            Files.writeString(file, DataDictionary.markdown());
        }
        assertEquals(DataDictionary.markdown(), Files.readString(file));
    }

    @Test
    void theReadmesTableOfSourcesIsTheConfiguredSources() throws IOException {
        List<String> expected = Sources.of(ConfigFile.shipped().config()).stream()
                .map(source -> "| [" + source.name() + "](jobs/src/main/resources/sources/" + source.name() + ".sql) | "
                        + source.summary() + " | " + network(source) + " | "
                        + source.setting().orElse("none") + " | " + source.limit() + " |")
                .toList();
        assertEquals(expected, rowsUnder("| source | gives | shown for | needs | limit |"));
    }

    @Test
    void theReadmesTableOfRulesIsTheRules() throws IOException {
        List<String> expected = Rules.all(ConfigFile.shipped().config(), Instant.EPOCH).stream()
                .map(rule -> "| [" + rule.code() + "](jobs/src/main/java/io/pushrank/jobs/rule/"
                        + rule.getClass().getSimpleName() + ".java) | " + steps(rule) + " | " + rule.summary() + " |")
                .toList();
        assertEquals(expected, rowsUnder("| rule | where | removes when |"));
    }

    @Test
    void everyLinkOfEveryPageLeadsSomewhere() throws IOException {
        for (String page : List.of(
                "README.md",
                "jobs/README.md",
                "udf/README.md",
                "conf/README.md",
                "conf/airflow/README.md",
                "sample-data/README.md",
                ".ci/README.md",
                ".github/CONTRIBUTING.md",
                ".github/CHANGELOG.md",
                ".github/SECURITY.md",
                ".github/decisions/README.md")) {
            Path file = HOME.resolve(page);
            Matcher link = LINK.matcher(Files.readString(file));
            while (link.find()) {
                assertTrue(Files.exists(file.resolveSibling(link.group(1))), page + " links to " + link.group(1));
            }
        }
    }

    @Test
    void everyDecisionIsInTheIndex() throws IOException {
        Path folder = HOME.resolve(".github/decisions");
        String index = Files.readString(folder.resolve("README.md"));
        try (Stream<Path> pages = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    pages.map(page -> page.getFileName().toString())
                            .filter(page -> !page.equals("README.md") && !index.contains("](" + page + ")"))
                            .toList());
        }
    }

    private static String network(Source source) {
        return switch (source.network()) {
            case IN -> "followed authors";
            case OUT -> "other authors";
            case BOTH -> "any author";
        };
    }

    private static String steps(Rule rule) {
        if (rule.steps().contains(Rule.Step.TARGETS)) {
            return "targets";
        }
        return rule.steps().contains(Rule.Step.CANDIDATES) ? "candidates, quality control" : "quality control";
    }

    private static List<String> rowsUnder(String header) throws IOException {
        return Files.readAllLines(HOME.resolve("README.md")).stream()
                .dropWhile(line -> !line.equals(header))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }
}
