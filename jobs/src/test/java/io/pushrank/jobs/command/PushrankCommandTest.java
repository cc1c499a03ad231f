package io.pushrank.jobs.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PushrankCommandTest {
    @TempDir
    private Path directory;

    @BeforeAll
    static void openSession() {
        SharedSpark.session();
    }

    /** Runs a verb on a world; options that are given again win. */
    private static Result execute(TinyWorld world, String verb, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--date=" + TinyWorld.DATE,
                "--input=" + world.layout().input(),
                "--output=" + world.layout().output(),
                "--models=" + world.layout().models()));
        for (String option : more) {
            int equals = option.indexOf('=');
            arguments.removeIf(before -> equals > 0 && before.startsWith(option.substring(0, equals + 1)));
        }
        arguments.addAll(0, List.of(verb.split(" ")));
        arguments.addAll(Arrays.asList(more));
        return Result.of(arguments.toArray(String[]::new));
    }

    private static void fails(int exitCode, String message, Result result) {
        assertEquals("\npushrank: " + message + "\n", lastLines(result.err(), 2));
        assertEquals(exitCode, result.exitCode());
        assertFalse(result.err().contains("\tat "), "no stack trace");
    }

    private static String lastLines(String text, int lines) {
        List<String> all = text.lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size())) + "\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            dayly                         | Unmatched argument at index 0: 'dayly'
            ''                            | a verb is missing
            train                         | which model: heavy, light, collaborative, retrieval, communities or real_graph?
            explain                       | Missing required option: '--user=ID'
            generate --users=5            | Missing required options: '--days=D', '--seed=S', '--output=DIR'
            daily --date=2026-02-30       | Invalid value for option '--date': cannot convert '2026-02-30' to class java.time.LocalDate (java.time.format.DateTimeParseException: Text '2026-02-30' could not be parsed: Invalid date 'FEBRUARY 30')
            daily --dat=2026-02-03        | Unknown option: '--dat=2026-02-03'
            bench roof --models=m         | Unknown option: '--models=m'
            """)
    void aWrongCommandLineIsAUsageError(String line, String message) {
        Result result = Result.of(line.isEmpty() ? new String[0] : line.split(" "));

        assertEquals(2, result.exitCode());
        assertEquals(message, result.err().lines().findFirst().orElse(""));
        assertFalse(result.err().contains("\tat "), "no stack trace");
    }

    @Test
    void helpAtEveryLevelListsOnlyVerbsThatExist() {
        Pattern listed = Pattern.compile("(?m)^  ([a-z][a-z_-]+)  ");
        List<List<String>> levels = new ArrayList<>(List.of(List.of()));
        int verbs = 0;
        while (!levels.isEmpty()) {
            List<String> level = levels.remove(0);
            List<String> arguments = new ArrayList<>(level);
            arguments.add("--help");

            Result result = Result.of(arguments.toArray(String[]::new));

            assertEquals(0, result.exitCode(), arguments.toString());
            assertEquals("", result.err());
            assertTrue(result.out()
                    .startsWith("Usage: pushrank" + (level.isEmpty() ? "" : " " + String.join(" ", level))));
            int commands = result.out().indexOf("\nCommands:");
            Matcher verb = listed.matcher(commands < 0 ? "" : result.out().substring(commands));
            while (verb.find()) {
                List<String> deeper = new ArrayList<>(level);
                deeper.add(verb.group(1));
                levels.add(deeper);
                verbs++;
            }
        }
        assertEquals(
                PushrankCommand.commandLine().getSubcommands().values().stream()
                        .mapToInt(verb -> 1 + verb.getSubcommands().size())
                        .sum(),
                verbs,
                "every verb is listed, and has a help of its own");
    }

    @Test
    void everyVerbSaysWhatItDoes() {
        for (CommandLine verb : PushrankCommand.commandLine().getSubcommands().values()) {
            assertTrue(
                    String.join(" ", verb.getCommandSpec().usageMessage().description())
                            .endsWith("."),
                    verb.getCommandName());
        }
    }

    @Test
    void inputsAndSettingsThatAreMissingAreNamedWithoutAStackTrace() throws IOException {
        TinyWorld world = new TinyWorld(directory).people(1).write();
        String nowhere = directory + "/nowhere";

        fails(
                3,
                "input rejected: input table users is required, but there is no folder " + nowhere + "/users",
                execute(world, "validate", "--input=" + nowhere));
        fails(
                3,
                "input rejected: input table users is required, but there is no partition ds=… in " + nowhere
                        + "/users",
                Result.of("daily", "--input=" + nowhere, "--output=" + directory + "/output"));
        fails(
                2,
                "usage or config: --set targets.cap=1: unknown key targets.cap, known are [targets.push_cap,"
                        + " targets.min_spacing_hours]",
                execute(world, "targets", "--set", "targets.cap=1"));
        fails(
                2,
                "usage or config: --config " + nowhere + " cannot be read: " + nowhere + ": File " + nowhere
                        + " does not exist",
                execute(world, "targets", "--config=" + nowhere));
        Path file = Files.writeString(directory.resolve("file"), "");
        Result unwritable = execute(world, "targets", "--output=" + file + "/output");
        assertEquals(2, unwritable.exitCode());
        assertTrue(unwritable.err().contains("--output " + file + "/output cannot be written: "), unwritable.err());
        assertFalse(unwritable.err().contains("\tat "), "no stack trace");
    }

    @ParameterizedTest
    @ValueSource(strings = {"heavy", "light"})
    void aThresholdThatNoPredictionOrEachOneReachesIsAUsageError(String ranker) {
        fails(
                2,
                "usage or config: --threshold must be above 0 and below 1, but is 1",
                Result.of("evaluate", ranker, "--threshold=1"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "-0.2, -0.2", "NaN, NaN"})
    void aHoldoutThatLeavesNothingToLearnFromOrToMeasureOnIsAUsageError(String given, String printed) {
        fails(
                2,
                "usage or config: --holdout must be above 0 and below 1, but is " + printed,
                Result.of("train", "heavy", "--holdout=" + given));
    }

    @Test
    void statusReturnsTheExitCodeOfTheLastRun() {
        TinyWorld world = new TinyWorld(directory).people(1).write();

        Result none = execute(world, "status");
        assertEquals("no run of 2026-03-14 in " + world.layout().output() + "\n", none.out());
        assertEquals(1, none.exitCode());

        Result candidates = execute(world, "candidates");
        fails(
                3,
                "input rejected: table targets has no partition ds=2026-03-14 in "
                        + world.layout().output() + "/targets: run the stage that writes it first",
                candidates);
        Result heavy = execute(world, "heavy-rank");
        assertEquals(5, heavy.exitCode(), heavy.err());
        assertTrue(heavy.err().contains("pushrank: model rejected: "), heavy.err());
        assertTrue(heavy.err().contains(world.layout().models()), heavy.err());
        assertFalse(heavy.err().contains("\tat "), "no stack trace");

        Result status = execute(world, "status");
        assertEquals(5, status.exitCode());
        assertEquals(
                List.of("candidates failed exit 3", "heavy-rank failed exit 5"),
                status.out()
                        .lines()
                        .map(line -> line.replaceAll(" +", " ").split(" ", 6))
                        .map(words -> words[1] + " " + words[2] + " " + words[3] + " " + words[4])
                        .toList());
    }

    @Test
    void refusedSettingsLeaveAManifestSoThatStatusReturnsTheirCode() {
        TinyWorld world = new TinyWorld(directory).people(1).write();

        Result refused = execute(world, "targets", "--set", "targets.push_cap=13");
        assertEquals(2, refused.exitCode());

        Result status = execute(world, "status");
        assertEquals(2, status.exitCode(), status.out());
        assertTrue(status.out().contains("targets.push_cap must be"), status.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "validate",
                "targets",
                "quality-control",
                "daily",
                "examples",
                "doctor",
                "train collaborative",
                "evaluate sends",
                "replay"
            })
    void aSourceWithAnUnusableParameterIsRefusedBeforeAnythingIsReadOrWritten(String verb) {
        TinyWorld world = new TinyWorld(directory);

        fails(
                2,
                "usage or config: config: candidates.sources.social_proof.max_age_hours must be between 1 and 8760, but is -5",
                execute(world, verb, "--set", "candidates.sources.social_proof.max_age_hours=-5"));
        assertFalse(Files.exists(Path.of(world.layout().output(), "examples")));
    }

    @Test
    void aRunOfTheFutureIsRefusedBeforeAnythingIsRead() {
        TinyWorld world = new TinyWorld(directory);
        String future = "decides at 2999-01-01T12:00:00Z, which must not be in the future, but now is ";

        for (String verb : List.of("daily", "targets", "validate", "examples")) {
            Result refused = execute(world, verb, "--date=2999-01-01");
            assertEquals(2, refused.exitCode(), refused.printed());
            assertTrue(
                    refused.err().contains("pushrank: usage or config: --date 2999-01-01 " + future),
                    refused.printed());
        }
        Result status = execute(world, "status", "--date=2999-01-01");
        assertEquals(2, status.exitCode(), status.out());
        assertTrue(status.out().contains(future), status.out());
        assertFalse(Files.exists(Path.of(world.layout().output(), "examples")), "no feature list is claimed either");
    }

    @Test
    void aBackfillIntoTheFutureBeginsWithNoDay() {
        TinyWorld world = new TinyWorld(directory);

        Result refused = Result.of(
                "backfill",
                "--from=2026-03-14",
                "--to=2999-01-01",
                "--input=" + world.layout().input(),
                "--output=" + world.layout().output(),
                "--models=" + world.layout().models());

        assertEquals(2, refused.exitCode(), refused.printed());
        assertTrue(refused.err().contains("--to 2999-01-01 decides at 2999-01-01T12:00:00Z"), refused.printed());
    }

    @Test
    void aSnapshotOfTomorrowIsNotWhatARunIsForByDefault() {
        TinyWorld world = new TinyWorld(directory)
                .people(1)
                .moved(Table.USERS, LocalDate.of(2999, 1, 1))
                .write();

        Result refused = Result.of(
                "validate",
                "--input=" + world.layout().input(),
                "--output=" + world.layout().output(),
                "--models=" + world.layout().models());

        assertEquals(2, refused.exitCode(), refused.printed());
        assertTrue(
                refused.err()
                        .matches(
                                "(?s).*pushrank: usage or config: 2999-01-01, by the latest snapshot of users, decides at"
                                        + " 2999-01-01T12:00:00Z, which must not be in the future, but now is \\S+Z: give --date\n"),
                refused.printed());
    }

    @Test
    void examplesWithoutAFirstDayBeginAWeekBeforeTheLast() {
        TinyWorld world = new TinyWorld(directory)
                .people(1)
                .without(Table.POSTS)
                .partition(Table.POSTS, TinyWorld.DATE.minusDays(60))
                .write();

        fails(
                3,
                "input rejected: input table posts has no data for 2026-03-14: no partition of 2026-02-06 to 2026-03-14"
                        + " in " + world.input() + "/posts",
                execute(world, "examples"));
    }

    @Test
    void aFeatureThatCannotBeCalculatedIsAUsageErrorThatNamesFileAndFeature() throws IOException {
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2)
                .post(10, 2, TinyWorld.hoursBefore(3))
                .notification(1, 10, 2, TinyWorld.hoursBefore(-1))
                .write();
        Path file = directory.resolve("features.yaml");

        Files.writeString(file, "features:\n- {name: mine, type: continuous, expression: lnn(user.likes)}\n");
        fails(
                2,
                "usage or config: " + file + ": feature mine: function must be one that Spark knows, but is lnn;"
                        + " the nearest are len, ln, and",
                execute(world, "examples", "--features=" + file));
        assertFalse(Files.exists(Path.of(world.layout().output())), "nothing is begun");

        Files.writeString(file, "features:\n- {name: mine, type: continuous, expression: user.lykes}\n");
        Result unknown = execute(world, "examples", "--features=" + file, "--from=" + TinyWorld.DATE);
        assertTrue(
                lastLines(unknown.err(), 1)
                        .startsWith(
                                "pushrank: usage or config: " + file
                                        + ": feature mine: a fact must be a column of user, but is user.lykes; the nearest are user.likes"),
                unknown.err());
        assertEquals(2, unknown.exitCode());
        assertFalse(unknown.err().contains("\tat "), "no stack trace");
    }

    @Test
    void aFeatureOfAFamilyThatIsNotThereIsAUsageErrorToo() throws IOException {
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2)
                .post(10, 2, TinyWorld.hoursBefore(3))
                .notification(1, 10, 2, TinyWorld.hoursBefore(-1))
                .write();
        Path file = directory.resolve("features.yaml");
        Files.writeString(file, "features:\n- {name: mine, type: continuous, expression: usr.likes}\n");
        Result family = execute(world, "examples", "--features=" + file, "--from=" + TinyWorld.DATE);
        assertTrue(
                lastLines(family.err(), 1)
                        .startsWith("pushrank: usage or config: " + file
                                + ": feature mine: a fact must be of a family that is there, but is usr.likes"),
                family.err());
        assertEquals(2, family.exitCode());
    }

    @Test
    void optionsThatVerbsHaveInCommonAreTheSameEverywhere() {
        Map<String, CommandLine> verbs =
                new TreeMap<>(PushrankCommand.commandLine().getSubcommands());
        // A verb of several kinds, such as train heavy, has its options there; what makes inputs reads none, and
        // benches
        // choose their own.
        for (String group : List.of("train", "evaluate", "promote")) {
            verbs.remove(group).getSubcommands().forEach((kind, verb) -> verbs.put(group + " " + kind, verb));
        }
        verbs.keySet().removeAll(List.of("generate", "import", "bench"));
        Map<String, List<String>> options = new TreeMap<>();
        verbs.forEach((name, verb) -> options.put(
                name,
                List.of("--config", "--date", "--input", "--output", "--models", "--set").stream()
                        .filter(option -> verb.getCommandSpec().findOption(option) == null)
                        .toList()));

        options.forEach((verb, missing) -> assertEquals(List.of(), missing, verb));
    }
}
