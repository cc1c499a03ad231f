package io.pushrank.jobs.gate;

import static io.pushrank.jobs.exit.ExitCode.OUTPUT_REJECTED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.udf.text.Documents;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Sends that differ from those of the days before. */
class OutputGateTest {
    private static final LocalDate DATE = LocalDate.of(2026, 3, 14);
    private static final RankingConfig CONFIG = ConfigFile.shipped().config();

    private static SendsProfile day(long targets, long inNetwork, long popular, long low, long high) {
        return new SendsProfile(
                DATE.toString(),
                targets,
                inNetwork + popular,
                new TreeMap<>(Map.of("=in_network", inNetwork, "=popular", popular)),
                new TreeMap<>(Map.of("4380", low, "4390", high)));
    }

    private static final SendsProfile USUAL = day(2_000, 600, 400, 500, 500);
    private static final List<SendsProfile> WEEK = Collections.nCopies(7, USUAL);

    private static List<Verdict.Status> statuses(SendsProfile today, List<SendsProfile> trailing) {
        return OutputGate.judge(today, trailing, CONFIG).stream()
                .map(Verdict::status)
                .toList();
    }

    private static void rejects(SendsProfile today, String message) {
        Expect.failure(
                OUTPUT_REJECTED,
                "outputs differ from the days before: " + message,
                () -> Gates.require(OutputGate.judge(today, WEEK, CONFIG), Set.of(), OUTPUT_REJECTED));
    }

    @Test
    void aDayLikeTheOthersPasses() {
        assertEquals(Collections.nCopies(4, Verdict.Status.PASSED), statuses(day(1_800, 560, 340, 430, 470), WEEK));
    }

    @Test
    void fewerSendsForEachEligibleTargetThanHalfAreRejected() {
        rejects(
                day(2_000, 270, 180, 225, 225),
                "output_volume of table sends: 0.45, at least 0.5 (450 sends, 1,000 by the median of 7 trailing days)."
                        + " If that is as it should be: --accept output_volume");
    }

    @Test
    void asManySendsForFewerTargetsAreMoreForEach() {
        rejects(
                day(1_000, 720, 480, 600, 600),
                "output_volume of table sends: 2.4, at most 2 (1,200 sends, 500 by the median of 7 trailing days)."
                        + " If that is as it should be: --accept output_volume");
    }

    @Test
    void targetsThatAreNoLongerEligibleAreRejectedAlthoughTheOthersGetAsMuch() {
        rejects(
                day(800, 240, 160, 200, 200),
                "output_volume of table targets: 0.4, at least 0.5 (800 eligible targets, 2,000 by the median of 7 trailing"
                        + " days). If that is as it should be: --accept output_volume");
    }

    @Test
    void aDayOnWhichNobodyIsEligibleIsRejected() {
        rejects(
                day(0, 0, 0, 0, 0),
                "output_volume of table targets: 0, at least 0.5 (0 eligible targets, 2,000 by the median of 7 trailing"
                        + " days). If that is as it should be: --accept output_volume");
    }

    @Test
    void aTypeThatCrowdsOutTheOthersIsRejected() {
        rejects(
                day(2_000, 50, 950, 500, 500),
                "output_mix of table sends, column notification_type: 1.836, at most 0.25 (\"in_network\": 60.0 % before,"
                        + " 5.0 % now). If that is as it should be: --accept output_mix");
    }

    @Test
    void predictionsThatMovedAreRejected() {
        rejects(
                day(2_000, 600, 400, 0, 1_000),
                "output_score of table sends, column p_oonc: 3.797, at most 0.25 (values from about 0.03125: 50.0 %"
                        + " before, 0.0 % now). If that is as it should be: --accept output_score");
    }

    @Test
    void withoutEnoughDaysNothingIsJudged() {
        List<Verdict> verdicts = OutputGate.judge(day(2_000, 1, 0, 1, 0), List.of(USUAL, USUAL), CONFIG);

        assertEquals(
                Collections.nCopies(4, Verdict.Status.NOT_JUDGED),
                verdicts.stream().map(Verdict::status).toList());
        assertEquals(
                Set.of("2 of 3 trailing days"),
                Set.copyOf(verdicts.stream().map(Verdict::detail).toList()));
        assertEquals(Collections.nCopies(4, Verdict.Status.NOT_JUDGED), statuses(day(2_000, 1, 0, 1, 0), List.of()));
    }

