package io.pushrank.jobs.stage;

import io.pushrank.jobs.config.RankingConfig.ExplorationConfig;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Chooses a user's first send of a run by chance, so that the log can say what other choices would have been worth. */
final class Exploration implements Serializable {
    private static final long serialVersionUID = 1L;

    private final ExplorationConfig config;

    Exploration(ExplorationConfig config) {
        this.config = config;
    }

    /** How the choice was made. */
    enum Arm {
        RANK,
        RANDOM,
        SOFTMAX,
        NO_SEND;

        /** As tables have it. */
        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param place of what is sent first among the items at hand, from 1; 0: nothing is sent */
    record Choice(Arm arm, int place) {}

    /** Whether anything is left to chance. */
    boolean isOn() {
        return config.rankShare() < 1;
    }

    /** Items of a user among which is chosen, at most. */
    int topK() {
        return config.topK();
    }

    /**
     * The probability with which each item is sent first, whatever arm chooses it; nothing is sent with what they lack to 1.
     *
     * @param scores of the user's first items, best first, at least 1 and at most {@link #topK}
     */
    double[] probabilities(double[] scores) {
        double[] likely = softmax(scores);
        double[] probabilities = new double[scores.length];
        Arrays.setAll(
                probabilities,
                // Shares that add up to 1 may give a little more by rounding.
                place -> Math.min(
                        1,
                        (place == 0 ? config.rankShare() : 0)
                                + config.randomShare() / scores.length
                                + config.softmaxShare() * likely[place]));
        return probabilities;
    }

    /** Chooses; the same seed and scores give the same. */
    Choice choose(double[] scores, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double arm = random.nextDouble();
        double uniform = random.nextDouble();
        if (arm < config.noSendShare()) {
            return new Choice(Arm.NO_SEND, 0);
        }
        if (arm < config.noSendShare() + config.randomShare()) {
            return new Choice(Arm.RANDOM, 1 + (int) (uniform * scores.length));
        }
        if (arm < config.noSendShare() + config.randomShare() + config.softmaxShare()) {
            return new Choice(Arm.SOFTMAX, 1 + drawn(softmax(scores), uniform));
        }
        return new Choice(Arm.RANK, 1);
    }

    private double[] softmax(double[] scores) {
        double[] weights = Arrays.stream(scores)
                .map(score -> Math.exp((score - scores[0]) / config.temperature()))
                .toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    private static int drawn(double[] probabilities, double uniform) {
        double cumulated = probabilities[0];
        int drawn = 0;
        while (uniform >= cumulated && drawn < probabilities.length - 1) {
            drawn++;
            cumulated += probabilities[drawn];
        }
        return drawn;
    }
}
