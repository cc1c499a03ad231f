package io.pushrank.jobs.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.doctor.Finding.Level;
import io.pushrank.jobs.table.Layout;
import io.pushrank.udf.text.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of machines, healthy and not. On a real cluster it is asked by .ci/cluster. */
class DoctorTest {
    private static final long GIBIBYTE = 1L << 30;
    private static final Machine HEALTHY = new Machine(4, Set.of("avx", "avx2", "fma"), 8 * GIBIBYTE, -1, "glibc 2.36");

    @TempDir
    private Path directory;

    private static JvmReport report(Machine machine, String tensorFlowFailure, List<Access.Trouble> troubles) {
        return report(machine, "1", tensorFlowFailure, troubles);
    }

    private static JvmReport withOneDnn(Machine machine, String oneDnn) {
        return report(machine, oneDnn, "", List.of());
    }

    private static JvmReport report(
            Machine machine, String oneDnn, String tensorFlowFailure, List<Access.Trouble> troubles) {
        return new JvmReport(
                "executor 3",
                "17.0.15",
                "UTC",
                true,
                List.of(),
                machine,
                2 * GIBIBYTE,
                oneDnn,
                tensorFlowFailure.isEmpty() ? "2.18.0" : "",
                tensorFlowFailure,
                Map.of("protobuf", List.of("file:/a.jar")),
                10_000,
                11_000,
                new Access.Reach(List.of("input", "heavy ranker", "output"), troubles));
    }

