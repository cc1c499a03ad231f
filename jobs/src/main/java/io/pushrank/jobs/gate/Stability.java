package io.pushrank.jobs.gate;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The population stability index of one day's counts against those of a reference.
 *
 * <p>PSI = Σ (p − q) · ln(p / q) over groups of values, p and q being the two shares of a group; it is the symmetric
 * Kullback-Leibler divergence of Jeffreys (1946). Credit scoring reads less than 0.1 as stable, more than 0.25 as a
 * significant shift (Siddiqi, Credit Risk Scorecards, 2006). By chance alone it is about (groups − 1) · (1/n + 1/m) for n
 * and m rows (Yurdakul, Statistical Properties of Population Stability Index, 2018), which is why few rows are not judged.
 *
 * <p>A share is (rows + ½) / (all rows + ½ · groups): the estimate of Krichevsky and Trofimov (1981), the mean under
 * Jeffreys' prior, with which a group that one side lacks counts for as much as its absence tells, and the sum is finite.
 *
 * @param index the PSI, 0 for equal shares
 * @param group the group that adds most to it, in words
 * @param before its share of the reference's rows, unsmoothed
 * @param now its share of the day's rows, unsmoothed
 */
record Stability(double index, String group, double before, double now) {
    /** Groups of about equal mass into which the reference's numbers are put. */
    static final int GROUPS = 10;
    /** Texts with a smaller share of the reference than this are one group. */
    static final double RARE = 0.01;

    /** What the reference never had: between two of its bins as well as beyond them. */
    private static final String UNSEEN = "values not seen before";

    private static final String RARE_OR_UNSEEN = "rare values and values not seen before";

    private static final double HALF = 0.5;

    /**
     * Numbers, by their bins. A bin goes to the group of the reference's rows amid which the middle one of its rows lies;
     * what the reference lacks is a group of its own, so that a constant column that changes is seen.
     */
    static Stability ofNumbers(Map<String, Long> reference, Map<String, Long> today) {
        TreeMap<Integer, Long> ordered = new TreeMap<>();
        reference.forEach((bin, rows) -> ordered.put(Integer.valueOf(bin), rows));
        double all = total(reference);
        // A group goes by the first of its bins.
        Map<String, String> groups = new TreeMap<>();
        Map<Integer, String> firsts = new TreeMap<>();
        long below = 0;
        for (Map.Entry<Integer, Long> bin : ordered.entrySet()) {
            int group = (int) Math.floor(GROUPS * (below + bin.getValue() * HALF) / all);
            String name = bin.getKey().toString();
            firsts.putIfAbsent(group, name);
            groups.put(name, firsts.get(group));
            below += bin.getValue();
        }
        Stability stability =
                between(grouped(reference, groups::get), grouped(today, bin -> groups.getOrDefault(bin, UNSEEN)));
        return stability.group.equals(UNSEEN)
                ? stability
                : stability.called("values from about " + Bins.edge(Integer.parseInt(stability.group)));
    }

    private Stability called(String name) {
        return new Stability(index, name, before, now);
    }

    /** Texts and truth values, by value; where one side has too many of them, by bucket. */
    static Stability ofTexts(Map<String, Long> reference, Map<String, Long> today) {
        boolean isInBuckets = reference.keySet().stream().anyMatch(Bins::isBucket)
                || today.keySet().stream().anyMatch(Bins::isBucket);
        Map<String, Long> before = isInBuckets ? Bins.inBuckets(reference) : reference;
        Map<String, Long> now = isInBuckets ? Bins.inBuckets(today) : today;
        double rare = RARE * total(before);
        Grouping grouping = bin -> {
            if (before.getOrDefault(bin, 0L) < rare || !before.containsKey(bin)) {
                return RARE_OR_UNSEEN;
            }
            return isInBuckets ? "bucket " + bin.substring(1) : "\"" + bin.substring(1) + "\"";
        };
        return between(grouped(before, grouping), grouped(now, grouping));
    }

    private interface Grouping {
        String group(String bin);
    }

    private static Map<String, Long> grouped(Map<String, Long> counts, Grouping grouping) {
        Map<String, Long> grouped = new TreeMap<>();
        counts.forEach((bin, rows) -> grouped.merge(grouping.group(bin), rows, Long::sum));
        return grouped;
    }

    private static Stability between(Map<String, Long> reference, Map<String, Long> today) {
        Map<String, Long> all = new TreeMap<>(reference);
        today.forEach((group, rows) -> all.merge(group, rows, Long::sum));
        double before = total(reference);
        double now = total(today);
        double index = 0;
        double most = -1;
        String worst = "";
        for (String group : all.keySet()) {
            double q = share(reference.getOrDefault(group, 0L), before, all.size());
            double p = share(today.getOrDefault(group, 0L), now, all.size());
            double part = (p - q) * Math.log(p / q);
            index += part;
            if (part > most) {
                most = part;
                worst = group;
            }
        }
        return new Stability(
                index,
                worst,
                reference.getOrDefault(worst, 0L) / Math.max(before, 1),
                today.getOrDefault(worst, 0L) / Math.max(now, 1));
    }

    private static double share(long rows, double all, int groups) {
        return (rows + HALF) / (all + HALF * groups);
    }

    static long total(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What moved most, in words. */
    String detail() {
        return group + ": " + percent(before) + " before, " + percent(now) + " now";
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
