package io.pushrank.jobs.table;

import io.pushrank.jobs.exit.PushrankException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The data files of one day of an input table, in its folder and in folders below it. A day that is there but not whole is
 * refused: to take it for an empty one would forget blocks, follows or what users have seen.
 *
 * @param files in the order of their paths; none only where the writer of an event table said that it had finished
 */
record DayFiles(LocalDate day, List<DataFile> files) {
    /** What Spark, Hadoop and others leave in a folder when they have written all of it. */
    private static final String SUCCESS = "_SUCCESS";

    /**
     * A file of rows.
     *
     * @param folderColumns columns that the folders between the day and the file name, such as {@code hour} of {@code
     *     hour=07}
     */
    record DataFile(Storage.Entry entry, List<String> folderColumns) {
        String path() {
            return entry.path();
        }
    }

    /**
     * Lists a day's files.
     *
     * @param folder the day's folder
     * @param marker name of the file that a finished writer leaves, empty when there is no such custom
     * @throws PushrankException with exit code 3 when the day is not whole, holds another table format, or has folders that
     *     cannot be read together
     */
    static DayFiles of(Storage storage, Table table, LocalDate day, String folder, String marker) {
        Listing listing = new Listing(storage, table, marker);
        boolean isFinished = listing.walk(folder, List.of(), !marker.isEmpty());
        if (listing.files.isEmpty()
                && (table.group() == Table.Group.STATE || !(isFinished || storage.exists(folder + "/" + SUCCESS)))) {
            throw refused(
                    table,
                    folder,
                    "has no data files: its writer has not finished, or died; a day without rows is a file without rows"
                            + (table.group() == Table.Group.EVENT ? ", or the marker " + SUCCESS : ""));
        }
        return new DayFiles(day, List.copyOf(listing.files));
    }

    /**
     * Refuses a folder in which someone is writing.
     *
     * @throws PushrankException with exit code 3
     */
    static void requireFinished(Storage storage, Table table, String folder) {
        requireFinished(table, folder, storage.entries(folder));
    }

    private static void requireFinished(Table table, String folder, List<Storage.Entry> entries) {
        unfinished(names(entries)).ifPresent(name -> {
            throw refused(
                    table,
                    folder,
                    "holds " + name + ": its writer has not finished, or died; wait for it, or delete what it left");
        });
    }

    /**
     * Refuses a folder in which another table format keeps its books: its files hold rows that were deleted or replaced.
     *
     * @param entries what lies in the folder
     * @throws PushrankException with exit code 3
     */
    static void requireNoTableFormat(Storage storage, Table table, String folder, List<Storage.Entry> entries) {
        Set<String> names = names(entries);
        String format = null;
        if (names.contains("_delta_log")) {
            format = "Delta Lake";
        } else if (names.contains(".hoodie")) {
            format = "Hudi";
        } else if (names.contains("metadata")
                && storage.entries(folder + "/metadata").stream()
                        .anyMatch(entry -> entry.name().endsWith(".metadata.json")
                                || entry.name().equals("version-hint.text"))) {
            format = "Iceberg";
        }
        if (format != null) {
            throw refused(
                    table,
                    folder,
                    "holds a table of " + format + ", whose files keep rows that were deleted or replaced: write its"
                            + " current rows as plain Parquet to <table>/ds=YYYY-MM-DD, for example with"
                            + " spark.read().format(\""
                            + format.replace(" Lake", "").toLowerCase(Locale.ROOT) + "\")");
        }
    }

    private static Set<String> names(List<Storage.Entry> entries) {
        return entries.stream().map(Storage.Entry::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /** What Spark reads: neither hidden files nor markers. */
    static boolean isVisible(String name) {
        return !name.startsWith(".") && !(name.startsWith("_") && !name.contains("="));
    }

    /** The name of something that writers have only while they write, if there is any. */
    private static Optional<String> unfinished(Set<String> names) {
        return names.stream()
                .filter(name -> name.equals("_temporary")
                        || name.startsWith(".spark-staging")
                        || name.contains(".inprogress")
                        || name.endsWith("._COPYING_")
                        || (name.startsWith("_started_")
                                && !names.contains(name.replaceFirst("_started_", "_committed_"))))
                .findFirst();
    }

    private static PushrankException refused(Table table, String folder, String why) {
        return PushrankException.input("input table " + table.tableName() + ", folder " + folder + " " + why);
    }

    /** A walk through a day's folders. */
    private static final class Listing {
        private final Storage storage;
        private final Table table;
        private final String marker;
        private final List<DataFile> files = new ArrayList<>();

        private Listing(Storage storage, Table table, String marker) {
            this.storage = storage;
            this.table = table;
            this.marker = marker;
        }

        /**
         * @param isMarkerDue whether neither this folder nor one above it has been seen to be finished
         * @return whether the folder itself has the marker
         */
        private boolean walk(String folder, List<String> folderColumns, boolean isMarkerDue) {
            List<Storage.Entry> entries = storage.entries(folder);
            requireNoTableFormat(storage, table, folder, entries);
            requireFinished(table, folder, entries);
            boolean isMarked = entries.stream()
                    .anyMatch(entry -> !entry.isFolder() && entry.name().equals(marker));
            boolean isDue = isMarkerDue && !isMarked;
            for (Storage.Entry entry : entries) {
                if (!isVisible(entry.name())) {
                    continue;
                }
                if (entry.isFolder()) {
                    walk(entry.path(), columns(entry, folderColumns), isDue);
                } else if (isDue) {
                    throw refused(
                            table,
                            folder,
                            "has no " + marker + ", which inputs.complete_marker names: its writer has not finished, or"
                                    + " died");
                } else {
                    files.add(new DataFile(entry, folderColumns));
                }
            }
            return isMarked;
        }

        private List<String> columns(Storage.Entry folder, List<String> above) {
            int equals = folder.name().indexOf('=');
            if (equals < 0 && above.isEmpty()) {
                return above;
            }
            if (equals < 1) {
                throw refused(
                        table, folder.path(), "must be named column=value, as the folder above it, or hold no folders");
            }
            String column = folder.name().substring(0, equals);
            boolean isKnown = Arrays.stream(table.schema().fieldNames()).anyMatch(column::equalsIgnoreCase);
            if (isKnown || column.equalsIgnoreCase("ds") || above.stream().anyMatch(column::equalsIgnoreCase)) {
                throw refused(
                        table,
                        folder.path(),
                        "names column " + column + " of the table, which must be in the files: write it there, and name"
                                + " the folder otherwise");
            }
            List<String> columns = new ArrayList<>(above);
            columns.add(column);
            return columns;
        }
    }
}
