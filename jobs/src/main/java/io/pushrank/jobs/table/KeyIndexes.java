package io.pushrank.jobs.table;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The indexes of the partitions that a run reads: those that earlier runs left, and new ones of partitions that none of them read.
 *
 * <p>An index is a file of the output. Its name is the digest of all that it depends on: where files were replaced, or another
 * build is at work, another name is looked for. So two runs may write the same file, which gets the same bytes.
 */
public final class KeyIndexes {
    private final Inputs inputs;
    private final Layout layout;
    private final String code;
    private final boolean isForced;
    private final Storage storage;
    private final Map<Table, NavigableMap<LocalDate, KeyIndex>> indexes = new EnumMap<>(Table.class);
    private final Map<Table, NavigableSet<LocalDate>> scanned = new EnumMap<>(Table.class);
    private final Map<Table, NavigableSet<LocalDate>> suspicious = new EnumMap<>(Table.class);
    private final Map<Table, long[]> keys = new EnumMap<>(Table.class);

    /**
     * @param code digest of the build, which decides on columns, checks and keys
     * @param isForced whether partitions are read again although their indexes are there
     */
    public KeyIndexes(Inputs inputs, Layout layout, String code, boolean isForced) {
        this.inputs = inputs;
        this.layout = layout;
        this.code = code;
        this.isForced = isForced;
        this.storage = new Storage(inputs.spark().sparkContext().hadoopConfiguration());
    }

    /**
     * What the indexes of a table tell.
     *
     * @param rows rows of all partitions
     * @param days partitions that may hold rows which cannot be used, in order; all rows of the others can be used
     */
    record Suspects(long rows, List<LocalDate> days) {}

    /** Finds the partitions of a table whose rows must be checked one by one. */
    Suspects suspects(Table table) {
        NavigableMap<LocalDate, KeyIndex> all = of(table);
        NavigableSet<LocalDate> days = new TreeSet<>();
        all.forEach((day, index) -> {
            if (!index.isClean()) {
                days.add(day);
            }
        });
        if (KeyIndex.mayRepeatAcrossDays(table)) {
            days.addAll(sharingKeys(all));
        }
        List<Check.References> references = KeyIndex.references(table);
        for (int number = 0; number < references.size(); number++) {
            long[] known = keys(references.get(number));
            for (Map.Entry<LocalDate, KeyIndex> each : all.entrySet()) {
                if (!days.contains(each.getKey()) && !isWithin(each.getValue().referenced(storage, number), known)) {
                    days.add(each.getKey());
                }
            }
        }
        suspicious.put(table, days);
        return new Suspects(all.values().stream().mapToLong(KeyIndex::rows).sum(), List.copyOf(days));
    }

    /** How many partitions were read, and of how many each row was checked, in words. */
    public String summary() {
        long all = indexes.values().stream().mapToLong(NavigableMap::size).sum();
        long read = count(scanned);
        long exact = count(suspicious);
        return read + " of " + all + " partitions read"
                + (read < all ? ", the others as found before" : "")
                + (exact > 0 ? "; rows of " + exact + " checked one by one" : "");
    }

    private static long count(Map<Table, NavigableSet<LocalDate>> days) {
        return days.values().stream().mapToLong(NavigableSet::size).sum();
    }

    private NavigableMap<LocalDate, KeyIndex> of(Table table) {
        NavigableMap<LocalDate, KeyIndex> known = indexes.get(table);
        if (known == null) {
            known = of(table, inputs.files().partitions(table), RowChecks.LATEST_DAY);
            // Up to which day a state may begin depends on the run's date, but an index should hold for any date: only
            // a snapshot with younger rows gets one of its own.
            long date = inputs.date().toEpochDay();
            List<LocalDate> younger = new ArrayList<>();
            known.forEach((day, index) -> {
                if (index.lastDay() > date) {
                    younger.add(day);
                }
            });
            known.putAll(of(table, younger, inputs.date()));
            indexes.put(table, known);
        }
        return known;
    }

