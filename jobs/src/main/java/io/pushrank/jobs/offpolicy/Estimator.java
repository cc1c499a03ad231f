package io.pushrank.jobs.offpolicy;

import java.util.Arrays;
import java.util.Locale;

/**
 * How the value of a target policy is estimated from n decisions of another. With weight w, reward r, predicted reward q and
 * predicted reward of the target policy d, every estimate is
 *
 * <pre>
 * mean of d  +  Σ f(w) · (r − q) / n
 * </pre>
 *
 * <p>where d and q are 0 for estimators without a model, and n is Σ w for those that are self-normalized. They differ by f,
 * and some of them by a limit λ.
 */
public enum Estimator {
    /** Direct method: believes the model. */
    DM(true, false, false) {
        @Override
        double used(double weight, double limit) {
            return 0;
        }
    },
    /** Inverse propensity scores, clipped (Horvitz and Thompson 1952; Bottou et al. 2013). */
    IPS(false, false, true) {
        @Override
        double used(double weight, double limit) {
            return Math.min(weight, limit);
        }
    },
    /** Self-normalized inverse propensity scores (Swaminathan and Joachims 2015). */
    SNIPS(false, true, false),
    /** Doubly robust (Dudík, Langford and Li 2011). */
    DR(true, false, false),
    /** Self-normalized doubly robust (Kallus and Uehara 2019). */
    SNDR(true, true, false),
    /** Doubly robust where the weight is at most the limit, else the model (Wang, Agarwal and Dudík 2017). */
    SWITCH_DR(true, false, true) {
        @Override
        double used(double weight, double limit) {
            return weight <= limit ? weight : 0;
        }
    },
    /** Doubly robust with optimistic shrinkage (Su, Dimakopoulou, Krishnamurthy and Dudík 2020). */
    DR_OS(true, false, true) {
        @Override
        double used(double weight, double limit) {
            return Double.isInfinite(limit) ? weight : limit * weight / (weight * weight + limit);
        }
    };

    private static final double[] NO_LIMIT = {Double.POSITIVE_INFINITY};
    /** Half powers of ten, since weights may be of any size; the last is no limit. */
    private static final double[] LIMITS = {
        1, Math.sqrt(10), 10, Math.sqrt(1e3), 1e2, Math.sqrt(1e5), 1e3, Math.sqrt(1e7), 1e4, Double.POSITIVE_INFINITY
    };

    private final boolean hasModel;
    private final boolean isSelfNormalized;
    private final boolean hasLimit;

    Estimator(boolean hasModel, boolean isSelfNormalized, boolean hasLimit) {
        this.hasModel = hasModel;
        this.isSelfNormalized = isSelfNormalized;
        this.hasLimit = hasLimit;
    }

    /** f: the weight that it uses in place of a decision's. */
    double used(double weight, double limit) {
        return weight;
    }

    /** What a decision adds to the sum that is divided by n, or Σ w. */
    final double correction(LoggedDecision decision, double limit) {
        return used(decision.weight(), limit) * (decision.reward() - (hasModel ? decision.predicted() : 0));
    }

    /** What a decision adds to the sum of predictions. */
    final double base(LoggedDecision decision) {
        return hasModel ? decision.targetPredicted() : 0;
    }

    boolean hasModel() {
        return hasModel;
    }

    boolean isSelfNormalized() {
        return isSelfNormalized;
    }

    /** Whether one of {@link #limits} has to be chosen for it. */
    public boolean hasLimit() {
        return hasLimit;
    }

    /** The limits among which is chosen, the least first. */
    public double[] limits() {
        return (hasLimit ? LIMITS : NO_LIMIT).clone();
    }

    /** Name in metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * An estimate by decisions at hand.
     *
     * @param limit λ; of no effect where there is none to choose
     * @return NaN without decisions, or where Σ w is 0 and needed
     */
    public double of(Iterable<LoggedDecision> decisions, double limit) {
        double[] sums = new double[4];
        for (LoggedDecision decision : decisions) {
            double[] own = {1, decision.weight(), base(decision), correction(decision, limit)};
            Arrays.setAll(sums, column -> sums[column] + own[column]);
        }
        return of(sums[0], sums[1], sums[2], sums[3]);
    }

    /** An estimate by sums over decisions. */
    double of(double decisions, double weights, double bases, double corrections) {
        return bases / decisions + corrections / (isSelfNormalized ? weights : decisions);
    }
}
