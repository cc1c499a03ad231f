package io.pushrank.jobs.evaluate;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.run.Choices;
import io.pushrank.jobs.run.Progress;
import io.pushrank.jobs.run.Run;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forty users with four random posts each, decided on once by the day's settings, once by others in another output folder. */
class ReplayTest {
    private static final int USERS = 40;
    private static final int POSTS = 4;
    private static final PolicyEvaluation.Settings POLICY =
            new PolicyEvaluation.Settings(PolicyEvaluation.Value.OONC, 0.001, 1, 1);
    private static final SparkSession SPARK = SharedSpark.session();
    private static final ConfigFile BEFORE = ConfigFile.shipped().set("quality_control.sends_per_run=1");
    private static final ConfigFile NOW = BEFORE.set("quality_control.sends_per_run=2")
            .set("rules.too_old.max_age_hours=8")
            .set("rules.unsuitable_author=off")
            .set("quality_control.exploration={no_send_share: 0.3, random_share: 0.4}");

    @TempDir
    private static Path directory;

    private static Layout day;
    private static Layout other;
    private static List<Map<String, Object>> ranked;
    private static Map<String, String> filesBefore;
    private static Replay replay;
    private static Evaluation evaluation;

    @BeforeAll
    static void decideTwiceAndReplay() {
        Random random = new Random(18);
        TinyWorld world =
                new TinyWorld(directory).user(98, "is_suspended", true).user(99);
        ranked = new ArrayList<>();
        List<Map<String, Object>> targets = new ArrayList<>();
        for (long user = 1; user <= USERS; user++) {
            world.user(user);
            for (int rank = 1; rank <= POSTS; rank++) {
                long post = user * 100 + rank;
                long author = random.nextInt(2) == 0 ? 98 : 99;
                Timestamp created = Timestamp.from(hoursBefore(1 + random.nextInt(14)));
                world.post(post, author, created.toInstant());
                ranked.add(ranked(user, post, author, created, rank, random));
            }
            Map<String, Object> target = new HashMap<>();
            target.put("user_id", user);
            target.put("is_eligible", true);
            target.put("push_cap", random.nextInt(3));
            target.put("sent_at_24h", new Timestamp[] {});
            target.put("spacing_seconds", 3600L);
            targets.add(target);
        }
        world.write();
        day = world.layout();
        other = new Layout(day.input(), directory + "/other", day.models());
        for (Layout layout : List.of(day, other)) {
            Published.write(layout, Table.HEAVY_RANKED, TinyWorld.DATE, ranked);
            Published.write(layout, Table.TARGETS, TinyWorld.DATE, targets);
        }
        run(day, BEFORE);
        run(other, NOW);
        filesBefore = files();
        replay = new Replay(SPARK, day, Vocabulary.of(NOW), List.of(ConfigFile.shipped(), BEFORE, NOW));
        evaluation = replay.evaluate(TinyWorld.DATE, POLICY);
    }

    private static Map<String, Object> ranked(
            long user, long post, long author, Timestamp created, int rank, Random random) {
        String source = random.nextBoolean() ? "popular" : "two_tower";
        Row[] sources = Stream.of("popular", "two_tower")
                .filter(each -> each.equals(source) || random.nextInt(3) == 0)
                .map(each -> RowFactory.create(each, 1, 1.0, new Long[] {}))
                .toArray(Row[]::new);
        Map<String, Object> row = new HashMap<>();
        row.put("user_id", user);
        row.put("item_type", "post");
        row.put("item_id", post);
        row.put("author_id", author);
        row.put("notification_type", source);
        row.put("item_created_at", created);
        row.put("is_in_network", false);
        row.put("sources", sources);
        row.put("light_rank", rank);
        row.put("rank", rank);
        row.put("score", (POSTS - rank + random.nextFloat()) / POSTS);
        row.put("p_oonc", 0.2f);
        row.put("p_engagement", 0.1f);
        row.put("features_probability", 1.0);
        return row;
    }

