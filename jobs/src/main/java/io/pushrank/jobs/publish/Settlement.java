package io.pushrank.jobs.publish;

import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Brings the files of a day to where plain readers look, as the day's log says. Whoever comes may do it, again and at the
 * same time as others: nothing is ever deleted that the log names, and each move is judged by the log as it is by then.
 */
final class Settlement {
    /** Each try fails only when another run moved the same folder at that moment. */
    private static final int TRIES = 20;

    private final Storage storage;
    private final Layout layout;
    private final PublishedTables published;
    private final String aside;

    /**
     * @param aside folder for what is replaced, on the same file system
     */
    Settlement(Storage storage, Layout layout, String aside) {
        this.storage = storage;
        this.layout = layout;
        this.published = new PublishedTables(storage, layout);
        this.aside = aside;
    }

    /** Moves what is not in its place; what nobody can find any more stays for its readers to complain of. */
    void settle(PublicationLog log) {
        Publication settled;
        Publication latest = log.latest();
        do {
            settled = latest;
            for (String path : settled.withdrawn()) {
                withdraw(log, path);
            }
            for (Map.Entry<String, Publication.Partition> each :
                    settled.partitions().entrySet()) {
                if (each.getKey().equals(each.getValue().folder())) {
                    place(log, each.getKey());
                }
            }
            latest = log.latest();
        } while (latest.number() != settled.number());
    }

    /** Whether something that a log names still lies among this run's own files. */
    boolean isNeeded(PublicationLog log) {
        return log.latest().partitions().values().stream()
                .flatMap(partition -> published.locate(partition).stream())
                .anyMatch(folder -> folder.startsWith(aside + "/"));
    }

    private void withdraw(PublicationLog log, String path) {
        String destination = layout.output() + "/" + path;
        if (storage.exists(destination) && log.latest().withdrawn().contains(path)) {
            try {
                moveAside(destination);
            } catch (UncheckedIOException e) {
                // Unless another run was quicker.
                if (storage.exists(destination)) {
                    throw e;
                }
            }
        }
    }

    private void place(PublicationLog log, String path) {
        String destination = layout.output() + "/" + path;
        for (int tried = 0; tried < TRIES; tried++) {
            // Asked anew at each try: a run that has slept must not put back what was replaced meanwhile.
            Publication.Partition wanted = log.latest().partitions().get(path);
            if (wanted == null || !wanted.folder().equals(path) || published.holds(destination, wanted)) {
                return;
            }
            Optional<String> found = published.locate(wanted);
            if (found.isEmpty()) {
                return;
            }
            try {
                if (storage.exists(destination)) {
                    moveAside(destination);
                } else {
                    storage.renameToNew(found.get(), destination);
                }
            } catch (UncheckedIOException e) {
                // Another run did it, or does it just now.
                if (tried == TRIES - 1) {
                    throw e;
                }
            }
        }
    }

    /** Among this run's files, where everybody looks for what is missing in its place: see {@link PublishedTables#locate}. */
    private void moveAside(String folder) {
        storage.renameToNew(folder, aside + "/replaced-" + UUID.randomUUID());
    }
}
