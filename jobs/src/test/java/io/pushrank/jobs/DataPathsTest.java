package io.pushrank.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Inputs, outputs, models and settings may lie on any file system that Hadoop knows, so that only what has to be on the
 * machine's own disk is reached otherwise.
 */
class DataPathsTest {
    private static final Pattern LOCAL = Pattern.compile("java\\.nio\\.file|java\\.io\\.(File|FileInputStream|"
            + "FileOutputStream|FileReader|FileWriter|RandomAccessFile)\\b");

    /** Each with what it does on the machine's own disk. */
    private static final List<String> ALLOWED = List.of(
            // TensorFlow reads and writes SavedModels and checkpoints on local disks only; ModelPackage copies both
            // ways.
            "udf/model/ModelExport",
            "udf/model/ModelPackage",
            "jobs/architecture/RandomHeavyRanker",
            "jobs/architecture/SavedModelWriter",
            "jobs/architecture/ServingGraph",
            "jobs/train/ForeignModel",
            "jobs/train/HeavyTrainer",
            "jobs/train/LightTrainer",
            "jobs/train/LocalFolder",
            "jobs/train/LogisticTrainer",
            "jobs/train/Recalibration",
            "jobs/train/Training",
            "jobs/train/TrainingLoop",
            "jobs/train/WarmStart",
            // The one step that Hadoop's local file system lacks: to make or rename what must not be there yet.
            "jobs/table/Storage",
            // The build that runs, and the files that travel in it.
            "jobs/publish/CodeDigest",
            "jobs/config/Resources",
            // Where the downloaded files of an import lie.
            "jobs/command/ImportCommand",
            // What Linux says of the machine: /proc and /sys.
            "udf/model/Precision",
            "jobs/doctor/Machine",
            "jobs/bench/ResidentMemory",
            // Measure this machine.
            "jobs/bench/DayBench",
            "jobs/bench/ExamplesBench",
            "jobs/bench/GeneratedWorld",
            "jobs/bench/HeavyBench",
            "jobs/bench/LightBench",
            "jobs/bench/SoakBench");

    @Test
    void onlyWhatHasToBeLocalReachesForLocalFiles() throws IOException {
        TreeSet<String> found = new TreeSet<>();
        for (String module : List.of("udf", "jobs")) {
            Path sources = Path.of("..", module, "src/main/java/io/pushrank");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (LOCAL.matcher(Files.readString(file)).find()) {
                        found.add(sources.relativize(file).toString().replaceAll("\\.java$", ""));
                    }
                }
            }
        }

        assertEquals(new TreeSet<>(ALLOWED), found);
    }
}