    private static void run(Layout layout, ConfigFile settings) {
        new Run(
                        SPARK,
                        layout,
                        Vocabulary.of(settings),
                        TinyWorld.DATE,
                        "quality-control",
                        Choices.NONE,
                        new Progress(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)))
                .stages(List.of(new QualityControl()));
    }

    /** Every file of the day's output with its size and time of change. */
    private static Map<String, String> files() {
        try (Stream<Path> paths = Files.walk(Path.of(day.output()))) {
            Map<String, String> files = new TreeMap<>();
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(path.toString(), Files.size(path) + " " + Files.getLastModifiedTime(path));
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> sends(Layout layout) {
        return texts(new PublishedRows(SPARK, layout).sends(TinyWorld.DATE));
    }

    private static Set<String> texts(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(Row::toString).collect(Collectors.toSet());
    }

    @Test
    void equalsARunWithTheseSettingsRowForRow() {
        try (StageContext context = replay.context(TinyWorld.DATE)) {
            Dataset<Row> judged = Replay.judged(context);
            Column[] columns = Arrays.stream(Table.SENDS.schema().fieldNames())
                    .map(functions::col)
                    .toArray(Column[]::new);
            Dataset<Row> removed = judged.filter(size(col("reasons")).gt(0)).select("user_id", "item_id", "reasons");

            assertEquals(
                    sends(other),
                    texts(judged.filter(size(col("reasons")).equalTo(0)).select(columns)));
            assertEquals(
                    texts(new PublishedRows(SPARK, other)
                            .removed(TinyWorld.DATE)
                            .select("user_id", "item_id", "reasons")),
                    texts(removed));
        }
        assertFalse(sends(other).equals(sends(day)), "the settings make a difference");
    }

    @Test
    void changesNothingOfTheDay() {
        assertEquals(filesBefore, files());
    }

    @Test
    void countsWhatIsGainedAndLostAsPlainSetsDo() {
        Map<Long, Set<String>> reasonsBefore = reasons(day);
        Map<Long, Set<String>> reasonsNow = reasons(other);
        Map<String, long[]> byReason = new TreeMap<>();
        Map<String, long[]> byType = new TreeMap<>();
        Map<String, long[]> bySource = new TreeMap<>();
        Map<String, long[]> all = new TreeMap<>();
        Map<Long, boolean[]> users = new HashMap<>();
        double[] scores = new double[2];
        for (Map<String, Object> row : ranked) {
            Long post = (Long) row.get("item_id");
            boolean was = !reasonsBefore.containsKey(post);
            boolean is = !reasonsNow.containsKey(post);
            Set<String> before = reasonsBefore.getOrDefault(post, Set.of());
            Set<String> now = reasonsNow.getOrDefault(post, Set.of());
            Set<String> either = new HashSet<>(before);
            either.addAll(now);
            either.forEach(reason -> add(
                    byReason,
                    reason,
                    before.contains(reason),
                    now.contains(reason),
                    !was && is && before.contains(reason),
                    was && !is && now.contains(reason)));
            add(byType, (String) row.get("notification_type"), was, is, is && !was, was && !is);
            for (Row source : (Row[]) row.get("sources")) {
                add(bySource, source.getString(0), was, is, is && !was, was && !is);
            }
            add(all, "sends", was, is, is && !was, was && !is);
            boolean[] user = users.computeIfAbsent((Long) row.get("user_id"), id -> new boolean[2]);
            user[0] |= was;
            user[1] |= is;
            scores[0] += was ? (Float) row.get("score") : 0;
            scores[1] += is ? (Float) row.get("score") : 0;
        }
        users.values().forEach(each -> add(all, "users", each[0], each[1], each[1] && !each[0], each[0] && !each[1]));
        Metrics metrics = evaluation.metrics();

        assertEquals(texts(byReason), texts(metrics.group("by_reason")));
        assertEquals(texts(byType), texts(metrics.group("by_notification_type")));
        assertEquals(texts(bySource), texts(metrics.group("by_source")));
        assertEquals(Arrays.toString(all.get("sends")), text(metrics.group("sends")));
        assertEquals(Arrays.toString(all.get("users")), text(metrics.group("users")));
        assertTrue(all.get("sends")[2] > 0 && all.get("sends")[3] > 0, text(metrics.group("sends")));
        assertTrue(all.get("users")[2] > 0 && all.get("users")[3] > 0, text(metrics.group("users")));
        Metrics means = metrics.group("mean_score");
        assertEquals(scores[0] / all.get("sends")[0], means.number("before"), 1e-9);
        assertEquals(scores[1] / all.get("sends")[1], means.number("now"), 1e-9);
    }

    private static Map<Long, Set<String>> reasons(Layout layout) {
        Function<Row, Long> post = row -> row.getAs("item_id");
        return new PublishedRows(SPARK, layout)
                .removed(TinyWorld.DATE).collectAsList().stream()
                        .collect(Collectors.toMap(
                                post, row -> new HashSet<>(row.<String>getList(row.fieldIndex("reasons")))));
    }

    private static void add(Map<String, long[]> groups, String name, boolean... conditions) {
        long[] counts = groups.computeIfAbsent(name, any -> new long[conditions.length]);
        for (int index = 0; index < conditions.length; index++) {
            counts[index] += conditions[index] ? 1 : 0;
        }
    }

    private static Map<String, String> texts(Map<String, long[]> groups) {
        Map<String, String> texts = new TreeMap<>();
        groups.forEach((name, counts) -> texts.put(name, Arrays.toString(counts)));
        return texts;
    }

    private static Map<String, String> texts(Metrics groups) {
        Map<String, String> texts = new TreeMap<>();
        groups.names().forEach(name -> texts.put(name, text(groups.group(name))));
        return texts;
    }

    private static String text(Metrics counts) {
        return counts.values().values().toString();
    }

    @Test
    void settingsThatEarlierStagesReadAreNamed() {
        String notes = String.join("\n", evaluation.notes());

        assertTrue(
                notes.contains("these settings are read before quality control too, where the day's own held:"
                        + " rules.too_old.max_age_hours, rules.unsuitable_author. What was removed there"),
                notes);
    }

    @Test
    void estimatesWhatThePolicyWouldHaveBeenWorth() {
        assertEquals(
                new PolicyEvaluation(SPARK, day, Vocabulary.of(NOW))
                        .evaluate(TinyWorld.DATE, TinyWorld.DATE, POLICY)
                        .metrics()
                        .toJson(),
                evaluation.metrics().group("policy").toJson());
    }

    @Test
    void whereTheLogDoesNotSupportAnEstimateANoteSaysWhy() {
        Evaluation without = replay.evaluate(
                TinyWorld.DATE, new PolicyEvaluation.Settings(PolicyEvaluation.Value.OONC, 0.001, 0, 1));

        assertFalse(without.metrics().names().contains("policy"));
        assertTrue(
                without.notes().stream()
                        .anyMatch(note -> note.startsWith("no off-policy estimate: the log must support")),
                without.notes().toString());
    }
}
