package io.pushrank.jobs.publish;

import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds and deletes what runs left behind that were stopped, and what later runs replaced. */
public final class Cleaning {
    private final Storage storage;
    private final Layout layout;
    private final Map<String, RunStatus> statuses;
    private final PublishedTables published;

    /**
     * @param statuses what the manifests say of runs, by their identifiers; of an earlier moment than that at which it cleans
     */
    public Cleaning(Storage storage, Layout layout, Map<String, RunStatus> statuses) {
        this.storage = storage;
        this.layout = layout;
        this.statuses = statuses;
        this.published = new PublishedTables(storage, layout);
    }

    /**
     * A folder or file that nobody needs.
     *
     * @param why what tells that nobody does
     */
    public record Left(String folder, long bytes, String why) {}

    /**
     * Deletes what is left; what was published and not moved yet is brought to its place first.
     *
     * @param idleSince a run that is under way, and wrote nothing since, counts as stopped
     */
    public List<Left> clean(Instant idleSince, boolean isDryRun) {
        Set<String> needed = needed(idleSince);
        List<Left> left = new ArrayList<>();
        for (String root : List.of(layout.staging(), layout.data())) {
            for (String run : storage.folders(root)) {
                String why = why(root, run, idleSince);
                if (why.isEmpty()) {
                    continue;
                }
                for (String folder : storage.folders(root + "/" + run)) {
                    String path = root + "/" + run + "/" + folder;
                    if (!needed.contains(path)) {
                        left.add(new Left(path, storage.bytes(path), why));
                    }
                }
            }
        }
        if (!isDryRun) {
            settle();
            left.forEach(each -> storage.delete(each.folder()));
            deleteEmpty(layout.staging(), idleSince);
            deleteEmpty(layout.data(), idleSince);
        }
        return left;
    }

    /**
     * Deletes indexes of input partitions that were made so long ago that no run looks back on their days. Where a run still
     * does, it reads the partition again.
     */
    public List<Left> cleanIndexes(Instant madeBefore, boolean isDryRun) {
        List<Left> left = new ArrayList<>();
        for (String table : storage.folders(layout.indexes())) {
            storage.filesBefore(layout.indexes() + "/" + table, madeBefore)
                    .forEach((file, bytes) -> left.add(new Left(file, bytes, "made before " + madeBefore)));
        }
        if (!isDryRun) {
            left.forEach(each -> storage.delete(each.folder()));
        }
        return left;
    }

    /**
     * Deletes tiles of days that are long past. A run that looks back on one calculates it again.
     *
     * @param retentionDays days whose tiles stay, the latest one that has tiles among them
     */
    public List<Left> cleanTiles(int retentionDays, boolean isDryRun) {
        List<LocalDate> days = published.days(Channel.TILES);
        if (days.isEmpty()) {
            return List.of();
        }
        LocalDate first = days.get(days.size() - 1).minusDays(retentionDays - 1L);
        List<Left> left = new ArrayList<>();
        for (LocalDate day : days) {
            if (day.isBefore(first)) {
                String why = "of a day before " + first;
                published.latest(Channel.TILES, day).partitions().values().stream()
                        .flatMap(tile -> published.locate(tile).stream())
                        .forEach(folder -> left.add(new Left(folder, storage.bytes(folder), why)));
                if (!isDryRun) {
                    // First, so that no run finds a tile named whose files are gone.
                    storage.delete(layout.publications(Channel.TILES) + "/" + Layout.day(day));
                }
            }
        }
        if (!isDryRun) {
            left.forEach(each -> storage.delete(each.folder()));
        }
        return left;
    }

    /** Empty when the run may still be at work, or readers at what it wrote. */
    private String why(String root, String run, Instant idleSince) {
        RunStatus status = statuses.getOrDefault(run, RunStatus.RUNNING);
        Instant changed = storage.lastChange(root + "/" + run).orElse(RunId.startOf(run));
        boolean isIdle = changed.isBefore(idleSince);
        if (root.equals(layout.data())) {
            return isIdle ? "replaced, or never published" : "";
        }
        if (status.hasEnded()) {
            return "its run is " + status;
        }
        return isIdle ? "its run wrote nothing since " + changed : "";
    }

    private void deleteEmpty(String root, Instant idleSince) {
        for (String run : storage.folders(root)) {
            if (!why(root, run, idleSince).isEmpty()) {
                storage.deleteIfEmpty(root + "/" + run);
            }
        }
        storage.deleteIfEmpty(root);
    }

    /** Folders that hold what some day's log names, or named until not long ago. */
    private Set<String> needed(Instant idleSince) {
        Set<String> needed = new HashSet<>();
        for (PublicationLog log : logs()) {
            for (Publication publication : log.since(idleSince)) {
                for (Publication.Partition partition : publication.partitions().values()) {
                    published.locate(partition).ifPresent(needed::add);
                }
            }
        }
        return needed;
    }

    private void settle() {
        String aside = layout.staging(RunId.create());
        Settlement settlement = new Settlement(storage, layout, aside);
        logs().forEach(settlement::settle);
        if (logs().stream().noneMatch(settlement::isNeeded)) {
            storage.delete(aside);
        }
    }

    private List<PublicationLog> logs() {
        List<PublicationLog> logs = new ArrayList<>();
        for (Channel channel : Channel.values()) {
            for (LocalDate day : published.days(channel)) {
                logs.add(new PublicationLog(storage, layout, channel, day));
            }
        }
        return logs;
    }
}
