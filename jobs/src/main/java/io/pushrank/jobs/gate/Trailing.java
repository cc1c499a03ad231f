package io.pushrank.jobs.gate;

import io.pushrank.jobs.config.RankingConfig.GatesConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What gates of inputs and of sends have in common: when there is enough to judge by, and what the days before were. */
final class Trailing {
    private Trailing() {}

    /** Why so few days are nothing to judge by; empty when they are enough. */
    static Optional<String> tooFewDays(int days, GatesConfig config) {
        return days >= config.minimumDays()
                ? Optional.empty()
                : Optional.of(days + " of " + config.minimumDays() + " trailing days");
    }

    /** Why so few rows are nothing to compare shares by; empty when both sides have enough. */
    static Optional<String> tooFewRows(long before, long now, String what, GatesConfig config) {
        return tooFew((double) Math.min(before, now), count(before), now, what, config);
    }

    /** Why so few rows are nothing to compare numbers of rows by; empty when either side, now empty perhaps, has enough. */
    static Optional<String> tooSmall(double before, long now, String what, GatesConfig config) {
        return tooFew(Math.max(before, (double) now), count(before), now, what, config);
    }

    private static Optional<String> tooFew(double decisive, String before, long now, String what, GatesConfig config) {
        return decisive >= config.minimumRows()
                ? Optional.empty()
                : Optional.of(count(now) + " " + what + ", " + before + " before; gates.minimum_rows is "
                        + config.minimumRows());
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(List<Double> numbers) {
        List<Double> sorted = numbers.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** Counts of several days together; where one day counts texts in buckets, all do. */
    static Map<String, Long> pooled(List<Map<String, Long>> days) {
        boolean isInBuckets =
                days.stream().flatMap(day -> day.keySet().stream()).anyMatch(Bins::isBucket);
        Map<String, Long> pooled = new TreeMap<>();
        days.stream()
                .map(day -> isInBuckets ? Bins.inBuckets(day) : day)
                .forEach(day -> day.forEach((bin, rows) -> pooled.merge(bin, rows, Long::sum)));
        return pooled;
    }

    static String count(long rows) {
        return String.format(Locale.ROOT, "%,d", rows);
    }

    /** A median of counts may lie between two of them. */
    static String count(double rows) {
        return String.format(Locale.ROOT, rows == Math.rint(rows) ? "%,.0f" : "%,.1f", rows);
    }
}
