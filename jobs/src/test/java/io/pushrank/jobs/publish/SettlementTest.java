package io.pushrank.jobs.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever runs do at once and wherever they are killed: what the log names is there, and nothing else is seen. */
class SettlementTest {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 14);
    private static final List<String> STAGES = List.of("targets", "candidates");

    private final Storage storage = new Storage(new Configuration());

    @TempDir
    private Path directory;

    private Layout layout;
    private PublicationLog log;
    private PublishedTables published;

    @BeforeEach
    void makeLayout() {
        layout = new Layout("input", directory.toString(), "models");
        log = new PublicationLog(storage, layout, Channel.DAILY, DAY);
        published = new PublishedTables(storage, layout);
    }

    /** A run that writes a file a stage, and can be stopped after any of its steps. */
    private final class SmallRun {
        final String id;
        final String staging;
        final Settlement settlement;
        final long token;
        int drafts;

        SmallRun(String id) {
            this.id = id;
            this.staging = layout.staging(id);
            this.settlement = new Settlement(storage, layout, staging);
            this.token = log.fence(STAGES);
        }

        /** The step that publishes: without the move that follows it. */
        String commit(String stage) {
            String draft = staging + "/" + drafts++;
            String file = stage + "-" + id + "-" + drafts;
            storage.write(draft + "/" + file, file);
            String path = stage + "/ds=" + DAY;
            log.publish(
                    stage,
                    token,
                    new Publication.Stage(id, "", "", List.of(path), Map.of()),
                    Map.of(
                            path,
                            new Publication.Partition(
                                    path,
                                    layout.relative(draft),
                                    new TreeMap<>(Map.of(file, (long) file.length())),
                                    1,
                                    file)),
                    List.of());
            return file;
        }

        void settle() {
            settlement.settle(log);
        }

        /** Half a move: what is in the way is taken away, and then the run is killed. */
        void takeAway(String stage) {
            String destination = layout.output() + "/" + stage + "/ds=" + DAY;
            if (storage.exists(destination)) {
                storage.renameToNew(destination, staging + "/replaced-" + drafts++);
            }
        }

        void close() {
            if (!settlement.isNeeded(log)) {
                storage.delete(staging);
            }
        }
    }

    private String logged(String stage) {
        return published
                .folder(DAY, layout.output() + "/" + stage + "/ds=" + DAY)
                .map(folder -> String.join(",", storage.dataFileLengths(folder).keySet()))
                .orElse("nothing");
    }

    private String seen(String stage) {
        return String.join(
                ",",
                storage.dataFileLengths(layout.output() + "/" + stage + "/ds=" + DAY)
                        .keySet());
    }

    @RepeatedTest(40)
    void runsThatAreKilledAnywhereLoseNothing(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Map<String, String> expected = new HashMap<>();
        List<SmallRun> runs = new ArrayList<>();
        SmallRun newest = new SmallRun("0");
        runs.add(newest);
        for (int step = 1; step <= 60; step++) {
            String stage = STAGES.get(random.nextInt(STAGES.size()));
            SmallRun run = runs.get(random.nextInt(runs.size()));
            switch (random.nextInt(6)) {
                case 0 -> {
                    newest = new SmallRun("" + step);
                    runs.add(newest);
                }
                case 1, 2 -> {
                    try {
                        expected.put(stage, run.commit(stage));
                        assertEquals(newest, run, "only the newest run may publish");
                    } catch (PushrankException fenced) {
                        assertTrue(run != newest, fenced.getMessage());
                    }
                }
                case 3 -> run.settle();
                case 4 -> run.takeAway(stage);
                default -> run.close();
            }
            for (String each : STAGES) {
                assertEquals(expected.getOrDefault(each, "nothing"), logged(each), "after step " + step);
            }
        }
        new SmallRun("last").settle();
        for (String each : STAGES) {
            assertEquals(expected.getOrDefault(each, ""), seen(each));
        }
    }

    @Test
    void runsAtOncePublishOneAfterTheOtherAndTheNewestWins() throws Exception {
        int threads = 6;
        AtomicInteger refused = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                String id = "run" + thread;
                work.add(() -> {
                    for (int round = 0; round < 25; round++) {
                        SmallRun run = new SmallRun(id + "-" + round);
                        try {
                            for (String stage : STAGES) {
                                run.commit(stage);
                                run.settle();
                            }
                        } catch (PushrankException fenced) {
                            refused.incrementAndGet();
                        } finally {
                            run.close();
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(work)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }

        SmallRun last = new SmallRun("last");
        last.settle();
        last.close();
        Publication publication = log.latest();
        for (String stage : STAGES) {
            Publication.Partition partition = publication.partitions().get(stage + "/ds=" + DAY);
            assertEquals(String.join(",", partition.files().keySet()), seen(stage), refused + " were refused");
        }
        // Each number is there once: 151 fences, and a publication each time that none had begun since.
        assertEquals(
                publication.number(),
                storage.files(layout.publications(Channel.DAILY) + "/ds=" + DAY).stream()
                        .filter(name -> name.endsWith(".json"))
                        .count());
        assertEquals(List.of(), storage.folders(layout.staging()), "nothing is left over");
    }

    @Test
    void aFileThatWasMadeAlthoughItsMakerWasToldOtherwiseIsKnownAgain() {
        String path = directory + "/answered/1";

        assertTrue(storage.createNew(path, "mine", true));
        assertTrue(storage.createNew(path, "mine", true), "by what it says");
        assertFalse(storage.createNew(path, "another's", true));
        assertEquals("mine", storage.read(path));
    }

    @Test
    void ofSeveralWhoMakeAFileAtOnceOneSucceeds() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 50; round++) {
                String path = directory + "/race/" + round;
                AtomicInteger made = new AtomicInteger();
                List<Callable<Void>> work = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    String text = "thread " + thread;
                    work.add(() -> {
                        if (storage.createNew(path, text, true)) {
                            made.incrementAndGet();
                            assertEquals(text, storage.read(path));
                        }
                        return null;
                    });
                }
                for (Future<Void> done : pool.invokeAll(work)) {
                    done.get();
                }
                assertEquals(1, made.get());
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(50, storage.files(directory + "/race").size(), "no drafts are left");
    }
}
