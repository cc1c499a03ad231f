package io.pushrank.jobs.volume;

import java.util.BitSet;

/** What is kept within the constraints, and a proof of how much better another choice could be. */
public final class VolumeSolution {
    private final BitSet kept;
    private final double[] prices;
    private final long[] volumes;
    private final double value;
    private final double bound;

    VolumeSolution(BitSet kept, double[] prices, long[] volumes, double value, double bound) {
        this.kept = kept;
        this.prices = prices;
        this.volumes = volumes;
        this.value = value;
        this.bound = bound;
    }

    /** Whether the candidate is kept. */
    public boolean isKept(int candidate) {
        return kept.get(candidate);
    }

    /** What one send more would add to the value, as the constraint's price says; 0 or more, 0 where it does not bind. */
    public double price(int constraint) {
        return prices[constraint];
    }

    /** Kept candidates that the constraint counts: never more than it allows. */
    public long volume(int constraint) {
        return volumes[constraint];
    }

    /** Sum of the values of what is kept. */
    public double value() {
        return value;
    }

    /** No choice within the constraints is worth more than this, not even one of fractions of sends. */
    public double bound() {
        return bound;
    }

    /** Share of the bound that is missing, 0 to 1. */
    public double gap() {
        return bound > 0 ? Math.max(0, (bound - value) / bound) : 0;
    }
}
