package io.pushrank.jobs.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Looks for the quotas of the sources with which most of what is sought is among the first candidates by round-robin, see
 * {@link io.pushrank.jobs.stage.RoundRobin}. It goes through the sources in their order, again and again, and gives each the
 * quota that finds most while the others stay as they are; a change must find more. Not always the best there are.
 */
final class QuotaSearch {
    /** What a source may get. */
    private static final int[] QUOTAS = {1, 2, 4, 8};

    private static final int MOST_PASSES = 5;
    /** More than the ranks that the highest limit of a source allows. */
    static final int RANK_BITS = 20;

    private static final int ORDER_BITS = 12;

    private final int sources;
    private final List<User> users = new ArrayList<>();

    /** What the candidates of a user are proposed by: packed orders and ranks, where those of each end, and which are sought. */
    private static final class User {
        private final long[] proposals;
        private final int[] ends;
        private final boolean[] isSought;

        private User(long[] proposals, int[] ends, boolean[] isSought) {
            this.proposals = proposals;
            this.ends = ends;
            this.isSought = isSought;
        }

        /** How much of what is sought is among the first of them. */
        private long found(int[] quotas, int keep) {
            long[] places = new long[ends.length];
            for (int candidate = 0; candidate < ends.length; candidate++) {
                places[candidate] = Long.MAX_VALUE;
                for (int next = candidate == 0 ? 0 : ends[candidate - 1]; next < ends[candidate]; next++) {
                    places[candidate] = Math.min(places[candidate], place(proposals[next], quotas));
                }
            }
            long last = Long.MAX_VALUE;
            if (keep < places.length) {
                long[] sorted = places.clone();
                Arrays.sort(sorted);
                last = sorted[keep - 1];
            }
            long found = 0;
            for (int candidate = 0; candidate < places.length; candidate++) {
                if (isSought[candidate] && places[candidate] <= last) {
                    found++;
                }
            }
            return found;
        }

        private static long place(long proposal, int[] quotas) {
            int quota = quotas[(int) (proposal >> RANK_BITS)];
            long rank = proposal & ((1L << RANK_BITS) - 1);
            long round = (rank + quota - 1) / quota;
            return (round << (ORDER_BITS + RANK_BITS)) | proposal;
        }
    }

    /** @param sources how many there are; at most 4,096 */
    QuotaSearch(int sources) {
        this.sources = sources;
    }

    /**
     * Adds a user.
     *
     * @param candidates for each candidate every source that proposes it, by its place in the order from 0, and the
     *     candidate's rank there, from 1, in one number: place times 2 to the {@link #RANK_BITS} plus rank. A place after the
     *     last source's is that of sources without a quota to look for: they give one candidate a round
     * @param isSought whether each of them is sought
     */
    void add(List<List<Long>> candidates, List<Boolean> isSought) {
        int[] ends = new int[candidates.size()];
        int end = 0;
        for (int candidate = 0; candidate < ends.length; candidate++) {
            end += candidates.get(candidate).size();
            ends[candidate] = end;
        }
        boolean[] sought = new boolean[ends.length];
        for (int candidate = 0; candidate < ends.length; candidate++) {
            sought[candidate] = isSought.get(candidate);
        }
        users.add(new User(
                candidates.stream()
                        .flatMap(List::stream)
                        .mapToLong(Long::longValue)
                        .toArray(),
                ends,
                sought));
    }

    /** How much of what is sought is among the first {@code keep} candidates of each user. */
    long found(List<Integer> quotas, int keep) {
        int[] each = Arrays.copyOf(quotas.stream().mapToInt(Integer::intValue).toArray(), sources + 1);
        each[sources] = 1;
        return users.parallelStream().mapToLong(user -> user.found(each, keep)).sum();
    }

    /**
     * Quotas in the order of the sources; the first pass starts with 1 for each.
     *
     * @param keep candidates of a user that count; at least 1
     */
    List<Integer> quotas(int keep) {
        List<Integer> best = new ArrayList<>(Collections.nCopies(sources, 1));
        long most = found(best, keep);
        boolean isBetter = true;
        for (int pass = 0; pass < MOST_PASSES && isBetter; pass++) {
            isBetter = false;
            for (int source = 0; source < sources; source++) {
                List<Integer> changed = new ArrayList<>(best);
                for (int quota : QUOTAS) {
                    changed.set(source, quota);
                    long found = found(changed, keep);
                    if (found > most) {
                        most = found;
                        best.set(source, quota);
                        isBetter = true;
                    }
                }
            }
        }
        return best;
    }
}
