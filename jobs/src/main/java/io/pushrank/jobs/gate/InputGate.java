package io.pushrank.jobs.gate;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.RankingConfig.GatesConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Holds each input table that is present against its days before: rows, NULL, values.
 *
 * <p>Of a state table that is the snapshot which the run reads against earlier snapshots, whatever their age; of an event
 * table the last whole day before the date (the date's own partition ends somewhere) against the days before it. An event
 * table without a partition of that day has no rows then.
 */
public final class InputGate {
    /** A column that loses more than this share of its values is found even where few rows ever had one. */
    private static final double LOST = 0.5;

    private final Inputs inputs;
    private final GatesConfig config;
    private final LocalDate date;

    public InputGate(Inputs inputs, RankingConfig config, LocalDate date) {
        this.inputs = inputs;
        this.config = config.gates();
        this.date = date;
    }

    /**
     * What was found.
     *
     * @param profiles of the judged partition of each table: what a later run may give as known
     * @param verdicts in the order of the tables, then of the gates
     */
    public record Judgment(List<Profile> profiles, List<Verdict> verdicts) {}

    /**
     * Judges every input table that is present; one job for each of them.
     *
     * @param known profiles of earlier days as their runs kept them, of any table and in any order; they stand in place of
     *     the partitions, which are read no more. What comes in late (openings, say) is then compared at the same age
     * @throws PushrankException with exit code 3 when a judged partition cannot be read; nothing is thrown for a verdict
     */
    public Judgment judge(Collection<Profile> known) {
        List<Profile> profiles = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        Table.inputs().filter(inputs::has).forEach(table -> {
            List<LocalDate> there = inputs.days(table);
            LocalDate judged = judgedDay(table, there);
            Map<LocalDate, Profile> byDay = profiles(table, there, judged, known);
            Profile today = byDay.remove(judged);
            profiles.add(today);
            verdicts.addAll(judge(today, List.copyOf(byDay.values()), config));
        });
        return new Judgment(profiles, verdicts);
    }

    private LocalDate judgedDay(Table table, List<LocalDate> there) {
        return table.group() == Table.Group.EVENT
                ? date.minusDays(1)
                : there.stream()
                        .filter(day -> !day.isAfter(date))
                        .reduce((earlier, later) -> later)
                        .orElseThrow();
    }

    /** Profiles of the judged day and of its trailing days. */
    private Map<LocalDate, Profile> profiles(
            Table table, List<LocalDate> there, LocalDate judged, Collection<Profile> known) {
        Map<LocalDate, Profile> found = new TreeMap<>();
        known.stream()
                .filter(profile -> profile.table().equals(table.tableName()))
                .forEach(profile -> found.put(profile.date(), profile));
        TreeSet<LocalDate> days = new TreeSet<>(there);
        days.addAll(found.keySet());
        List<LocalDate> trailing = days.headSet(judged, false).descendingSet().stream()
                .filter(day ->
                        table.group() == Table.Group.STATE || !day.isBefore(judged.minusDays(config.trailingDays())))
                .limit(config.trailingDays())
                .toList();
        found.keySet().retainAll(trailing);
        List<LocalDate> wanted = there.stream()
                .filter(day -> day.equals(judged) || (trailing.contains(day) && !found.containsKey(day)))
                .toList();
        if (!wanted.isEmpty()) {
            read(table, wanted, judged).forEach(profile -> found.put(profile.date(), profile));
        }
        found.computeIfAbsent(judged, day -> Profile.empty(table, day));
        return found;
    }

    private List<Profile> read(Table table, List<LocalDate> wanted, LocalDate judged) {
        List<LocalDate> readable = wanted;
        Dataset<Row> rows;
        try {
            rows = inputs.raw(table, wanted);
        } catch (PushrankException e) {
            // A snapshot from before a column was added is no reason to stop a run that does not read it.
            readable = wanted.stream()
                    .filter(day -> day.equals(judged) || isReadable(table, day))
                    .toList();
            rows = inputs.raw(table, readable);
        }
        return Profile.of(table, rows, readable);
    }

    private boolean isReadable(Table table, LocalDate day) {
        try {
            inputs.raw(table, List.of(day));
            return true;
        } catch (PushrankException e) {
            return false;
        }
    }

    /** Verdicts on one table. */
    static List<Verdict> judge(Profile today, List<Profile> trailing, GatesConfig config) {
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(volume(today, trailing, config));
        today.nulls().keySet().forEach(column -> verdicts.add(nulls(column, today, trailing, config)));
        today.bins().keySet().forEach(column -> verdicts.add(drift(column, today, trailing, config)));
        return verdicts;
    }

    private static Verdict volume(Profile today, List<Profile> trailing, GatesConfig config) {
        return Trailing.volume(
                Gate.INPUT_VOLUME,
                today.table(),
                "rows",
                today.rows(),
                trailing.stream().map(profile -> (double) profile.rows()).toList(),
                1,
                config.input().leastVolume(),
                config.input().mostVolume(),
                config);
    }

    private static Verdict nulls(String column, Profile today, List<Profile> trailing, GatesConfig config) {
        double most = config.input().maxNullRise();
        return Trailing.nulls(
                Gate.INPUT_NULLS,
                today.table(),
                column,
                new Trailing.Nulls(today.nulls().get(column), today.rows()),
                trailing.stream()
                        .filter(profile -> profile.nulls().containsKey(column))
                        .map(profile -> new Trailing.Nulls(profile.nulls().get(column), profile.rows()))
                        .toList(),
                most,
                before -> (1 - before) * today.rows() >= config.minimumRows()
                        ? Math.min(most, (1 - before) * LOST)
                        : most,
                config);
    }

    private static Verdict drift(String column, Profile today, List<Profile> all, GatesConfig config) {
        double most = config.input().maxDrift();
        List<Profile> trailing = all.stream()
                .filter(profile -> profile.bins().containsKey(column))
                .toList();
        Map<String, Long> before = Trailing.pooled(
                trailing.stream().map(profile -> profile.bins().get(column)).toList());
        Map<String, Long> now = today.bins().get(column);
        Optional<String> tooFew = Trailing.tooFewDays(trailing.size(), config)
                .or(() -> Trailing.tooFewRows(Stability.total(before), today.values(column), "values", config));
        if (tooFew.isPresent()) {
            return Verdict.notJudged(Gate.INPUT_DRIFT, today.table(), column, most, tooFew.get());
        }
        ColumnKind kind = ColumnKind.of(Table.named(today.table()).schema().apply(column));
        Stability stability = kind.isNumeric() ? Stability.ofNumbers(before, now) : Stability.ofTexts(before, now);
        return Verdict.atMost(Gate.INPUT_DRIFT, today.table(), column, stability.index(), most, stability.detail());
    }
}
