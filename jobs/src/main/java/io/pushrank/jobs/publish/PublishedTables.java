package io.pushrank.jobs.publish;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Partitions;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Where readers find what is published; nothing else in the output counts. */
public final class PublishedTables {
    private final Storage storage;
    private final Layout layout;

    public PublishedTables(Storage storage, Layout layout) {
        this.storage = storage;
        this.layout = layout;
    }

    /** Days of which something was published, in order. */
    public List<LocalDate> days(Channel channel) {
        return Partitions.days(storage, layout.publications(channel));
    }

    /** Days of a table of the daily flow, from the first to before the last, in order. */
    public List<LocalDate> days(Table table, LocalDate from, LocalDate before) {
        return days(Channel.DAILY).stream()
                .filter(day -> !day.isBefore(from) && day.isBefore(before))
                .filter(day -> daily(day).partitions().containsKey(layout.relative(layout.partition(table, day))))
                .toList();
    }

    /** What is published of a day's flow. */
    public Publication daily(LocalDate day) {
        return new PublicationLog(storage, layout, Channel.DAILY, day).latest();
    }

    /** A partition by the path that {@link Layout} gives it. */
    public Optional<Publication.Partition> partition(LocalDate day, String path) {
        return Optional.ofNullable(daily(day).partitions().get(layout.relative(path)));
    }

    /**
     * The folder that holds a partition's files.
     *
     * @param path as {@link Layout} gives it
     * @return empty when nothing is published there
     * @throws PushrankException with exit code 3 when it was published, but its files are not whole any more
     */
    public Optional<String> folder(LocalDate day, String path) {
        return partition(day, path).map(partition -> require(layout.relative(path), partition));
    }

    /** The folder that holds the files of a partition of a publication; empty when they are not whole. */
    public Optional<String> folder(Publication publication, String path) {
        return Optional.ofNullable(publication.partitions().get(layout.relative(path)))
                .flatMap(this::locate);
    }

    /** What is published of a channel's day. */
    public Publication latest(Channel channel, LocalDate day) {
        return new PublicationLog(storage, layout, channel, day).latest();
    }

    /** Folders of the partitions of a channel's day whose paths start so, by path. */
    public SortedMap<String, String> folders(Channel channel, LocalDate day, String prefix) {
        TreeMap<String, String> folders = new TreeMap<>();
        new PublicationLog(storage, layout, channel, day).latest().partitions().forEach((path, partition) -> {
            if (path.startsWith(layout.relative(prefix) + "/")) {
                folders.put(path, require(path, partition));
            }
        });
        return folders;
    }

    /** Whether all that was published of a stage is there. */
    public boolean isWhole(Publication publication, Publication.Stage stage) {
        return stage.partitions().stream()
                .allMatch(path -> locate(publication.partitions().get(path)).isPresent());
    }

    private String require(String path, Publication.Partition partition) {
        return locate(partition)
                .orElseThrow(() -> PushrankException.input("published partition " + path + " must hold the files "
                        + partition.files() + " (bytes) in " + layout.output() + "/" + partition.folder()
                        + ", but holds "
                        + storage.dataFileLengths(layout.output() + "/" + partition.folder())
                        + ": run the stage that writes it again with --force"));
    }

    /**
     * Where a partition's files are: in their place, or not yet, because the run that published them was stopped before
     * it could move them there.
     */
    public Optional<String> locate(Publication.Partition partition) {
        String root = layout.output() + "/";
        if (holds(root + partition.folder(), partition)) {
            return Optional.of(root + partition.folder());
        }
        if (holds(root + partition.staged(), partition)) {
            return Optional.of(root + partition.staged());
        }
        // Another run may have taken them for what is to be replaced, and been stopped before it put them back.
        for (String run : storage.folders(layout.staging())) {
            for (String folder : storage.folders(layout.staging(run))) {
                String candidate = layout.staging(run) + "/" + folder;
                if (holds(candidate, partition)) {
                    return Optional.of(candidate);
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a folder holds a partition's files and no others. */
    public boolean holds(String folder, Publication.Partition partition) {
        // A folder in it would be of no one's publishing, and read by whoever looks into folders.
        return storage.dataFileLengths(folder).equals(partition.files())
                && storage.folders(folder).isEmpty();
    }
}
