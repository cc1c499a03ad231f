package io.pushrank.jobs.gate;

import io.pushrank.jobs.config.RankingConfig.GatesConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.stat.StatUtils;

/** What gates of inputs and of outputs have in common: when there is enough to judge by, and what the days before were. */
final class Trailing {
    private Trailing() {}

    /** Rows of a day, and those among them where a column is NULL. */
    record Nulls(long nulls, long rows) {}

    /**
     * Holds a number of rows against the median of the days before.
     *
     * @param what is counted, in the plural
     * @param before by day, each times {@code scale}
     * @param least bound of the quotient
     * @param most bound of the quotient
     */
    static Verdict volume(
            Gate gate,
            String table,
            String what,
            long now,
            List<Double> before,
            long scale,
            double least,
            double most,
            GatesConfig config) {
        Optional<String> tooFew = tooFewDays(before.size(), config);
        if (tooFew.isPresent()) {
            return Verdict.notJudged(gate, table, "", least, tooFew.get());
        }
        double expected = median(before) * scale;
        tooFew = tooSmall(expected, now, what, config);
        if (tooFew.isPresent()) {
            return Verdict.notJudged(gate, table, "", least, tooFew.get());
        }
        return Verdict.within(
                gate,
                table,
                now / Math.max(expected, 1),
                least,
                most,
                count(now) + " " + what + ", " + count(expected) + " by the median of " + before.size()
                        + " trailing days");
    }

    /**
     * Holds the share of rows where a column is NULL against that of the days before together.
     *
     * @param before of the days that have the column
     * @param most what a verdict says where there is too little to judge by
     * @param bound of the share's rise, by the share before
     */
    static Verdict nulls(
            Gate gate,
            String table,
            String column,
            Nulls today,
            List<Nulls> before,
            double most,
            DoubleUnaryOperator bound,
            GatesConfig config) {
        long rows = before.stream().mapToLong(Nulls::rows).sum();
        Optional<String> tooFew =
                tooFewDays(before.size(), config).or(() -> tooFewRows(rows, today.rows(), "rows", config));
        if (tooFew.isPresent()) {
            return Verdict.notJudged(gate, table, column, most, tooFew.get());
        }
        double share = before.stream().mapToLong(Nulls::nulls).sum() / (double) rows;
        double now = today.nulls() / (double) today.rows();
        return Verdict.atMost(
                gate,
                table,
                column,
                now - share,
                bound.applyAsDouble(share),
                "NULL in " + Stability.percent(now) + " of the rows, before in " + Stability.percent(share));
    }

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
    private static Optional<String> tooSmall(double before, long now, String what, GatesConfig config) {
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
        return StatUtils.percentile(
                numbers.stream().mapToDouble(Double::doubleValue).toArray(), 50);
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
