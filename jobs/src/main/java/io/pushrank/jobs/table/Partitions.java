package io.pushrank.jobs.table;

import io.pushrank.jobs.config.RankingConfig.InputsConfig;
import io.pushrank.jobs.exit.PushrankException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Which partitions of an input table a run of a date reads. */
public final class Partitions {
    /** Parquet by its ending, or a file as Hive calls it: 000000_0. */
    private static final Pattern DATA_FILE = Pattern.compile(".*\\.parq(uet)?|\\d{6}_\\d+.*");

    private Partitions() {}

    /**
     * The latest snapshot of a state table, or the days of an event table that the run looks back on.
     *
     * @return days in order; none when an optional table is absent
     * @throws PushrankException with exit code 3 when a required table or its data for the date are absent, or
     *     a snapshot is too old
     */
    static List<LocalDate> of(
            Storage storage, String folder, Table table, LocalDate from, LocalDate to, InputsConfig config) {
        if (!storage.exists(folder)) {
            if (table.isRequired()) {
                throw PushrankException.input(
                        "input table " + table.tableName() + " is required, but there is no folder " + folder);
            }
            return List.of();
        }
        List<LocalDate> days = days(storage, folder);
        requirePartitions(storage, table, folder, days);
        List<LocalDate> wanted = table.group() == Table.Group.STATE
                ? snapshot(table, folder, days, to, config.maxSnapshotAgeDays())
                : days.stream()
                        .filter(day -> !day.isAfter(to) && !day.isBefore(from.minusDays(config.lookbackDays())))
                        .toList();
        if (wanted.isEmpty() && table.isRequired()) {
            throw PushrankException.input("input table " + table.tableName() + " has no data for " + to
                    + ": no partition of " + from.minusDays(config.lookbackDays()) + " to " + to + " in " + folder);
        }
        if (table.mustBeRecent() && wanted.stream().noneMatch(day -> !day.isBefore(to.minusDays(1)))) {
            throw PushrankException.input("input table " + table.tableName() + " has no data for " + to
                    + ": its last partition in " + folder + " is " + Layout.day(wanted.get(wanted.size() - 1)));
        }
        return wanted;
    }

    /** Rows that are in no day's partition would be read by nobody. */
    private static void requirePartitions(Storage storage, Table table, String folder, List<LocalDate> days) {
        List<Storage.Entry> entries = storage.entries(folder);
        DayFiles.requireNoTableFormat(storage, table, folder, entries);
        List<String> strays = entries.stream()
                .filter(entry -> DayFiles.isVisible(entry.name()))
                .filter(entry -> !(entry.isFolder() && entry.name().startsWith("ds=")))
                .filter(entry -> days.isEmpty() || isData(entry))
                .map(Storage.Entry::name)
                .toList();
        if (days.isEmpty() || !strays.isEmpty()) {
            throw PushrankException.input("input table " + table.tableName() + ", folder " + folder
                    + " must hold a folder ds=YYYY-MM-DD for each day and no other data, but holds "
                    + (strays.isEmpty() ? "none" : strays.subList(0, Math.min(3, strays.size()))));
        }
    }

    /** Whether it looks like rows, rather than like a note or a schema that somebody put beside them. */
    private static boolean isData(Storage.Entry entry) {
        return entry.name().contains("=")
                || (!entry.isFolder() && DATA_FILE.matcher(entry.name()).matches());
    }

    /** Days of a folder of partitions, in order. */
    public static List<LocalDate> days(Storage storage, String folder) {
        List<LocalDate> days = new ArrayList<>();
        for (String name : storage.folders(folder)) {
            if (name.startsWith("ds=")) {
                try {
                    days.add(LocalDate.parse(name.substring(3)));
                } catch (DateTimeParseException e) {
                    throw PushrankException.input(
                            "folder " + folder + "/" + name + " must be named ds=YYYY-MM-DD: " + e.getMessage());
                }
            }
        }
        return days;
    }

    private static List<LocalDate> snapshot(
            Table table, String folder, List<LocalDate> days, LocalDate date, int oldest) {
        LocalDate latest = days.stream()
                .filter(day -> !day.isAfter(date))
                .reduce((earlier, later) -> later)
                .orElse(null);
        if (latest != null && ChronoUnit.DAYS.between(latest, date) <= oldest) {
            return List.of(latest);
        }
        // An optional table may be absent, but what it said last is not to be forgotten: blocks, for one.
        if (latest == null && !table.isRequired()) {
            return List.of();
        }
        throw PushrankException.input(
                "input table " + table.tableName() + " has no snapshot for " + date + ": the latest in "
                        + folder + " is " + (latest == null ? "none" : Layout.day(latest))
                        + ", inputs.max_snapshot_age_days is " + oldest);
    }
}
