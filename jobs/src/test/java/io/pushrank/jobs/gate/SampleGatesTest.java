package io.pushrank.jobs.gate;

import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.text.Documents;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The gates on the committed world, whose weeks have a rhythm and whose tables are small. */
class SampleGatesTest {
    private static final LocalDate DATE = LocalDate.of(2026, 3, 14);
    private static final RankingConfig CONFIG = ConfigFile.shipped().config();

    private static InputGate.Judgment found;

    @BeforeAll
    static void judgeTheDay() {
        found = judge(DATE, CONFIG, List.of());
    }

    private static InputGate.Judgment judge(LocalDate date, RankingConfig config, List<Profile> known) {
        Layout layout = new Layout("../sample-data", "no-output", "no-models");
        Inputs inputs = new Inputs(SharedSpark.session(), layout, config, date, date, Findings.none());
        return new InputGate(inputs, config, date).judge(known);
    }

    private static List<Verdict> of(List<Verdict> verdicts, Verdict.Status status) {
        return verdicts.stream().filter(verdict -> verdict.status() == status).toList();
    }

    @Test
    void theDayPasses() {
        assertEquals(List.of(), of(found.verdicts(), Verdict.Status.FAILED));
        assertEquals(List.of(), of(found.verdicts(), Verdict.Status.ACCEPTED));
        assertEquals(
                Set.of("engagements", "notifications", "visits"),
                of(found.verdicts(), Verdict.Status.PASSED).stream()
                        .map(Verdict::table)
                        .collect(Collectors.toSet()),
                "days with enough rows; of snapshots there are but two before");
        assertEquals(
                Table.inputs()
                        .filter(table -> table != Table.FEEDBACK)
                        .map(Table::tableName)
                        .sorted()
                        .toList(),
                found.profiles().stream().map(Profile::table).sorted().toList(),
                "each input table that a world has is there");
    }

    @Test
    void theLastWholeDayIsJudgedOfEventsAndTheSnapshotThatIsReadOfStates() {
        assertEquals("2026-03-13", profile("engagements").day());
        assertEquals(1_858, profile("engagements").rows());
        assertEquals("2026-03-14", profile("users").day());
        assertEquals(200, profile("users").rows());
    }

    @Test
    void withTwoSnapshotsAsEnoughTheyAreJudgedTooAndPass() {
        RankingConfig config = ConfigFile.shipped().set("gates.minimum_days=2").config();

        List<Verdict> verdicts = judge(DATE, config, List.of()).verdicts();

        assertEquals(List.of(), of(verdicts, Verdict.Status.FAILED));
        assertTrue(
                of(verdicts, Verdict.Status.PASSED).stream()
                        .anyMatch(verdict -> verdict.table().equals("users")
                                && verdict.gate().equals("input_drift")
                                && verdict.column().equals("country")),
                verdicts::toString);
    }

    @Test
    void halfOfTheRowsOfAnyDayWouldFail() {
        List<Profile> trailing = new ArrayList<>();
        for (int back = 7; back >= 1; back--) {
            trailing.add(whole(DATE.minusDays(back)));
        }
        for (Profile day : trailing) {
            Profile half = new Profile(day.table(), day.day(), day.rows() / 2, day.nulls(), day.bins());

            Verdict volume = InputGate.judge(half, trailing, CONFIG.gates()).get(0);

            assertEquals("input_volume", volume.gate());
            assertEquals(Verdict.Status.FAILED, volume.status(), volume::toString);
        }
    }

    /** Engagements of a day, as a run of the day after judges them. */
    private static Profile whole(LocalDate day) {
        Dataset<Row> rows = SharedSpark.session()
                .read()
                .parquet("../sample-data/0-inputs/engagements/ds=" + day)
                .withColumn(Inputs.PARTITION, lit(Date.valueOf(day)));
        return Profile.of(Table.ENGAGEMENTS, rows, List.of(day)).get(0);
    }

    @Test
    void profilesOfEarlierRunsStandInPlaceOfTheirPartitions() {
        List<Profile> known = new ArrayList<>();
        for (int back = 7; back >= 1; back--) {
            Profile day = whole(DATE.minusDays(back + 1));
            known.add(new Profile(day.table(), day.day(), day.rows() * 10, day.nulls(), day.bins()));
        }

        Verdict volume = judge(DATE, CONFIG, known).verdicts().stream()
                .filter(verdict -> verdict.table().equals("engagements"))
                .findFirst()
                .orElseThrow();

        assertEquals("1,858 rows, 19,020 by the median of 7 trailing days", volume.detail());
        assertEquals(Verdict.Status.FAILED, volume.status());
    }

    @Test
    void profilesAndVerdictsAreTheSameAfterAWayThroughJson() throws JsonProcessingException {
        assertEquals(
                found.profiles(),
                Documents.JSON.readValue(
                        Documents.JSON.writeValueAsString(found.profiles()), new TypeReference<List<Profile>>() {}));
        assertEquals(
                found.verdicts(),
                Documents.JSON.readValue(
                        Documents.JSON.writeValueAsString(found.verdicts()), new TypeReference<List<Verdict>>() {}));
        assertEquals(
                "{\"gate\":\"input_volume\",\"table\":\"users\",\"column\":\"\",\"figure\":null,\"bound\":0.6,"
                        + "\"status\":\"not_judged\",\"detail\":\"2 of 3 trailing days\"}",
                Documents.JSON.valueToTree(found.verdicts().get(0)).toString());
    }

    private static Profile profile(String table) {
        return found.profiles().stream()
                .filter(profile -> profile.table().equals(table))
                .findFirst()
                .orElseThrow();
    }
}
