package io.pushrank.jobs.config;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.config.RankingConfig.ExamplesConfig;
import io.pushrank.jobs.config.RankingConfig.ExplorationConfig;
import io.pushrank.jobs.config.RankingConfig.GatesConfig;
import io.pushrank.jobs.config.RankingConfig.HeavyRankConfig;
import io.pushrank.jobs.config.RankingConfig.InputGateConfig;
import io.pushrank.jobs.config.RankingConfig.InputsConfig;
import io.pushrank.jobs.config.RankingConfig.LightRankConfig;
import io.pushrank.jobs.config.RankingConfig.OutputGateConfig;
import io.pushrank.jobs.config.RankingConfig.QualityControlConfig;
import io.pushrank.jobs.config.RankingConfig.SendTimesConfig;
import io.pushrank.jobs.config.RankingConfig.TargetsConfig;
import io.pushrank.udf.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    private final ConfigFile shipped = ConfigFile.shipped();

    @Test
    void theShippedFileGivesTheDocumentedDefaults() {
        RankingConfig config = shipped.config();

        assertEquals(12, config.asOfHour());
        assertEquals(
                new InputsConfig(30, 7, 0.5, ItemAge.CREATED, "", LateTables.REJECT, NaiveTimestamps.REJECT),
                config.inputs());
        assertEquals(
                new GatesConfig(
                        7,
                        3,
                        200,
                        List.of(),
                        new InputGateConfig(0.6, 1.8, 0.1, 0.25),
                        new OutputGateConfig(0.5, 2, 0, 0.1, 0.25, 0.25)),
                config.gates());
        assertEquals(Map.of(), config.rules());
        assertEquals(new TargetsConfig(5, 4), config.targets());
        assertEquals(new LightRankConfig(100, LightRankPolicy.MODEL), config.lightRank());
        assertEquals(
                new HeavyRankConfig(512, 1, Precision.FP32, 0.05, new ModelsConfig(null, List.of())),
                config.heavyRank());
        assertEquals(
                new QualityControlConfig(
                        1,
                        new SendTimesConfig(SendTimeChoice.EARLIEST, 24, 0, 0),
                        new ExplorationConfig(0, 0, 0, 5, 0.02)),
                config.qualityControl());
        assertEquals(new ExamplesConfig(ExampleLabels.NOTIFICATIONS, 24, 1.0, 1.0, 14), config.examples());
        assertEquals(50, config.collaborative().authors());
    }

    @Test
    void theFileInTheJarIsTheOneThatOperatorsRead() throws IOException {
        assertEquals(Files.readString(Path.of("../conf/pushrank.yaml")), Resources.text("conf/pushrank.yaml"));
    }

    @Test
    void thereAreAsManyPartitionsAsTheNumberOfUsersAsksForUnlessASettingSaysHowMany() {
        RankingConfig byUsers = ConfigFile.shipped().config();

        assertTrue(byUsers.isPartitionedByUsers());
        assertEquals(2, byUsers.outputPartitions(), "where nobody has counted the users");
        assertEquals(
                List.of(2, 2, 3, 100),
                Stream.of(0L, 20_000L, 20_001L, 1_000_000L)
                        .map(RankingConfig::partitionsOf)
                        .toList());
        assertFalse(ConfigFile.shipped().set("output_partitions=1").config().isPartitionedByUsers());
    }

    @Test
    void theAsOfInstantIsTheHourOfTheDateInUtc() {
        RankingConfig config = shipped.set("as_of_hour=6").config();

        assertEquals(Instant.parse("2026-03-29T06:00:00Z"), config.asOf(LocalDate.of(2026, 3, 29)));
    }

    @Test
    void setComesBeforeTheFileAndTheFileBeforeWhatIsShipped() {
        ConfigFile file = shipped.over("mine.yaml", "targets:\n  push_cap: 3\n  min_spacing_hours: 1\n");

        assertEquals(new TargetsConfig(3, 1), file.config().targets());
        assertEquals(
                new TargetsConfig(7, 1), file.set("targets.push_cap=7").config().targets());
        assertEquals(new TargetsConfig(5, 4), shipped.config().targets(), "the shipped settings stay as they are");
    }

    @Test
    void anEmptyFileChangesNothing() {
        assertEquals(
                shipped.digest(), shipped.over("mine.yaml", "# nothing yet\n").digest());
    }

    @Test
    void theDigestTellsSettingsApart() {
        assertNotEquals(shipped.digest(), shipped.set("targets.push_cap=4").digest());
        assertEquals(shipped.digest(), shipped.set("targets.push_cap=5").digest());
    }

    @Test
    void nullTakesASourceAwayAndANewNameAddsOne() {
        RankingConfig config = shipped.over(
                        "mine.yaml",
                        """
                candidates:
                  sources:
                    popular: null
                    trends: {limit: 5}
                """)
                .set("candidates.sources.social_proof=null")
                .config();

        assertEquals(
                List.of(
                        "in_network",
                        "followed_topics",
                        "collaborative",
                        "co_engagement",
                        "two_tower",
                        "trend",
                        "trends"),
                List.copyOf(config.candidates().sources().keySet()));
        assertEquals(Map.of("limit", 5), config.candidates().sources().get("trends"));
    }

    @Test
    void aSourceKeepsTheParametersThatAreNotNamed() {
        RankingConfig config = shipped.set("candidates.sources.followed_topics.min_topic_score=1")
                .config();

        assertEquals(
                Map.of("limit", 60, "max_age_hours", 24, "min_topic_score", 1),
                config.candidates().sources().get("followed_topics"));
    }

    @Test
    void anUnknownKeyIsNamedWithItsFileAndTheKnownOnes() {
        Expect.failure(
                USAGE,
                "mine.yaml: unknown key targets.pushcap, known are [targets.push_cap, targets.min_spacing_hours]",
                () -> shipped.over("mine.yaml", "targets: {pushcap: 3}"));
        Expect.failure(
                USAGE,
                "--set light_rank.kep=3: unknown key light_rank.kep, known are [light_rank.keep, light_rank.policy]",
                () -> shipped.set("light_rank.kep=3"));
    }

    @Test
    void aKeyThatStandsTwiceIsNotSilentlyTakenOnce() {
        Expect.failure(
                USAGE,
                "mine.yaml, line 2: Duplicate field 'seed'",
                () -> shipped.over("mine.yaml", "seed: 1\nseed: 2\n"));
    }

    @Test
    void whatIsNotYamlIsNamedWithItsLine() {
        Expect.failure(
                USAGE,
                "mine.yaml must hold keys and values, but holds \"push_cap 3\"",
                () -> shipped.over("mine.yaml", "push_cap 3"));
        Expect.failure(USAGE, "--set takes key=value, but was given push_cap", () -> shipped.set("push_cap"));
        Expect.failure(
                USAGE,
                "--set collaborative.alpha=.nan, line 2: Malformed numeric value '.nan'",
                () -> shipped.set("collaborative.alpha=.nan"));
        Expect.failure(USAGE, "--set takes key=value, but was given =3", () -> shipped.set("=3"));
        Expect.failure(
                USAGE, "--set targets=3: targets must hold keys and values, but is 3", () -> shipped.set("targets=3"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            as_of_hour=24                        | as_of_hour must be between 0 and 23, but is 24
            as_of_hour=-1                        | as_of_hour must be between 0 and 23, but is -1
            output_partitions=-1                 | output_partitions must be between 0 and 100000, but is -1
            disabled_rules=null                  | disabled_rules must be a list, but is null
            inputs.lookback_days=0               | inputs.lookback_days must be between 1 and 3650, but is 0
            inputs.max_snapshot_age_days=-1      | inputs.max_snapshot_age_days must be between 0 and 3650, but is -1
            inputs.max_quarantined_share=1.01    | inputs.max_quarantined_share must be between 0 and 1, but is 1.01
            inputs.complete_marker=done.flag     | inputs.complete_marker must be the name of a file that begins with _ or a point, such as _SUCCESS, or empty, but is done.flag
            inputs.late_tables=wait              | inputs.late_tables must be one of [reject, warn], but is wait
            inputs.naive_timestamps=local        | inputs.naive_timestamps must be one of [reject, utc], but is local
            inputs.item_age=born                 | inputs.item_age must be one of [created, last_activity], but is born
            publishing.mode=copy                 | publishing.mode must be one of [rename, manifest], but is copy
            inputs.item_age=null                 | inputs.item_age must be one of [created, last_activity], but is null
            gates.trailing_days=91               | gates.trailing_days must be between 1 and 90, but is 91
            gates.minimum_days=8                 | gates.minimum_days must be between 1 and 7, but is 8
            gates.minimum_days=0                 | gates.minimum_days must be between 1 and 7, but is 0
            gates.minimum_rows=0                 | gates.minimum_rows must be between 1 and 1000000000, but is 0
            gates.accepted=null                  | gates.accepted must be a list, but is null
            gates.input.least_volume=1.1         | gates.input.least_volume must be between 0 and 1, but is 1.1
            gates.input.most_volume=0.9          | gates.input.most_volume must be between 1 and 1000000, but is 0.9
            gates.input.max_null_rise=-0.1       | gates.input.max_null_rise must be between 0 and 1, but is -0.1
            gates.input.max_drift=-1             | gates.input.max_drift must be between 0 and 1000000, but is -1
            gates.output.least_volume=-0.1       | gates.output.least_volume must be between 0 and 1, but is -0.1
            gates.output.most_volume=0           | gates.output.most_volume must be between 1 and 1000000, but is 0
            gates.output.least_sends_per_target=13 | gates.output.least_sends_per_target must be between 0 and 12, but is 13
            gates.output.max_mix_shift=-1        | gates.output.max_mix_shift must be between 0 and 1000000, but is -1
            gates.output.max_score_shift=-1      | gates.output.max_score_shift must be between 0 and 1000000, but is -1
            targets.push_cap=13                  | targets.push_cap must be between 0 and 12, but is 13
            targets.min_spacing_hours=73         | targets.min_spacing_hours must be between 0 and 72, but is 73
            light_rank.keep=1001                 | light_rank.keep must be between 0 and 1000, but is 1001
            light_rank.policy=best               | light_rank.policy must be one of [model, random], but is best
            heavy_rank.batch_rows=0              | heavy_rank.batch_rows must be between 1 and 65536, but is 0
            heavy_rank.precision=half            | heavy_rank.precision must be one of [fp32, bf16, auto], but is half
            heavy_rank.intra_op_threads=0        | heavy_rank.intra_op_threads must be between 1 and 1024, but is 0
            heavy_rank.features_share=-0.1       | heavy_rank.features_share must be between 0 and 1, but is -0.1
            quality_control.sends_per_run=0      | quality_control.sends_per_run must be between 1 and 12, but is 0
            quality_control.send_times.choose=late | quality_control.send_times.choose must be one of [earliest, best], but is late
            quality_control.send_times.window_hours=25 | quality_control.send_times.window_hours must be between 1 and 24, but is 25
            quality_control.send_times.quiet_from=24 | quality_control.send_times.quiet_from must be between 0 and 23, but is 24
            quality_control.send_times.quiet_until=-1 | quality_control.send_times.quiet_until must be between 0 and 23, but is -1
            quality_control.exploration.no_send_share=-0.1 | quality_control.exploration.no_send_share must be between 0 and 1, but is -0.1
            quality_control.exploration.random_share=1.1 | quality_control.exploration.random_share must be between 0 and 1, but is 1.1
            quality_control.exploration.softmax_share=2 | quality_control.exploration.softmax_share must be between 0 and 1, but is 2
            quality_control.exploration={random_share: 0.75, softmax_share: 0.5} | the sum of no_send_share, random_share and softmax_share of quality_control.exploration must be between 0 and 1, but is 1.25
            quality_control.exploration.top_k=0  | quality_control.exploration.top_k must be between 1 and 1000, but is 0
            quality_control.exploration.temperature=0 | quality_control.exploration.temperature must be between 1.0E-6 and 1000000, but is 0
            examples.window_hours=0              | examples.window_hours must be between 1 and 720, but is 0
            examples.users_share=0               | examples.users_share must be between 1.0E-6 and 1, but is 0
            examples.negatives_share=0           | examples.negatives_share must be between 1.0E-6 and 1, but is 0
            examples.new_user_days=-1            | examples.new_user_days must be between 0 and 3650, but is -1
            examples.labels=clicks               | examples.labels must be one of [notifications, engagements, candidates], but is clicks
            collaborative.rank=0                 | collaborative.rank must be between 1 and 1024, but is 0
            collaborative.iterations=0           | collaborative.iterations must be between 1 and 1000, but is 0
            collaborative.regularization=-1      | collaborative.regularization must be between 0 and 1000000, but is -1
            collaborative.authors=10001          | collaborative.authors must be between 1 and 10000, but is 10001
            retrieval.factors=0                  | retrieval.factors must be between 1 and 1024, but is 0
            retrieval.epochs=0                   | retrieval.epochs must be between 1 and 1000, but is 0
            retrieval.rate=0                     | retrieval.rate must be between 1.0E-6 and 10, but is 0
            retrieval.regularization=-1          | retrieval.regularization must be between 0 and 1000000, but is -1
            retrieval.maximum_pairs=0            | retrieval.maximum_pairs must be between 1 and 100000000, but is 0
            communities.min_followers=0          | communities.min_followers must be between 1 and 1000000000, but is 0
            communities.max_authors=1000001      | communities.max_authors must be between 2 and 1000000, but is 1000001
            communities.max_followees=1          | communities.max_followees must be between 2 and 10000, but is 1
            communities.min_common_followers=0   | communities.min_common_followers must be between 1 and 1000000, but is 0
            communities.max_similar=0            | communities.max_similar must be between 1 and 1000, but is 0
            communities.resolution=0             | communities.resolution must be between 0.001 and 1000, but is 0
            communities.max_communities=101      | communities.max_communities must be between 1 and 100, but is 101
            communities.min_followees=0          | communities.min_followees must be between 1 and 100, but is 0
            communities.half_life_hours=0        | communities.half_life_hours must be between 1 and 720, but is 0
            real_graph.features=[]               | real_graph.features must name at least one fact, but is []
            real_graph.features=[a.b, a.b]       | real_graph.features must name each fact once, but is [a.b, a.b]
            real_graph.keep=0                    | real_graph.keep must be between 1 and 10000, but is 0
            real_graph.trees=0                   | real_graph.trees must be between 1 and 1000, but is 0
            real_graph.depth=13                  | real_graph.depth must be between 1 and 12, but is 13
            real_graph.step_size=0               | real_graph.step_size must be between 0.001 and 1, but is 0
            real_graph.maximum_pairs=999         | real_graph.maximum_pairs must be between 1000 and 100000000, but is 999
            candidates.sources.popular.limit=-1  | candidates.sources.popular.limit must be between 0 and 1000000, but is -1
            candidates.sources.popular.limit=5000000000 | candidates.sources.popular.limit must be between 0 and 1000000, but is 5000000000
            candidates.sources.popular.limit=ten | candidates.sources.popular.limit must be a whole number, but is "ten"
            candidates.sources.popular.limit=null| candidates.sources.popular.limit must be a whole number, but is null
            candidates.keep=-1                   | candidates.keep must be between 0 and 100000, but is -1
            candidates.keep=100001               | candidates.keep must be between 0 and 100000, but is 100001
            candidates.keep=null                 | candidates.keep must be a whole number, but is null
            candidates.sources.popular.quota=0   | candidates.sources.popular.quota must be between 1 and 1000, but is 0
            candidates.sources.popular.quota=1001| candidates.sources.popular.quota must be between 1 and 1000, but is 1001
            candidates.sources.popular.quota=1.5 | candidates.sources.popular.quota must be a whole number, but is 1.5
            candidates.sources.popular.quota=two | candidates.sources.popular.quota must be a whole number, but is "two"
            """)
    void aValueOutOfItsBoundsIsNamedWithThem(String assignment, String message) {
        Expect.failure(
                USAGE, "config: " + message, () -> shipped.set(assignment).config());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "as_of_hour=0",
                "as_of_hour=23",
                "inputs.max_quarantined_share=0",
                "inputs.max_snapshot_age_days=0",
                "targets.push_cap=0",
                "targets.push_cap=12",
                "light_rank.keep=0",
                "quality_control.sends_per_run=12",
                "candidates.sources.popular.limit=0",
                "candidates.keep=0",
                "candidates.keep=100000",
                "candidates.sources.popular.quota=null",
                "candidates.sources.popular.quota=1",
                "candidates.sources.popular.quota=1000"
            })
    void theBoundsThemselvesAreAllowed(String assignment) {
        shipped.set(assignment).config();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            seed=abc               | config: seed must be a whole number, but is "abc"
            targets.push_cap=1.5   | config: targets.push_cap must be a whole number, but is 1.5
            """)
    void aValueOfTheWrongTypeIsNamedWithItsKey(String assignment, String message) {
        Expect.failure(USAGE, message, () -> shipped.set(assignment).config());
    }

    @Test
    void aSourceIsKeysAndValues() {
        Expect.failure(
                USAGE,
                "--set candidates.sources.popular=5: candidates.sources.popular must hold keys and values, but is 5",
                () -> shipped.set("candidates.sources.popular=5"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            inputs.lookback_days=2; targets.min_spacing_hours=49     | targets.min_spacing_hours must be at most 24 * inputs.lookback_days (24 * 2 = 48), but is 49
            """)
    void settingsThatReachBeyondWhatIsReadAreNamedWithIt(String assignments, String message) {
        ConfigFile file = shipped;
        for (String assignment : assignments.split("; ", -1)) {
            file = file.set(assignment);
        }

        Expect.failure(USAGE, "config: " + message, file::config);
    }

    @Test
    void withoutAnySourceThereIsNothingToRun() {
        ConfigFile file = shipped;
        for (String source : shipped.config().candidates().sources().keySet()) {
            file = file.set("candidates.sources." + source + "=null");
        }

        Expect.failure(USAGE, "config: candidates.sources must name at least one source, but is empty", file::config);
    }
}
