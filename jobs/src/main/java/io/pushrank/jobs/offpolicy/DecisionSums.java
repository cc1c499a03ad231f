package io.pushrank.jobs.offpolicy;

import io.pushrank.jobs.report.Bootstrap;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Sums over logged decisions, of which every estimate and its interval are made; sums of parts add up. Intervals are by a
 * bootstrap over users (Poisson: Chamandy et al. 2012): in each resample a user counts as often as its own draws say, so a
 * user's decisions may come in any parts. The last bits of sums depend on the order of decisions and parts.
 */
public final class DecisionSums implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Standard errors of a 95 % interval. */
    private static final double CONFIDENCE = 1.959964;

    private static final int DECISIONS = 0;
    private static final int WEIGHTS = 1;
    private static final int PREDICTED = 2;
    private static final int REWARDS = 3;
    private static final int SUPPORTED = 4;
    /** Where the corrections begin, one column for each estimator and limit. */
    private static final int CORRECTIONS = 5;

    private static final List<Correction> COLUMNS = Arrays.stream(Estimator.values())
            .flatMap(estimator -> Arrays.stream(estimator.limits()).mapToObj(limit -> new Correction(estimator, limit)))
            .toList();
    private static final int WIDTH = CORRECTIONS + COLUMNS.size();

    private record Correction(Estimator estimator, double limit) {
        int column() {
            return CORRECTIONS + COLUMNS.indexOf(this);
        }
    }

    private final long seed;
    private final double minPropensity;
    /** Of each resample its sums. */
    private final double[][] resampled;

    private final double[] sums = new double[WIDTH];
    /** Of each estimator and limit the squares of what decisions add to the estimate, at the columns of the corrections. */
    private final double[] squares = new double[WIDTH];

    private double squaredWeights;
    private final double[] ofUser = new double[WIDTH];
    private boolean isUserEmpty = true;
    private long user;

    /** A figure and its 95 % percentile interval; NaN where undefined. */
    public record Figure(double value, Bootstrap.Interval interval) {}

    /**
     * No decisions yet.
     *
     * @param minPropensity below it a decision does not count as support
     */
    public DecisionSums(int resamples, long seed, double minPropensity) {
        this.seed = seed;
        this.minPropensity = minPropensity;
        this.resampled = new double[resamples][WIDTH];
    }

    /** Adds a decision about a user; those of one user need not follow each other, but are added faster when they do. */
    public DecisionSums add(long userId, LoggedDecision decision) {
        if (!isUserEmpty && userId != user) {
            settle();
        }
        user = userId;
        isUserEmpty = false;
        double weight = decision.weight();
        ofUser[DECISIONS] += 1;
        ofUser[WEIGHTS] += weight;
        ofUser[PREDICTED] += decision.targetPredicted();
        ofUser[REWARDS] += decision.reward();
        ofUser[SUPPORTED] += decision.propensity() >= minPropensity ? weight : 0;
        squaredWeights += weight * weight;
        for (int column = CORRECTIONS; column < WIDTH; column++) {
            Correction of = COLUMNS.get(column - CORRECTIONS);
            double correction = of.estimator().correction(decision, of.limit());
            double added = of.estimator().base(decision) + correction;
            ofUser[column] += correction;
            squares[column] += added * added;
        }
        return this;
    }

    /** Adds the sums of other decisions, made with the same resamples, seed and bound. */
    public DecisionSums add(DecisionSums other) {
        settle();
        other.settle();
        addTo(sums, other.sums, 1);
        addTo(squares, other.squares, 1);
        squaredWeights += other.squaredWeights;
        for (int resample = 0; resample < resampled.length; resample++) {
            addTo(resampled[resample], other.resampled[resample], 1);
        }
        return this;
    }

    private void settle() {
        if (isUserEmpty) {
            return;
        }
        addTo(sums, ofUser, 1);
        UserDraws draws = new UserDraws(seed, user);
        for (double[] resample : resampled) {
            addTo(resample, ofUser, draws.next());
        }
        Arrays.fill(ofUser, 0);
        isUserEmpty = true;
    }

    private static void addTo(double[] sums, double[] added, int times) {
        if (times > 0) {
            for (int column = 0; column < WIDTH; column++) {
                sums[column] += times * added[column];
            }
        }
    }

    /** Decisions. */
    public long decisions() {
        settle();
        return Math.round(sums[DECISIONS]);
    }

    /** Mean reward of the decisions that were made, with its interval. */
    public Figure logged() {
        return figure(each -> each[REWARDS] / each[DECISIONS]);
    }

    /**
     * Share of what the target policy decides that the log has with at least the least propensity: the mean weight of such
     * decisions, whose expectation is 1 where the log may have done all that the target policy does. Chance may take it
     * above 1.
     */
    public Figure support() {
        return figure(each -> each[SUPPORTED] / each[DECISIONS]);
    }

    /** As many decisions of the target policy itself would say as much: (Σ w)² / Σ w²; 0 where every weight is 0. */
    public double effectiveSize() {
        settle();
        return squaredWeights == 0 ? 0 : sums[WEIGHTS] * sums[WEIGHTS] / squaredWeights;
    }

    /**
     * The target policy's mean reward by an estimator. Where it has a limit, the value is that with {@link #chosenLimit}, and the
     * interval holds the one without a limit too: how far the limit takes the value from the truth nobody knows.
     */
    public Figure estimate(Estimator estimator) {
        Correction chosen = chosen(estimator);
        Figure limited = figure(estimator, chosen.column());
        Figure unlimited = figure(estimator, new Correction(estimator, Double.POSITIVE_INFINITY).column());
        return new Figure(
                limited.value(),
                new Bootstrap.Interval(
                        Math.min(limited.interval().low(), unlimited.interval().low()),
                        Math.max(limited.interval().high(), unlimited.interval().high())));
    }

    private Figure figure(Estimator estimator, int column) {
        return figure(each -> estimate(estimator, each, column));
    }

    /** The limit that SLOPE chooses; infinite: none. */
    public double chosenLimit(Estimator estimator) {
        return chosen(estimator).limit();
    }

    private Correction chosen(Estimator estimator) {
        settle();
        List<Correction> all =
                COLUMNS.stream().filter(each -> each.estimator() == estimator).toList();
        double[] estimates = new double[all.size()];
        double[] widths = new double[all.size()];
        for (int limit = 0; limit < estimates.length; limit++) {
            int column = all.get(limit).column();
            estimates[limit] = estimate(estimator, sums, column);
            double variance = squares[column] / sums[DECISIONS] - estimates[limit] * estimates[limit];
            widths[limit] = CONFIDENCE * Math.sqrt(Math.max(0, variance) / sums[DECISIONS]);
        }
        return all.get(estimator.hasLimit() ? Slope.choose(estimates, widths) : 0);
    }

    private static double estimate(Estimator estimator, double[] sums, int column) {
        double predicted = estimator.hasModel() ? sums[PREDICTED] : 0;
        return estimator.of(sums[DECISIONS], sums[WEIGHTS], predicted, sums[column]);
    }

    private Figure figure(ToDoubleFunction<double[]> figure) {
        settle();
        return new Figure(
                figure.applyAsDouble(sums),
                Bootstrap.interval(Arrays.stream(resampled).mapToDouble(figure)));
    }
}