    /** @param until day up to which a state row may begin */
    private NavigableMap<LocalDate, KeyIndex> of(Table table, List<LocalDate> days, LocalDate until) {
        String folder = layout.indexes(table);
        Map<LocalDate, String> names = new TreeMap<>();
        days.forEach(day -> names.put(day, day + "." + digest(table, day, until)));
        Map<String, KeyIndex> found = isForced ? Map.of() : read(folder, names);
        Map<LocalDate, String> missing = new TreeMap<>();
        names.forEach((day, name) -> {
            if (!found.containsKey(name)) {
                missing.put(day, folder + "/" + name);
            }
        });
        if (!missing.isEmpty()) {
            scanned.computeIfAbsent(table, absent -> new TreeSet<>()).addAll(missing.keySet());
            KeyIndexScan.write(table, inputs.raw(table, List.copyOf(missing.keySet())), until, missing);
        }
        Map<String, KeyIndex> all = missing.isEmpty() ? found : read(folder, names);
        NavigableMap<LocalDate, KeyIndex> ofDays = new TreeMap<>();
        names.forEach((day, name) -> ofDays.put(
                day,
                Optional.ofNullable(all.get(name))
                        .orElseThrow(() -> new IllegalStateException(
                                "file " + folder + "/" + name + " was just written, but cannot be read"))));
        return ofDays;
    }

    /** The indexes among these that are there and whole, by name. */
    private Map<String, KeyIndex> read(String folder, Map<LocalDate, String> names) {
        Set<String> wanted = Set.copyOf(names.values());
        List<Storage.Entry> files = wanted.isEmpty() ? List.of() : storage.entries(folder);
        // Side by side, since a store may be far away.
        return files.parallelStream()
                .filter(file -> wanted.contains(file.name()))
                .flatMap(file -> KeyIndex.read(storage, file).map(index -> Map.entry(file.name(), index)).stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Of all that an index depends on. The contract of the table is part of the build. */
    private String digest(Table table, LocalDate day, LocalDate until) {
        List<String> lines = new ArrayList<>(List.of(
                "code " + code,
                "spark " + inputs.spark().version(),
                "naive_timestamps " + inputs.config().inputs().naiveTimestamps(),
                "until " + until,
                table.tableName() + " " + day));
        lines.addAll(inputs.files().state(table, day));
        return DigestUtils.sha256Hex(String.join("\n", lines));
    }

    /** Days that have a key of another day: all of them, so that rows of one key are looked at together. */
    private NavigableSet<LocalDate> sharingKeys(Map<LocalDate, KeyIndex> all) {
        NavigableSet<LocalDate> days = new TreeSet<>();
        List<Cursor> cursors = new ArrayList<>();
        try {
            PriorityQueue<Cursor> queue = new PriorityQueue<>(Comparator.comparingLong(cursor -> cursor.key));
            all.forEach((day, index) -> {
                Cursor cursor = new Cursor(day, index.keys(storage));
                cursors.add(cursor);
                if (cursor.advance()) {
                    queue.add(cursor);
                }
            });
            LocalDate lastDay = null;
            long last = 0;
            while (!queue.isEmpty()) {
                Cursor least = queue.remove();
                if (lastDay != null && least.key == last) {
                    days.add(lastDay);
                    days.add(least.day);
                }
                lastDay = least.day;
                last = least.key;
                if (least.advance()) {
                    queue.add(least);
                }
            }
        } finally {
            cursors.forEach(cursor -> cursor.keys.close());
        }
        return days;
    }

    /** A place among the keys of a day. */
    private static final class Cursor {
        private final LocalDate day;
        private final SortedLongs.Reader keys;
        private long key;

        private Cursor(LocalDate day, SortedLongs.Reader keys) {
            this.day = day;
            this.keys = keys;
        }

        private boolean advance() {
            if (!keys.hasNext()) {
                return false;
            }
            key = keys.next();
            return true;
        }
    }

    /** Keys of usable rows of the table that a reference is to, ascending: what {@link Inputs#keys} gives. */
    private long[] keys(Check.References reference) {
        Table parent = Table.named(reference.table());
        if (!KeyIndex.isNamedByPrint(reference)) {
            throw new IllegalStateException(reference + " must be to the only column of a key, a BIGINT");
        }
        long[] known = keys.get(parent);
        if (known == null) {
            LongBuffer buffer = new LongBuffer();
            for (KeyIndex index : of(parent).values()) {
                try (SortedLongs.Reader ofDay = index.keys(storage)) {
                    while (ofDay.hasNext()) {
                        buffer.add(ofDay.next());
                    }
                }
            }
            buffer.sortDistinct();
            known = buffer.toArray();
            keys.put(parent, known);
        }
        return known;
    }

    /** Whether all ids are among the known ones, both ascending. */
    private static boolean isWithin(SortedLongs.Reader ids, long[] known) {
        try (ids) {
            int place = 0;
            while (ids.hasNext()) {
                long id = ids.next();
                while (place < known.length && known[place] < id) {
                    place++;
                }
                if (place == known.length || known[place] != id) {
                    return false;
                }
            }
            return true;
        }
    }
}
