package io.pushrank.jobs.config;

import static io.pushrank.jobs.config.Bounds.wholeNumberWithin;
import static io.pushrank.jobs.config.Bounds.within;

import io.pushrank.udf.model.Precision;
import io.pushrank.udf.text.OptionalKey;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All settings of a run, as {@code conf/pushrank.yaml} documents them; each record checks its own values.
 *
 * @param outputPartitions files of each published partition; 0: as many as the number of users asks for
 */
public record RankingConfig(
        int asOfHour,
        long seed,
        int outputPartitions,
        InputsConfig inputs,
        TilesConfig tiles,
        GatesConfig gates,
        PublishingConfig publishing,
        TargetsConfig targets,
        CandidatesConfig candidates,
        LightRankConfig lightRank,
        HeavyRankConfig heavyRank,
        QualityControlConfig qualityControl,
        Map<String, Object> rules,
        ExamplesConfig examples,
        CollaborativeConfig collaborative,
        RetrievalConfig retrieval,
        CommunitiesConfig communities,
        RealGraphConfig realGraph) {
    private static final int FEWEST_PARTITIONS = 2;
    private static final int MOST_PARTITIONS = 100_000;
    private static final long USERS_OF_PARTITION = 10_000;

    public RankingConfig {
        rules = rules == null ? Map.of() : rules;
        within("as_of_hour", asOfHour, 0, 23);
        within("output_partitions", outputPartitions, 0, MOST_PARTITIONS);
        inputs.requireHours("targets.min_spacing_hours", targets.minSpacingHours());
    }

    /**
     * Files of each published partition, and partitions of the joins by user before them. Where neither the settings nor
     * {@link #partitionsOf} say how many, the fewest that there are.
     */
    @Override
    public int outputPartitions() {
        return outputPartitions == 0 ? FEWEST_PARTITIONS : outputPartitions;
    }

    /** Whether the number of users is to say how many partitions there are. */
    public boolean isPartitionedByUsers() {
        return outputPartitions == 0;
    }

    /** How many partitions hold so many users: what one has of them in its joins takes some hundred megabytes. */
    public static int partitionsOf(long users) {
        long whole = (users + USERS_OF_PARTITION - 1) / USERS_OF_PARTITION;
        return (int) Math.max(FEWEST_PARTITIONS, Math.min(whole, MOST_PARTITIONS));
    }

    /** The instant that governs every join and aggregate of the date's run. */
    public Instant asOf(LocalDate date) {
        return date.atTime(asOfHour, 0).toInstant(ZoneOffset.UTC);
    }

    /** How inputs are read. */
    public record InputsConfig(
            int lookbackDays,
            int maxSnapshotAgeDays,
            double maxQuarantinedShare,
            ItemAge itemAge,
            @OptionalKey String completeMarker,
            LateTables lateTables,
            NaiveTimestamps naiveTimestamps) {
        public InputsConfig {
            within("inputs.lookback_days", lookbackDays, 1, 3650);
            within("inputs.max_snapshot_age_days", maxSnapshotAgeDays, 0, 3650);
            within("inputs.max_quarantined_share", maxQuarantinedShare, 0, 1);
            completeMarker = completeMarker == null ? "" : completeMarker;
            if (!completeMarker.matches("|[_.][A-Za-z0-9_.-]+")) {
                throw new IllegalArgumentException(
                        "inputs.complete_marker must be the name of a file that begins with _"
                                + " or a point, such as _SUCCESS, or empty, but is " + completeMarker);
            }
        }

        /**
         * Checks that a setting asks for no events from before those that are read.
         *
         * @throws IllegalArgumentException when it does
         */
        public void requireDays(String key, int days) {
            if (days > lookbackDays) {
                throw new IllegalArgumentException(
                        key + " must be at most inputs.lookback_days (" + lookbackDays + "), but is " + days);
            }
        }

        /** As {@link #requireDays}, of a setting in hours. */
        public void requireHours(String key, int hours) {
            if (hours > 24 * lookbackDays) {
                throw new IllegalArgumentException(key + " must be at most 24 * inputs.lookback_days (24 * "
                        + lookbackDays + " = " + 24 * lookbackDays + "), but is " + hours);
            }
        }

        /** Whether an item stays fresh as long as someone acts on it. */
        public boolean isAgeOfLastActivity() {
            return itemAge.isOfLastActivity();
        }
    }

    /**
     * Partial aggregates of event tables.
     *
     * @param minimumRows rows that the files of a tile's 24 hours must hold for it to be made
     * @param retentionDays days, back from the latest that has tiles, whose tiles are not deleted
     */
    public record TilesConfig(int minimumRows, int retentionDays) {
        public TilesConfig {
            within("tiles.minimum_rows", minimumRows, 0, 1_000_000_000);
            within("tiles.retention_days", retentionDays, 1, 3650);
        }
    }

    /** How tables are published. */
    public record PublishingConfig(PublishingMode mode) {
        /** See {@link PublishingMode#isRenameAtomic}. */
        public boolean isRenameAtomic() {
            return mode.isRenameAtomic();
        }
    }

    /** By how much a day may differ from the days before it; {@code accepted} names gates that never stop a run. */
    public record GatesConfig(
            int trailingDays,
            int minimumDays,
            int minimumRows,
            List<String> accepted,
            InputGateConfig input,
            OutputGateConfig output) {
        public GatesConfig {
            within("gates.trailing_days", trailingDays, 1, 90);
            within("gates.minimum_days", minimumDays, 1, trailingDays);
            within("gates.minimum_rows", minimumRows, 1, 1_000_000_000);
            if (accepted == null) {
                throw new IllegalArgumentException("gates.accepted must be a list, but is null");
            }
        }
    }

    /** Bounds of what a day's input tables may look like beside those of the days before. */
    public record InputGateConfig(double leastVolume, double mostVolume, double maxNullRise, double maxDrift) {
        public InputGateConfig {
            within("gates.input.least_volume", leastVolume, 0, 1);
            within("gates.input.most_volume", mostVolume, 1, 1e6);
            within("gates.input.max_null_rise", maxNullRise, 0, 1);
            within("gates.input.max_drift", maxDrift, 0, 1e6);
        }
    }

    /** Bounds of what a day's tables and sends may look like beside those of the days before. */
    public record OutputGateConfig(
            double leastVolume,
            double mostVolume,
            double leastSendsPerTarget,
            double maxNullRise,
            double maxMixShift,
            double maxScoreShift) {
        public OutputGateConfig {
            within("gates.output.least_volume", leastVolume, 0, 1);
            within("gates.output.most_volume", mostVolume, 1, 1e6);
            within("gates.output.least_sends_per_target", leastSendsPerTarget, 0, 12);
            within("gates.output.max_null_rise", maxNullRise, 0, 1);
            within("gates.output.max_mix_shift", maxMixShift, 0, 1e6);
            within("gates.output.max_score_shift", maxScoreShift, 0, 1e6);
        }
    }

    /** Who may be notified. */
    public record TargetsConfig(int pushCap, int minSpacingHours) {
        public TargetsConfig {
            within("targets.push_cap", pushCap, 0, 12);
            within("targets.min_spacing_hours", minSpacingHours, 0, 72);
        }
    }

    /**
     * What may be sent at all.
     *
     * @param keep posts of each user that are left after the rules; 0: all
     * @param sources in order of display, each with the named parameters of its SQL; {@code limit} and {@code quota}, which
     *     may be left out, are common to all
     */
    public record CandidatesConfig(int keep, Map<String, Map<String, Object>> sources) {
        public CandidatesConfig {
            within("candidates.keep", keep, 0, 100_000);
            if (sources.isEmpty()) {
                throw new IllegalArgumentException("candidates.sources must name at least one source, but is empty");
            }
            sources.forEach((name, parameters) -> {
                // It names a file, and stands in published rows.
                if (!name.matches("[a-z][a-z0-9_]*")) {
                    throw new IllegalArgumentException("candidates.sources: a source's name must be lower-case letters,"
                            + " digits and underscores, and start with a letter, but is " + name);
                }
                wholeNumberWithin("candidates.sources." + name + ".limit", parameters.get("limit"), 0, 1_000_000);
                if (parameters.containsKey("quota")) {
                    wholeNumberWithin("candidates.sources." + name + ".quota", parameters.get("quota"), 1, 1000);
                }
            });
        }
    }

    /** How many candidates of a user light ranking leaves, and by what it chooses. */
    public record LightRankConfig(int keep, LightRankPolicy policy) {
        public LightRankConfig {
            within("light_rank.keep", keep, 0, 1000);
        }

        /** Whether chance chooses: the baseline of experiments. */
        public boolean isRandom() {
            return policy.isRandom();
        }
    }

    /** How the heavy ranker runs on the executors, and which of its versions scores whom. */
    public record HeavyRankConfig(
            int batchRows, int intraOpThreads, Precision precision, double featuresShare, ModelsConfig models) {
        public HeavyRankConfig {
            within("heavy_rank.batch_rows", batchRows, 1, 65_536);
            within("heavy_rank.intra_op_threads", intraOpThreads, 1, 1024);
            within("heavy_rank.features_share", featuresShare, 0, 1);
        }
    }

    /** What is sent of what the rules leave. */
    public record QualityControlConfig(int sendsPerRun, SendTimesConfig sendTimes, ExplorationConfig exploration) {
        public QualityControlConfig {
            within("quality_control.sends_per_run", sendsPerRun, 1, 12);
        }
    }

    /**
     * When what is sent may leave.
     *
     * @param choose one of the instants that are left
     * @param windowHours hours from the as-of instant in which they lie
     * @param quietFrom hour of the recipient's clock from which nothing is sent
     * @param quietUntil and until which; the same: no hour is quiet
     */
    public record SendTimesConfig(SendTimeChoice choose, int windowHours, int quietFrom, int quietUntil) {
        public SendTimesConfig {
            within("quality_control.send_times.window_hours", windowHours, 1, 24);
            within("quality_control.send_times.quiet_from", quietFrom, 0, 23);
            within("quality_control.send_times.quiet_until", quietUntil, 0, 23);
        }
    }

    /**
     * What chance decides about a user's first send of a run.
     *
     * @param noSendShare share of users who get nothing
     * @param randomShare share of users whose first send is any of the first {@code topK}, each as likely
     * @param softmaxShare share of users whose first send is one of the first {@code topK}, better ones more likely
     * @param topK of the items that pass every rule
     * @param temperature of the softmax: a score so much higher is e times as likely
     */
    public record ExplorationConfig(
            double noSendShare, double randomShare, double softmaxShare, int topK, double temperature)
            implements Serializable {
        public ExplorationConfig {
            within("quality_control.exploration.no_send_share", noSendShare, 0, 1);
            within("quality_control.exploration.random_share", randomShare, 0, 1);
            within("quality_control.exploration.softmax_share", softmaxShare, 0, 1);
            within("quality_control.exploration.top_k", topK, 1, 1000);
            within("quality_control.exploration.temperature", temperature, 1e-6, 1e6);
            within(
                    "the sum of no_send_share, random_share and softmax_share of quality_control.exploration",
                    // But for rounding: 0.34, 0.56 and 0.1 are 1.
                    Math.round((noSendShare + randomShare + softmaxShare) * 1e9) / 1e9,
                    0,
                    1);
        }

        /** Share of users whose first send is the best. */
        public double rankShare() {
            return Math.max(0, 1 - noSendShare - randomShare - softmaxShare);
        }
    }

    /** How training examples are made. */
    public record ExamplesConfig(
            ExampleLabels labels, int windowHours, double usersShare, double negativesShare, int newUserDays) {
        public ExamplesConfig {
            within("examples.window_hours", windowHours, 1, 720);
            within("examples.users_share", usersShare, 1e-6, 1);
            within("examples.negatives_share", negativesShare, 1e-6, 1);
            within("examples.new_user_days", newUserDays, 0, 3650);
        }

        public Duration window() {
            return Duration.ofHours(windowHours);
        }
    }

    /** The implicit-feedback ALS behind the collaborative source. */
    public record CollaborativeConfig(int rank, int iterations, double regularization, double alpha, int authors) {
        public CollaborativeConfig {
            within("collaborative.rank", rank, 1, 1024);
            within("collaborative.iterations", iterations, 1, 1000);
            within("collaborative.regularization", regularization, 0, 1e6);
            within("collaborative.alpha", alpha, 0, 1e6);
            within("collaborative.authors", authors, 1, 10_000);
        }
    }

    /** How the two towers of retrieval are learned. */
    public record RetrievalConfig(int factors, int epochs, double rate, double regularization, int maximumPairs) {
        public RetrievalConfig {
            within("retrieval.factors", factors, 1, 1024);
            within("retrieval.epochs", epochs, 1, 1000);
            within("retrieval.rate", rate, 1e-6, 10);
            within("retrieval.regularization", regularization, 0, 1e6);
            within("retrieval.maximum_pairs", maximumPairs, 1, 100_000_000);
        }
    }

    /** How authors form communities, and what users and posts have to do with them. */
    public record CommunitiesConfig(
            int minFollowers,
            int maxAuthors,
            int maxFollowees,
            int minCommonFollowers,
            int maxSimilar,
            double resolution,
            int maxCommunities,
            int minFollowees,
            int halfLifeHours) {
        public CommunitiesConfig {
            within("communities.min_followers", minFollowers, 1, 1_000_000_000);
            within("communities.max_authors", maxAuthors, 2, 1_000_000);
            within("communities.max_followees", maxFollowees, 2, 10_000);
            within("communities.min_common_followers", minCommonFollowers, 1, 1_000_000);
            within("communities.max_similar", maxSimilar, 1, 1000);
            within("communities.resolution", resolution, 1e-3, 1000);
            within("communities.max_communities", maxCommunities, 1, 100);
            within("communities.min_followees", minFollowees, 1, 100);
            within("communities.half_life_hours", halfLifeHours, 1, 720);
        }
    }

    /**
     * The trees that learn how likely an account acts on another one.
     *
     * @param features facts of a pair
     * @param keep ties of each account that are kept
     * @param stepSize what each further tree's prediction counts
     * @param maximumPairs of more, to learn from or to check with, a sample is taken
     * @param replacesAffinities whether sources order accounts by it
     */
    public record RealGraphConfig(
            List<String> features,
            int keep,
            int trees,
            int depth,
            double stepSize,
            int maximumPairs,
            boolean replacesAffinities) {
        public RealGraphConfig {
            if (features == null || features.isEmpty()) {
                throw new IllegalArgumentException(
                        "real_graph.features must name at least one fact, but is " + features);
            }
            if (Set.copyOf(features).size() < features.size()) {
                throw new IllegalArgumentException("real_graph.features must name each fact once, but is " + features);
            }
            within("real_graph.keep", keep, 1, 10_000);
            within("real_graph.trees", trees, 1, 1000);
            within("real_graph.depth", depth, 1, 12);
            within("real_graph.step_size", stepSize, 1e-3, 1);
            within("real_graph.maximum_pairs", maximumPairs, 1000, 100_000_000);
        }
    }
}
