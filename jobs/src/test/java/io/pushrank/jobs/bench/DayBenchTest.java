package io.pushrank.jobs.bench;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.stage.Stage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DayBenchTest {
    private static final List<String> DAYS = List.of("2026-03-13", "2026-03-14");

    @TempDir
    private static Path directory;

    private static Metrics figures;
    private static String printed;

    @BeforeAll
    static void measureATinyWorld() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        figures = Metrics.parse(new DayBench()
                .measure(new BenchContext(
                        SharedSpark.session(),
                        directory.resolve("day").toString(),
                        null,
                        null,
                        1,
                        new BenchContext.Worlds(List.of(150L), 4, 7, false, "../sample-data/models"),
                        arguments -> 1,
                        new PrintStream(out, true, StandardCharsets.UTF_8)))
                .toJson());
        printed = out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyStageOfBothDaysIsMeasured() {
        for (String day : DAYS) {
            Metrics stages = figures.group("users").group("150").group(day).group("stages");
            assertTrue(stages.names().containsAll(List.of("start", "validate", "day")), stages.names()::toString);
            for (Stage stage : Stage.all()) {
                Metrics measured = stages.group(stage.verb());
                assertAll(
                        day + " " + stage.verb(),
                        () -> assertTrue(measured.number("cpu_seconds") > 0),
                        () -> assertTrue(measured.number("peak_resident_bytes") > 1 << 20),
                        () -> assertTrue(measured.group("spark").number("jobs") > 0),
                        () -> assertTrue(measured.group("spark").number("tasks") > 0),
                        () -> assertTrue(measured.group("spark").number("read_rows") > 0),
                        () -> assertTrue(measured.group("spark").number("skew") >= 1),
                        () -> assertTrue(measured.number("rows_in") > 0));
            }
        }
    }

    @Test
    void duckDbMakesAsManyRowsAsSpark() {
        assumeTrue(DuckDb.version().isPresent(), "the driver is not on the class path");
        for (String day : DAYS) {
            Metrics ofDay = figures.group("users").group("150").group(day);
            Metrics parts = ofDay.group("parts");
            for (String part : List.of(
                    "source_social_proof",
                    "source_in_network",
                    "source_followed_topics",
                    "source_collaborative",
                    "source_popular",
                    "source_trend",
                    "candidates",
                    "some_facts",
                    "rewrite_day",
                    "rewrite_all")) {
                Metrics spark = parts.group(part).group("spark");
                assertTrue(spark.number("rows") > 0, part);
                assertEquals(
                        spark.number("rows"), parts.group(part).group("duckdb").number("rows"), part);
            }
            assertEquals(
                    ofDay.group("stages").group("candidates").number("rows_kept"),
                    parts.group("candidates").group("spark").number("rows"));
        }
        assertTrue(!printed.contains("NO COMPARISON"), printed);
    }

    @Test
    void aWorldIsKeptUnderItsNameAndNothingHalfMade() throws Exception {
        try (var worlds = Files.list(directory.resolve("worlds"))) {
            assertEquals(
                    List.of("150-4-7"),
                    worlds.map(world -> world.getFileName().toString()).toList());
        }
    }
}
