package io.pushrank.jobs.publish;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What is published of a day, whole: one numbered file of the day's {@link PublicationLog}. The file with the highest
 * number holds, so that to add it is to publish, in one step.
 *
 * @param number from 1; 0 when nothing was published yet
 * @param writer unlike any other's: who made the file
 * @param fences for each stage the number at which the last run that means to publish it began: no earlier one may
 * @param stages what was said of each stage when it was published
 * @param partitions where each partition is, by the path that readers know it under, such as {@code sends/ds=2026-03-14}
 * @param withdrawn paths at which plain readers must find nothing: it is empty now, or lies elsewhere
 */
public record Publication(
        long number,
        String writer,
        TreeMap<String, Long> fences,
        TreeMap<String, Stage> stages,
        TreeMap<String, Partition> partitions,
        TreeSet<String> withdrawn) {

    /** Nothing. */
    static final Publication NONE =
            new Publication(0, "", new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeSet<>());

    /**
     * A stage that was published.
     *
     * @param publishedAt when, UTC, to the second
     * @param fingerprint of all that its rows depend on
     * @param partitions paths of what it wrote
     * @param facts what else its publisher wants to know later, by name
     */
    public record Stage(
            String runId,
            String publishedAt,
            String fingerprint,
            List<String> partitions,
            Map<String, JsonNode> facts) {}

    /**
     * A partition that was published; paths are relative to the output's root.
     *
     * @param folder where its files belong: under the path of readers, or where they were written, never to be moved
     * @param staged where its files were written
     * @param files their lengths in bytes by their names
     * @param rows rows in them
     * @param digest what the rows add up to
     */
    public record Partition(String folder, String staged, SortedMap<String, Long> files, long rows, String digest) {}

    private static String newWriter() {
        return UUID.randomUUID().toString();
    }

    /** The next one: other runs that began before may no longer publish these stages. */
    Publication fenced(Collection<String> fencedStages) {
        TreeMap<String, Long> all = new TreeMap<>(fences);
        fencedStages.forEach(stage -> all.put(stage, number + 1));
        return new Publication(number + 1, newWriter(), all, stages, partitions, withdrawn);
    }

    /** The next one, a stage added or in place of what was published of it before. */
    Publication with(String name, Stage stage, Map<String, Partition> added, Collection<String> cleared) {
        TreeMap<String, Stage> allStages = new TreeMap<>(stages);
        Stage before = allStages.put(name, stage);
        TreeSet<String> gone = new TreeSet<>(cleared);
        if (before != null) {
            gone.addAll(before.partitions());
        }
        TreeMap<String, Partition> allPartitions = new TreeMap<>(partitions);
        allPartitions.keySet().removeAll(gone);
        allPartitions.putAll(added);
        TreeSet<String> allWithdrawn = new TreeSet<>(withdrawn);
        allWithdrawn.addAll(gone);
        // What lies elsewhere has nothing under the path of readers.
        added.forEach((path, partition) -> {
            if (partition.folder().equals(path)) {
                allWithdrawn.remove(path);
            } else {
                allWithdrawn.add(path);
            }
        });
        return new Publication(number + 1, newWriter(), fences, allStages, allPartitions, allWithdrawn);
    }
}
