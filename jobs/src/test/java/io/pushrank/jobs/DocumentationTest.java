package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.FactDictionary;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.RowExpression;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.source.EverySource;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.source.Sources;
import io.pushrank.jobs.table.DataDictionary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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
        List<String> rows = Sources.of(Facts.of(ConfigFile.shipped())).all().stream()
                .map(source -> row(
                        "[" + source.name() + "](conf/sources/" + source.name() + ".sql)",
                        source.summary(),
                        source.itemType(),
                        network(source),
                        source.needs().map(RowExpression::text).orElse("none"),
                        String.valueOf(source.limit())))
                .toList();
        assertPageHas("README.md", "| source | gives | items | shown for | needs | limit |", rows);
    }

    @Test
    void theTableOfSourcesThatAreOffIsTheFilesWithoutAnEntry() throws IOException {
        List<String> rows = Sources.of(Facts.of(EverySource.settings())).all().stream()
                .filter(source -> EverySource.off().contains(source.name()))
                .map(source -> row(
                        "[" + source.name() + "](sources/" + source.name() + ".sql)",
                        source.summary(),
                        network(source),
                        source.needs().map(RowExpression::text).orElse("none"),
                        source.parameters().entrySet().stream()
                                .filter(parameter -> !parameter.getKey().equals("limit"))
                                .sorted(Map.Entry.comparingByKey())
                                .map(parameter -> parameter.getKey() + " " + parameter.getValue())
                                .collect(Collectors.joining(", "))))
                .toList();
        assertPageHas("conf/README.md", "| source | gives | shown for | needs | parameters |", rows);
    }

    @Test
    void theSettingsThatSwitchSourcesOnAreUsable() throws IOException {
        Matcher settings = Pattern.compile("```yaml\n(candidates:\n  sources:\n.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(HOME.resolve("conf/README.md")));
        assertTrue(settings.find(), "conf/README.md shows how to switch sources on");
        List<String> all = new ArrayList<>(
                ConfigFile.shipped().config().candidates().sources().keySet());
        all.addAll(EverySource.off());

        assertEquals(
                Set.copyOf(all),
                Sources.of(Facts.of(ConfigFile.shipped().over("conf/README.md", settings.group(1)))).all().stream()
                        .map(Source::name)
                        .collect(Collectors.toSet()));
    }

    @Test
    void theReadmesTableOfRulesIsTheRulesAndWhatStagesLeaveOut() throws IOException {
        List<String> rows = new ArrayList<>(rowsOfRules("conf/rules.yaml", true));
        for (StageReason reason : StageReason.values()) {
            rows.add(row(reason.code(), reason.stage(), reason.says()));
        }
        assertPageHas("README.md", "| rule | where | removes when |", rows);
    }

    @Test
    void theTableOfRulesThatAreOffIsTheRulesThatAreShippedSo() throws IOException {
        assertPageHas("conf/README.md", "| rule | where | removes when |", rowsOfRules("rules.yaml", false));
    }

    private static List<String> rowsOfRules(String file, boolean isOn) {
        return Rules.of(Facts.of(ConfigFile.shipped())).all().stream()
                .filter(rule -> rule.isOn() == isOn)
                .map(rule -> row(
                        "[" + rule.name() + "](" + file + ")",
                        Arrays.stream(Step.values())
                                .filter(rule.steps()::contains)
                                .map(step -> step.word().replace('_', ' '))
                                .collect(Collectors.joining(", ")),
                        rule.says()))
                .toList();
    }

    @Test
    void theDictionaryOfFactsIsTheFactFiles() throws IOException {
        Path file = HOME.resolve("conf/facts/README.md");
        String page = FactDictionary.markdown(SharedSpark.session(), Facts.of(ConfigFile.shipped()));
        if ("write".equals(System.getProperty("pushrank.golden"))) {
            Files.writeString(file, page);
        }
        assertEquals(page, Files.readString(file));
    }

    @Test
    void everyLinkOfEveryPageLeadsSomewhere() throws IOException {
        List<Path> pages;
        try (Stream<Path> files = Files.find(HOME, 5, (file, attributes) -> isPage(file))) {
            pages = files.toList();
        }
        assertTrue(pages.contains(HOME.resolve(".github/CONTRIBUTING.md")), () -> "found " + pages);
        for (Path page : pages) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                assertTrue(Files.exists(page.resolveSibling(link.group(1))), page + " links to " + link.group(1));
            }
        }
    }

    /** Whether it is a page of the project: builds leave others in {@code target}, and code holds fragments of some. */
    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md")
                && StreamSupport.stream(HOME.relativize(file).spliterator(), false)
                        .noneMatch(part -> Set.of("target", "src", ".git").contains(part.toString()));
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

    private static String row(String... cells) {
        return Arrays.stream(cells)
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** Checks the rows of a table of a page; writes them instead where goldens are written. */
    private static void assertPageHas(String page, String header, List<String> rows) throws IOException {
        Path file = HOME.resolve(page);
        List<String> lines = Files.readAllLines(file);
        int first = lines.indexOf(header) + 2;
        assertTrue(first > 1, page + " has no line " + header);
        int end = first;
        while (end < lines.size() && lines.get(end).startsWith("|")) {
            end++;
        }
        if ("write".equals(System.getProperty("pushrank.golden"))) {
            List<String> written = new ArrayList<>(lines.subList(0, first));
            written.addAll(rows);
            written.addAll(lines.subList(end, lines.size()));
            Files.writeString(file, String.join("\n", written) + "\n");
        } else {
            assertEquals(rows, lines.subList(first, end));
        }
    }
}
