package io.pushrank.jobs.bench;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Partitions;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The folders that a run of a date reads of each input table: its snapshot, or the days it looks back on. */
record InputFolders(Map<Table, List<String>> byTable) {
    static InputFolders read(Storage storage, Layout layout, RankingConfig config, LocalDate date) {
        return between(storage, layout, date.minusDays(config.inputs().lookbackDays()), date);
    }

    /** Those of one day alone. */
    static InputFolders ofDay(Storage storage, Layout layout, LocalDate date) {
        return between(storage, layout, date, date);
    }

    private static InputFolders between(Storage storage, Layout layout, LocalDate first, LocalDate last) {
        Map<Table, List<String>> byTable = new TreeMap<>();
        for (Table table : Table.inputs().toList()) {
            String folder = layout.inputTable(storage, table);
            if (storage.exists(folder)) {
                LocalDate from = table.group() == Table.Group.STATE ? last : first;
                byTable.put(
                        table,
                        Partitions.days(storage, folder).stream()
                                .filter(day -> !day.isBefore(from) && !day.isAfter(last))
                                .map(day -> folder + "/" + Layout.day(day))
                                .toList());
            }
        }
        byTable.values().removeIf(List::isEmpty);
        return new InputFolders(byTable);
    }
}
