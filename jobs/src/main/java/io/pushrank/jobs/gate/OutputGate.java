package io.pushrank.jobs.gate;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.RankingConfig.GatesConfig;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds a day's sends against those of the days before: how many, of which types, with which predictions. */
public final class OutputGate {
    private static final String SENDS = Table.SENDS.tableName();
    private static final String TARGETS = Table.TARGETS.tableName();

    private OutputGate() {}

    /**
     * Judges sends before they are published.
     *
     * @param trailing of published earlier days, the newest first; more than {@code gates.trailing_days} are not looked at
     * @return verdicts in the order of the gates; nothing is thrown for them
     */
    public static List<Verdict> judge(SendsProfile today, List<SendsProfile> trailing, RankingConfig config) {
        GatesConfig gates = config.gates();
        List<SendsProfile> days = trailing.stream().limit(gates.trailingDays()).toList();
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(targets(today, days, gates));
        verdicts.add(sends(today, days, gates));
        if (gates.output().leastSendsPerTarget() > 0) {
            verdicts.add(Verdict.atLeast(
                    Gate.OUTPUT_VOLUME,
                    SENDS,
                    "",
                    today.sendsPerTarget(),
                    gates.output().leastSendsPerTarget(),
                    Trailing.count(today.sends()) + " sends, " + Trailing.count(today.eligibleTargets())
                            + " eligible targets"));
        }
        verdicts.add(shift(
                Gate.OUTPUT_MIX,
                "notification_type",
                gates.output().maxMixShift(),
                today.sendsByType(),
                days.stream().map(SendsProfile::sendsByType).toList(),
                gates));
        verdicts.add(shift(
                Gate.OUTPUT_SCORE,
                "p_oonc",
                gates.output().maxScoreShift(),
                today.scores(),
                days.stream().map(SendsProfile::scores).toList(),
                gates));
        return verdicts;
    }

    /**
     * Judges a stage's table before it is published: its rows, and its columns that may be NULL.
     *
     * @param trailing of the same table on published earlier days, the newest first, as {@link #judge} takes them
     */
    public static List<Verdict> judge(TableProfile today, List<TableProfile> trailing, RankingConfig config) {
        GatesConfig gates = config.gates();
        List<TableProfile> days = trailing.stream().limit(gates.trailingDays()).toList();
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(volume(
                today.table(),
                "rows",
                today.rows(),
                days.stream().map(day -> (double) day.rows()).toList(),
                1,
                gates));
        today.nulls().keySet().forEach(column -> verdicts.add(nulls(column, today, days, gates)));
        return verdicts;
    }

    private static Verdict nulls(String column, TableProfile today, List<TableProfile> days, GatesConfig config) {
        double most = config.output().maxNullRise();
        return Trailing.nulls(
                Gate.OUTPUT_NULLS,
                today.table(),
                column,
                new Trailing.Nulls(today.nulls().get(column), today.rows()),
                days.stream()
                        .filter(day -> day.nulls().containsKey(column))
                        .map(day -> new Trailing.Nulls(day.nulls().get(column), day.rows()))
                        .toList(),
                most,
                before -> most,
                config);
    }

    private static Verdict targets(SendsProfile today, List<SendsProfile> days, GatesConfig config) {
        return volume(
                TARGETS,
                "eligible targets",
                today.eligibleTargets(),
                days.stream().map(day -> (double) day.eligibleTargets()).toList(),
                1,
                config);
    }

    /** Sends for each eligible target, as sends over those that so many targets would have got before. */
    private static Verdict sends(SendsProfile today, List<SendsProfile> days, GatesConfig config) {
        return volume(
                SENDS,
                "sends",
                today.sends(),
                days.stream().map(SendsProfile::sendsPerTarget).toList(),
                today.eligibleTargets(),
                config);
    }

    private static Verdict volume(
            String table, String what, long now, List<Double> before, long scale, GatesConfig config) {
        return Trailing.volume(
                Gate.OUTPUT_VOLUME,
                table,
                what,
                now,
                before,
                scale,
                config.output().leastVolume(),
                config.output().mostVolume(),
                config);
    }

    private static Verdict shift(
            Gate gate,
            String column,
            double most,
            Map<String, Long> now,
            List<Map<String, Long>> days,
            GatesConfig config) {
        Map<String, Long> before = Trailing.pooled(days);
        Optional<String> tooFew = Trailing.tooFewDays(days.size(), config)
                .or(() -> Trailing.tooFewRows(Stability.total(before), Stability.total(now), "sends", config));
        if (tooFew.isPresent()) {
            return Verdict.notJudged(gate, SENDS, column, most, tooFew.get());
        }
        Stability stability =
                gate == Gate.OUTPUT_SCORE ? Stability.ofNumbers(before, now) : Stability.ofTexts(before, now);
        return Verdict.atMost(gate, SENDS, column, stability.index(), most, stability.detail());
    }
}
