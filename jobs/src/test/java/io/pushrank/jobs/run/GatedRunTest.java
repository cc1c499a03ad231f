package io.pushrank.jobs.run;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.gate.Verdict;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.Targets;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A day that is unlike the days before it is stopped before anything of it is published, unless somebody accepts it. */
class GatedRunTest {
    private final SparkSession spark = SharedSpark.session();
    private final Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    /** Without the rules that look up what a candidate is: its post and author are in no table here. */
    private final ConfigFile config = ConfigFile.shipped()
            .set("gates.minimum_rows=1")
            .set("gates.minimum_days=2")
            .set("disabled_rules=[follow_state, in_network_only, too_old, unsuitable_author]");

    @TempDir
    private Path directory;

    private void run(TinyWorld world, LocalDate date, Set<String> accepted, Stage stage) {
        new Run(
                        spark,
                        world.layout(),
                        Vocabulary.of(config),
                        date,
                        stage.verb(),
                        new Choices(false, accepted),
                        new Progress(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)))
                .stages(List.of(stage));
    }

    private Manifest last(TinyWorld world) {
        List<Manifest> manifests = Manifest.of(storage, world.layout(), TinyWorld.DATE);
        return manifests.get(manifests.size() - 1);
    }

    private static List<String> notable(Manifest manifest) {
        return manifest.verdicts().stream()
                .filter(Verdict::isNotable)
                .map(Verdict::line)
                .toList();
    }

    @Test
    void inputsUnlikeTheDaysBeforeStopTheRunBeforeItPublishes() {
        TinyWorld world = new TinyWorld(directory).people(1, 2).follow(1, 2).post(1, 2, hoursBefore(1));
        // Ten posts each of the days before, two on the last whole day.
        for (int item = 0; item < 32; item++) {
            int daysAgo = item < 2 ? 1 : 2 + (item - 2) / 10;
            world.post(100 + item, 2, hoursBefore(24 * daysAgo));
        }
        world.write();
        String sentence =
                "input_volume of table posts: 0.2, at least 0.6 (2 rows, 10 by the median of 3 trailing days)";

        Expect.failure(
                ExitCode.INPUT_REJECTED,
                "inputs differ from the days before: " + sentence
                        + ". If that is as it should be: --accept input_volume",
                () -> run(world, TinyWorld.DATE, Set.of(), new Targets()));

        assertEquals(3, last(world).exitCode());
        assertEquals(List.of("failed: " + sentence), notable(last(world)));
        assertEquals(List.of(), last(world).stages());
        assertFalse(storage.exists(world.layout().outputTable(Table.TARGETS)));
        assertFalse(storage.exists(world.layout().output() + "/_profiles"), "a refused day is no measure for others");

        run(world, TinyWorld.DATE, Set.of("input_volume"), new Targets());

        assertEquals(List.of("accepted: " + sentence), notable(last(world)));
        assertEquals(List.of("input_volume"), last(world).accepted());
        assertEquals(2, last(world).stages().size());

        // What the run has seen is the measure of the next day's, whatever has become of the files.
        storage.delete(world.input() + "/posts/" + Layout.day(TinyWorld.DATE.minusDays(1)));
        LocalDate tomorrow = TinyWorld.DATE.plusDays(1);
        Expect.failure(
                ExitCode.INPUT_REJECTED,
                "inputs differ from the days before: input_volume of table posts: 0.1, at least 0.6 (1 rows, 10 by the"
                        + " median of 4 trailing days). If that is as it should be: --accept input_volume",
                () -> run(world, tomorrow, Set.of(), new Targets()));
    }

    @Test
    void sendsUnlikeThoseOfTheDaysBeforeAreNotPublished() {
        TinyWorld world = new TinyWorld(directory);
        for (LocalDate date = TinyWorld.DATE.minusDays(3); date.isBefore(TinyWorld.DATE); date = date.plusDays(1)) {
            for (Table table : Table.inputs().filter(Table::isRequired).toList()) {
                world.partition(table, date);
            }
        }
        world.write();
        for (int day = 3; day >= 0; day--) {
            publishRanking(world.layout(), TinyWorld.DATE.minusDays(day), day == 0 ? 1 : 6);
        }
        for (int day = 3; day >= 1; day--) {
            run(world, TinyWorld.DATE.minusDays(day), Set.of(), new QualityControl());
        }
        String sentence =
                "output_volume of table sends: 0.1667, at least 0.5 (1 sends, 6 by the median of 3 trailing days)";

        Expect.failure(
                ExitCode.OUTPUT_REJECTED,
                "outputs differ from the days before: " + sentence
                        + ". If that is as it should be: --accept output_volume",
                () -> run(world, TinyWorld.DATE, Set.of(), new QualityControl()));

        assertEquals(4, last(world).exitCode());
        assertEquals(List.of("failed: " + sentence), notable(last(world)));
        assertFalse(storage.exists(world.layout().partition(Table.SENDS, TinyWorld.DATE)));
        assertFalse(storage.exists(world.layout().staging()));

        run(world, TinyWorld.DATE, Set.of("output_volume"), new QualityControl());

        assertTrue(storage.exists(world.layout().partition(Table.SENDS, TinyWorld.DATE)));
        assertEquals(List.of("accepted: " + sentence), notable(last(world)));
    }

    /** Eight eligible users, the first of whom have one candidate each. */
    private static void publishRanking(Layout layout, LocalDate date, int ranked) {
        Timestamp asOf =
                Timestamp.from(TinyWorld.AS_OF.minus(Duration.ofDays(TinyWorld.DATE.toEpochDay() - date.toEpochDay())));
        List<Map<String, Object>> targets = new ArrayList<>();
        List<Map<String, Object>> candidates = new ArrayList<>();
        for (long user = 1; user <= 8; user++) {
            targets.add(new HashMap<>(Map.of(
                    "user_id",
                    user,
                    "is_eligible",
                    true,
                    "reasons",
                    new String[0],
                    "push_cap",
                    5,
                    "sent_at_24h",
                    new Timestamp[0],
                    "spacing_seconds",
                    0L)));
            if (user <= ranked) {
                Map<String, Object> row = new HashMap<>();
                row.put("user_id", user);
                row.put("item_type", "post");
                // Another one each day: what was sent before is not sent again.
                row.put("item_id", 1000 * date.toEpochDay() + user);
                row.put("author_id", 9L);
                row.put("notification_type", "in_network");
                row.put("item_created_at", asOf);
                row.put("is_in_network", true);
                row.put("sources", new Row[] {RowFactory.create("in_network", 1, 1.0, new Long[] {})});
                row.put("rank", 1);
                row.put("light_rank", 1);
                row.put("p_oonc", 0.25f);
                row.put("p_engagement", 0.125f);
                row.put("score", 0.5f);
                row.put("features_probability", 0.0);
                candidates.add(row);
            }
        }
        Published.write(layout, Table.TARGETS, date, targets);
        Published.write(layout, Table.HEAVY_RANKED, date, candidates);
    }
}
