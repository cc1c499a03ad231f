package io.pushrank.jobs.gate;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static io.pushrank.jobs.exit.ExitCode.OUTPUT_REJECTED;
import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig.GatesConfig;
import io.pushrank.jobs.config.RankingConfig.InputGateConfig;
import io.pushrank.jobs.config.RankingConfig.OutputGateConfig;
import io.pushrank.jobs.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What verdicts lead to. */
class GatesTest {
    private static final Verdict FEW = Verdict.within(Gate.INPUT_VOLUME, "posts", 0.48, 0.6, 1.8, "12 rows");
    private static final Verdict SHIFTED = Verdict.atMost(Gate.INPUT_DRIFT, "posts", "language", 0.8125, 0.25, "en");
    private static final Verdict FINE = Verdict.atMost(Gate.INPUT_NULLS, "posts", "language", 0.1, 0.1, "");
    private static final Verdict UNKNOWN = Verdict.notJudged(Gate.INPUT_NULLS, "posts", "x", 0.1, "2 of 3 days");

    @Test
    void whatIsPassedOrNotJudgedStopsNothing() {
        List<Verdict> verdicts = List.of(FINE, UNKNOWN);

        assertEquals(verdicts, Gates.require(verdicts, Set.of(), INPUT_REJECTED));
    }

    @Test
    void failuresAreNamedTheWorstFirstWithWhatAcceptsThem() {
        Expect.failure(
                INPUT_REJECTED,
                "inputs differ from the days before: input_drift of table posts, column language: 0.8125, at most 0.25"
                        + " (en); input_volume of table posts: 0.48, at least 0.6 (12 rows). If that is as it should be:"
                        + " --accept input_volume --accept input_drift",
                () -> Gates.require(List.of(FEW, FINE, SHIFTED, UNKNOWN), Set.of(), INPUT_REJECTED));
    }

    @Test
    void ofManyFailuresTheFiveWorstAreNamed() {
        List<Verdict> verdicts = IntStream.rangeClosed(1, 7)
                .mapToObj(number -> Verdict.atMost(Gate.OUTPUT_MIX, "sends", "c" + number, number, 0.5, "d"))
                .toList();

        Expect.failure(
                OUTPUT_REJECTED,
                "outputs differ from the days before: output_mix of table sends, column c7: 7, at most 0.5 (d);"
                        + " output_mix of table sends, column c6: 6, at most 0.5 (d);"
                        + " output_mix of table sends, column c5: 5, at most 0.5 (d);"
                        + " output_mix of table sends, column c4: 4, at most 0.5 (d);"
                        + " output_mix of table sends, column c3: 3, at most 0.5 (d);"
                        + " and 2 more. If that is as it should be: --accept output_mix",
                () -> Gates.require(verdicts, Set.of(), OUTPUT_REJECTED));
    }

    @Test
    void nothingAtAllIsTheWorstOfAll() {
        Verdict none = Verdict.within(Gate.INPUT_VOLUME, "users", 0, 0.6, 1.8, "0 rows");

        Expect.failure(
                INPUT_REJECTED,
                "inputs differ from the days before: input_volume of table users: 0, at least 0.6 (0 rows); input_drift of"
                        + " table posts, column language: 0.8125, at most 0.25 (en). If that is as it should be:"
                        + " --accept input_volume --accept input_drift",
                () -> Gates.require(List.of(SHIFTED, none), Set.of(), INPUT_REJECTED));
    }

    @Test
    void anAcceptedGateIsNotedAndTheOthersStillStop() {
        List<Verdict> accepted = Gates.require(List.of(FEW, FINE), Set.of("input_volume"), INPUT_REJECTED);

        assertEquals(
                List.of(Verdict.Status.ACCEPTED, Verdict.Status.PASSED),
                accepted.stream().map(Verdict::status).toList());
        assertEquals(FEW.figure(), accepted.get(0).figure());
        Expect.failure(
                INPUT_REJECTED,
                "inputs differ from the days before: input_drift of table posts, column language: 0.8125, at most 0.25"
                        + " (en). If that is as it should be: --accept input_drift",
                () -> Gates.require(List.of(FEW, SHIFTED), Set.of("input_volume"), INPUT_REJECTED));
    }

    @Test
    void settingsAndOptionsAcceptTogether() {
        assertEquals(
                Set.of("input_drift", "output_mix"),
                Gates.accepted(List.of("input_drift"), List.of("output_mix", "input_drift")));
    }

    @Test
    void aGateThatDoesNotExistIsRefusedWithThoseThatDo() {
        String known =
                ", known are [input_volume, input_nulls, input_drift, output_volume, output_nulls, output_mix, output_score]";
        Expect.failure(
                USAGE, "--accept names drift" + known, () -> Gates.accepted(List.of("input_drift"), List.of("drift")));
        Expect.failure(
                USAGE, "config: gates.accepted names all" + known, () -> Gates.accepted(List.of("all"), List.of()));
    }

    @Test
    void gatesAreAboutInputsOrOutputs() {
        assertThrows(
                IllegalArgumentException.class, () -> Gates.require(List.of(FEW), Set.of(), ExitCode.MODEL_REJECTED));
    }

    @Test
    void thePageOfSettingsHasEveryGate() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../conf/README.md")).stream()
                .dropWhile(line -> !line.startsWith("| gate | figure |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();

        assertEquals(
                Arrays.stream(Gate.values())
                        .map(gate -> "| `" + gate.gateName() + "` | " + gate.figure() + " |")
                        .toList(),
                rows.stream().map(GatesTest::firstTwoCells).toList());
    }

    private static String firstTwoCells(String row) {
        String[] cells = row.split("\\|", -1);
        return "|" + cells[1] + "|" + cells[2] + "|";
    }

    @Test
    void thePageOfSettingsHasTheDefaultBounds() throws IOException {
        GatesConfig defaults = ConfigFile.shipped().config().gates();
        InputGateConfig input = defaults.input();
        OutputGateConfig output = defaults.output();
        String page = Files.readString(Path.of("../conf/README.md"));

        for (String cell : List.of(
                input.leastVolume() + " to " + input.mostVolume(),
                "may be NULL | " + input.maxNullRise() + "; of a column that is mostly NULL",
                "of a stage's table that may be NULL | " + output.maxNullRise() + " | 4",
                "`minimum_rows` (" + defaults.minimumRows() + ")",
                "`minimum_days` (" + defaults.minimumDays() + ")",
                "`trailing_days` (" + defaults.trailingDays() + ")",
                "by size; NULL is left to `input_nulls` | " + input.maxDrift() + " | 3",
                output.leastVolume() + " to " + Verdict.text(output.mostVolume()) + "; `least_sends_per_target` "
                        + Verdict.text(output.leastSendsPerTarget()),
                "notification types against the trailing days together | sends | " + output.maxMixShift() + " | 4",
                "p_oonc against the trailing days together | sends | " + output.maxScoreShift() + " | 4")) {
            assertTrue(page.contains(cell), "the page lacks " + cell);
        }
    }

    @Test
    void numbersInMessagesAreShort() {
        assertEquals("0.3333", Verdict.text(1 / 3.0));
        assertEquals("0", Verdict.text(0));
        assertEquals("4000", Verdict.text(4_000));
        assertEquals("0.000001235", Verdict.text(1.23456e-6));
        assertEquals("1E-300", Verdict.text(1e-300));
    }
}