    @Test
    void fewSendsAreNotJudged() {
        SendsProfile small = day(150, 60, 40, 50, 50);

        List<Verdict> verdicts = OutputGate.judge(small, Collections.nCopies(7, small), CONFIG);

        assertEquals(
                List.of(
                        "150 eligible targets, 150 before; gates.minimum_rows is 200",
                        "100 sends, 100 before; gates.minimum_rows is 200",
                        "100 sends, 700 before; gates.minimum_rows is 200",
                        "100 sends, 700 before; gates.minimum_rows is 200"),
                verdicts.stream().map(Verdict::detail).toList());
    }

    @Test
    void daysBeforeTheTrailingOnesAreNotLookedAt() {
        List<SendsProfile> days = new ArrayList<>(WEEK);
        days.addAll(Collections.nCopies(20, day(9, 9, 0, 9, 0)));

        assertEquals(Collections.nCopies(4, Verdict.Status.PASSED), statuses(USUAL, days));
    }

    @Test
    void aLeastShareOfTheTargetsMayBeAskedForWhateverTheDaysBeforeWere() {
        RankingConfig config = ConfigFile.shipped()
                .set("gates.output.least_sends_per_target=0.6")
                .config();

        Expect.failure(
                OUTPUT_REJECTED,
                "outputs differ from the days before: output_volume of table sends: 0.5, at least 0.6 (1,000 sends, 2,000"
                        + " eligible targets). If that is as it should be: --accept output_volume",
                () -> Gates.require(OutputGate.judge(USUAL, List.of(), config), Set.of(), OUTPUT_REJECTED));
    }

    @Test
    void aProfileIsTheSameAfterAWayThroughJson() {
        String text = Documents.JSON.valueToTree(day(9, 2, 1, 3, 0)).toString();

        assertEquals(
                "{\"day\":\"2026-03-14\",\"eligible_targets\":9,\"sends\":3,\"sends_by_type\":{\"=in_network\":2,"
                        + "\"=popular\":1},\"scores\":{\"4380\":3,\"4390\":0}}",
                text);
        assertEquals(day(9, 2, 1, 3, 0), Documents.json("profile", text, SendsProfile.class));
    }

    @Test
    void sendsAreCountedByTypeAndByPrediction() {
        Dataset<Row> sends = SharedSpark.session()
                .sql("SELECT * FROM VALUES ('popular', 0.5F), ('popular', 0.03F), ('in_network', 0.5F), ('popular',"
                        + " CAST('NaN' AS FLOAT)) AS (notification_type, p_oonc)");

        assertEquals(
                new SendsProfile(
                        "2026-03-14",
                        9,
                        4,
                        Map.of("=popular", 3L, "=in_network", 1L),
                        Map.of("4396", 2L, "4379", 1L, "10000", 1L)),
                SendsProfile.of(DATE, sends, 9));
        assertEquals(
                new SendsProfile("2026-03-14", 9, 0, Map.of(), Map.of()),
                SendsProfile.of(DATE, sends.filter("false"), 9));
        assertEquals(0, SendsProfile.of(DATE, sends, 0).sendsPerTarget());
    }

    private static TableProfile table(long rows, long unscored) {
        return new TableProfile("light_ranked", DATE.toString(), rows, new TreeMap<>(Map.of("light_score", unscored)));
    }

    @Test
    void aStagesTableOfHalfTheRowsOrWithAColumnThatTurnedNullIsRejected() {
        List<TableProfile> week = Collections.nCopies(7, table(10_000, 2_000));

        assertEquals(
                List.of(Verdict.Status.PASSED, Verdict.Status.PASSED),
                OutputGate.judge(table(9_000, 2_000), week, CONFIG).stream()
                        .map(Verdict::status)
                        .toList());
        Expect.failure(
                OUTPUT_REJECTED,
                "outputs differ from the days before: output_nulls of table light_ranked, column light_score: 0.8, at most"
                        + " 0.1 (NULL in 100.0 % of the rows, before in 20.0 %); output_volume of table light_ranked: 0.49,"
                        + " at least 0.5 (4,900 rows, 10,000 by the median of 7 trailing days). If that is as it should be:"
                        + " --accept output_volume --accept output_nulls",
                () -> Gates.require(OutputGate.judge(table(4_900, 4_900), week, CONFIG), Set.of(), OUTPUT_REJECTED));
        assertEquals(
                List.of(Verdict.Status.NOT_JUDGED, Verdict.Status.NOT_JUDGED),
                OutputGate.judge(table(4_900, 4_900), week.subList(0, 2), CONFIG).stream()
                        .map(Verdict::status)
                        .toList());
    }
}