    private static List<String> complaints(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.level() != Level.OK)
                .map(finding -> finding.level() + " " + finding.what() + ": " + finding.found())
                .toList();
    }

    private Diagnosis examine(String input, String output, String models) {
        return new Diagnosis(new Doctor(
                        SharedSpark.session(),
                        new Layout(input, output, models),
                        ConfigFile.shipped().config())
                .examine());
    }

    @Test
    void aHealthyMachineGivesNoComplaint() {
        assertEquals(List.of(), complaints(Judgment.of(report(HEALTHY, "", List.of()), 4, 1)));
    }

    @Test
    void theSampleCanBeRunHereAndNothingIsLeftBehind() throws IOException {
        Diagnosis diagnosis = examine("../sample-data", directory + "/output", "../sample-data/models");

        assertFalse(diagnosis.isFailure(), diagnosis.toTable());
        assertTrue(diagnosis.toTable().contains("input, heavy ranker, output can be used"), diagnosis.toTable());
        try (var left = Files.list(directory.resolve("output"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void pathsThatCannotBeReachedAreNamedWithWhatToDo() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        Diagnosis diagnosis = examine(directory + "/nowhere", file + "/output", directory + "/models");

        assertTrue(diagnosis.isFailure());
        String table = diagnosis.toTable();
        assertTrue(table.contains("no partition ds=… in " + directory + "/nowhere/users"), table);
        assertTrue(
                table.contains(directory + "/models/heavy/champion: expected the name of the version in use"), table);
        assertTrue(table.contains("give --output a folder that can be written"), table);
        assertFalse(table.contains("can be used"), table);
        assertTrue(table.contains("4 would break a run"), table);
    }

    @Test
    void aMachineThatTensorFlowIsNotBuiltForBreaksARun() {
        Machine old = new Machine(2, Set.of(), 100 << 20, 2 * GIBIBYTE, "musl");

        List<Finding> findings = Judgment.of(report(old, "UnsatisfiedLinkError: no jnitensorflow", List.of()), 4, 2);

        assertEquals(
                List.of(
                        "FAILURE TensorFlow: UnsatisfiedLinkError: no jnitensorflow",
                        "WARNING CPU: unknown, musl",
                        "WARNING free memory: 100 MiB",
                        "WARNING memory beside the heap: 0 MiB of 2,048 MiB",
                        "WARNING threads: 4 tasks of 2 threads on 2 processors"),
                complaints(findings));
        assertTrue(findings.stream().anyMatch(finding -> finding.advice().contains("glibc")));
    }

    @Test
    void whatOneExecutorCannotReachAndALibraryThatIsThereTwiceAreNamed() {
        JvmReport report = report(HEALTHY, "", List.of(new Access.Trouble("output", "/out: Permission denied")));
        JvmReport twice = new JvmReport(
                report.where(),
                "11.0.2",
                "Europe/Paris",
                false,
                List.of("sun.nio.ch"),
                report.machine(),
                report.heapBytes(),
                "",
                report.tensorFlow(),
                "",
                Map.of("protobuf", List.of("file:/a.jar", "file:/b.jar")),
                report.startedMillis(),
                report.endedMillis(),
                report.access());

        assertEquals(
                List.of(
                        "FAILURE Java: 11.0.2",
                        "FAILURE opened packages: closed: sun.nio.ch",
                        "WARNING Vector API: missing",
                        "WARNING time zone: Europe/Paris",
                        "WARNING oneDNN: TF_ENABLE_ONEDNN_OPTS is not set",
                        "WARNING class path: protobuf is there 2 times: file:/a.jar, file:/b.jar",
                        "FAILURE output: /out: Permission denied"),
                complaints(Judgment.of(twice, 1, 1)));
    }

    @Test
    void tensorFlowsLibraryIsOnByItselfWhereTheCpuHasTheInstructions() {
        Machine machine =
                new Machine(4, Set.of("avx", "avx2", "avx512f", "avx512_vnni"), 8 * GIBIBYTE, -1, "glibc 2.36");

        assertEquals(List.of(), complaints(Judgment.of(withOneDnn(machine, ""), 1, 1)));
        assertEquals(
                List.of("WARNING oneDNN: TF_ENABLE_ONEDNN_OPTS=0"),
                complaints(Judgment.of(withOneDnn(machine, "0"), 1, 1)));
        assertEquals(
                List.of("WARNING oneDNN: TF_ENABLE_ONEDNN_OPTS is not set"),
                complaints(Judgment.of(withOneDnn(HEALTHY, ""), 1, 1)));
    }

    @Test
    void settingsOfTheClusterThatARunOverridesOrUsesAreListed() {
        Map<String, String> settings = Map.of(
                "spark.app.name", "x",
                "spark.sql.shuffle.partitions", "400",
                "spark.sql.session.timeZone", "UTC",
                "spark.sql.caseSensitive", "true",
                "spark.sql.legacy.timeParserPolicy", "LEGACY",
                "spark.sql.legacy.setopsPrecedence.enabled", "false",
                "spark.sql.catalog.lake.password", "hunter2",
                "spark.sql.parquet.columnarReaderBatchSize", "512",
                "spark.sql.autoBroadcastJoinThreshold", "10MB",
                "spark.hadoop.parquet.block.size", "1000000");

        List<Finding> findings = Judgment.settings(settings);

        assertEquals(
                List.of(
                        "spark.sql.caseSensitive=true is overridden by false",
                        "spark.sql.legacy.timeParserPolicy=LEGACY is overridden by Spark's default",
                        "spark.hadoop.parquet.block.size=1000000 is used",
                        "spark.sql.catalog.lake.password=*** is used",
                        "spark.sql.shuffle.partitions=400 is used"),
                findings.stream().map(Finding::found).toList());
        assertEquals(List.of(), complaints(findings));
        assertEquals("none of its own", Judgment.settings(Map.of()).get(0).found());
    }

    @Test
    void aClockThatIsOffByMoreThanTheQuestionTookIsAWarning() {
        JvmReport report = report(HEALTHY, "", List.of());

        assertEquals("as the driver's", Judgment.clock(report, 9_000, 12_000).found());
        assertEquals(Level.OK, Judgment.clock(report, 11_500, 12_000).level(), "1.5 s fast or slow do no harm");
        Finding late = Judgment.clock(report, 40_000, 41_000);
        assertEquals("off by 30000 ms at least", late.found());
        assertEquals(Level.WARNING, late.level());
    }

    @Test
    void reportsTravelAsJson() {
        JvmReport report = report(HEALTHY, "", List.of(new Access.Trouble("input", "gone")));

        assertEquals(report, JvmReport.parse(report.toJson()));
    }

    @Test
    void linuxSaysWhatTheMachineHas() {
        assertEquals(
                Set.of("avx2", "amx_bf16"),
                Machine.flags(List.of("processor : 0", "flags\t\t: fpu sse2 avx2 amx_bf16", "flags\t\t: avx")));
        assertEquals(2048L * 1024, Machine.available(List.of("MemTotal: 9 kB", "MemAvailable:       2048 kB")));
        assertEquals(-1, Machine.available(List.of()));
        assertEquals(-1, Machine.limit(List.of("max")));
        assertEquals(1024, Machine.limit(List.of("1024")));
    }

    @Test
    void findingsThatAreAlikeStandInOneLineAndJsonHasAll() throws IOException {
        Finding first = Finding.ok("executor 0", "Java", "17");
        Diagnosis diagnosis = new Diagnosis(
                List.of(first, Finding.ok("executor 1", "Java", "17"), Finding.ok("executor 2", "Java", "17")));

        assertEquals(
                "ok executor 0 and 2 more Java 17",
                diagnosis.toTable().lines().skip(1).findFirst().orElse("").replaceAll(" +", " "));
        JsonNode json = Documents.JSON.readTree(diagnosis.toJson());
        assertEquals(3, json.size());
        assertEquals("executor 0", json.get(0).get("where").asText());
    }
}
