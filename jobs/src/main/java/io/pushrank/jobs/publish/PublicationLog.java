package io.pushrank.jobs.publish;

import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The numbered publications of a day, {@code _published/<channel>/ds=YYYY-MM-DD/00000001.json} and so on. A number is
 * given once, by whoever makes its file first; that decides between runs of the same date.
 */
public final class PublicationLog {
    private final Storage storage;
    private final String folder;
    private final String name;
    private final boolean isRenameAtomic;

    /** For readers. */
    public PublicationLog(Storage storage, Layout layout, Channel channel, LocalDate day) {
        this(storage, layout, channel, day, true);
    }

    /**
     * @param isRenameAtomic of the output's file system: see {@link Storage#createNew}
     */
    public PublicationLog(Storage storage, Layout layout, Channel channel, LocalDate day, boolean isRenameAtomic) {
        this.isRenameAtomic = isRenameAtomic;
        this.storage = storage;
        this.folder = layout.publications(channel) + "/" + Layout.day(day);
        this.name = Layout.day(day);
    }

    /** What holds now. */
    public Publication latest() {
        List<String> files = files();
        return files.isEmpty() ? Publication.NONE : parse(files.get(files.size() - 1));
    }

    /** What holds now, and all that held before when that has changed since an instant: readers may still be at it. */
    public List<Publication> since(Instant instant) {
        boolean hasChanged = storage.lastChange(folder).orElse(Instant.EPOCH).isAfter(instant);
        return hasChanged ? files().stream().map(this::parse).toList() : List.of(latest());
    }

    private List<String> files() {
        return storage.files(folder).stream()
                .filter(file -> file.matches("\\d+\\.json"))
                .toList();
    }

    private Publication parse(String name) {
        String file = folder + "/" + name;
        return Json.parse(file, storage.read(file), Publication.class);
    }

    /**
     * Takes the right to publish stages away from every run that began before.
     *
     * @return the token that {@link #publish} asks for
     */
    public long fence(Collection<String> stages) {
        return add(publication -> publication.fenced(stages)).number();
    }

    /**
     * The right to publish a stage that a run under way has taken, shared with it; one's own when there is none. For who would
     * publish no other rows than that run, and must not be in its way.
     */
    public long join(String stage) {
        Long holder = latest().fences().get(stage);
        return holder == null ? fence(List.of(stage)) : holder;
    }

    /**
     * Whether a run may still publish a stage.
     *
     * @throws PushrankException with exit code 4 when a later run means to publish it too
     */
    public void requireToken(Publication publication, String stage, long token) {
        Long holder = publication.fences().get(stage);
        if (holder == null || holder != token) {
            throw PushrankException.output(
                    "stage " + stage + " of " + name + " is not published: a run that began later"
                            + " has its place (token " + token + ", now " + holder + " in " + folder + ")");
        }
    }

    /**
     * Publishes a stage, in one step.
     *
     * @param partitions by the path that readers know them under
     * @param cleared paths at which nothing is any more
     * @throws PushrankException with exit code 4 when a later run means to publish it too
     */
    public Publication publish(
            String stageName,
            long token,
            Publication.Stage stage,
            Map<String, Publication.Partition> partitions,
            Collection<String> cleared) {
        return add(publication -> {
            requireToken(publication, stageName, token);
            return publication.with(stageName, stage, partitions, cleared);
        });
    }

    private Publication add(UnaryOperator<Publication> change) {
        while (true) {
            Publication next = change.apply(latest());
            // Another run's step came first where this fails: look again, and judge again.
            if (storage.createNew("%s/%08d.json".formatted(folder, next.number()), Json.text(next), isRenameAtomic)) {
                return next;
            }
        }
    }
}
