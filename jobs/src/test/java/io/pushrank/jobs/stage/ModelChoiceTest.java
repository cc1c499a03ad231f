package io.pushrank.jobs.stage;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.architecture.RandomHeavyRanker;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.evaluate.Evaluation;
import io.pushrank.jobs.evaluate.ExampleRange;
import io.pushrank.jobs.evaluate.HeavyEvaluation;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.feature.FeatureForm;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Twenty users of several ages and platforms, and three versions, one with features of its own. */
class ModelChoiceTest {
    private static final Configuration HADOOP = new Configuration();
    private static final FeatureList COMMON = FeatureList.parse(
            "features.yaml",
            """
            features:
            - user.account_age_days: continuous
            - post.text_length: continuous
            - {name: is_young, type: binary, expression: user.account_age_days < 50}
            """);
    /** One of the same name and another expression, one of another type, and one more. */
    private static final FeatureList OF_COLD = FeatureList.parse(
            "features.yaml",
            """
            features:
            - {name: user.account_age_days, type: continuous, expression: ln(1 + user.account_age_days)}
            - {name: is_young, type: continuous, expression: "50 - user.account_age_days"}
            - user.platform: string
            """);

    private static final String RULES =
            """
            heavy_rank:
              batch_rows: 4
              features_share: 1
              models:
                rules:
                - {when: 100 / (user.follows - 1) > 1000, model: cold}
                - {when: user.account_age_days < 30, model: cold}
                - {when: user.platform = 'ios', model: 7}
            """;

    /** Of each user, from 1. */
    private static final List<Integer> DAYS = new ArrayList<>();

    private static final List<String> PLATFORMS = new ArrayList<>();

    @TempDir
    private static Path folder;

    private static TinyWorld world;

    @BeforeAll
    static void write() throws IOException {
        SplittableRandom random = new SplittableRandom(179);
        world = new TinyWorld(folder).people(1000);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (long user = 1; user <= 20; user++) {
            DAYS.add(5 + random.nextInt(60));
            PLATFORMS.add(random.nextBoolean() ? "ios" : "android");
            world.user(user, "created_at", TinyWorld.hoursBefore(24.0 * DAYS.get((int) user - 1)))
                    .device(user, "platform", PLATFORMS.get((int) user - 1));
            if (user > 15) {
                world.follow(user, 1000);
            }
            int items = 1 + random.nextInt(6);
            for (int item = 1; item <= items; item++) {
                rows.add(lightRanked(user, user * 10 + item, item));
                world.post(
                        user * 10 + item,
                        1000,
                        TinyWorld.hoursBefore(1 + item),
                        "text_length",
                        1 + random.nextInt(200));
            }
        }
        world.write();
        Published.write(world.layout(), Table.LIGHT_RANKED, TinyWorld.DATE, rows);
        model("1", 1, COMMON);
        model("7", 2, COMMON);
        model("cold", 3, OF_COLD);
        ModelPackage.crown(world.layout().models(), ModelKind.HEAVY, "1", HADOOP);
    }

    private static Map<String, Object> lightRanked(long user, long item, int rank) {
        Map<String, Object> row = new HashMap<>();
        row.put("user_id", user);
        row.put("item_type", "post");
        row.put("item_id", item);
        row.put("author_id", 1000L);
        row.put("notification_type", "popular");
        row.put("item_created_at", Timestamp.from(TinyWorld.hoursBefore(1)));
        row.put("is_in_network", false);
        row.put("sources", new Row[] {RowFactory.create("popular", 1, 1.0, new Long[] {})});
        row.put("light_rank", rank);
        return row;
    }

    private static void model(String version, long seed, FeatureList features) throws IOException {
        Path export = folder.resolve("export-" + version);
        RandomHeavyRanker.write(SampleParams.heavy(1), features.heavyShape(), seed, 0, export);
        Files.writeString(export.resolve("features.yaml"), features.toYaml());
        ModelPackage.write(
                world.layout().models(),
                version,
                new ModelExport(export, ModelKind.HEAVY, features.heavyShape(), seed, Map.of()),
                HADOOP);
    }

    /** By the rules, in plain words. */
    private static String versionOf(long user) {
        int at = (int) user - 1;
        if (DAYS.get(at) < 30) {
            return "cold";
        }
        return PLATFORMS.get(at).equals("ios") ? "7" : "1";
    }

    private static List<Row> ranked(ConfigFile settings, Map<String, String> notes) {
        HeavyRank stage = new HeavyRank();
        try (StageContext context = world.context(settings, stage)) {
            List<Row> rows = stage.judge(context)
                    .select(
                            col("user_id"),
                            col("item_id"),
                            col("light_rank"),
                            col(ModelChoice.VERSION),
                            col("p_oonc"),
                            col("p_engagement"),
                            col("score"),
                            col("rank"),
                            col("features"))
                    .orderBy("user_id", "item_id")
                    .collectAsList();
            context.noteWritten("heavy_rank");
            notes.putAll(context.notes());
            return rows;
        }
    }

    @Test
    void eachRecipientIsScoredByTheFirstModelWhoseConditionHolds() {
        Map<String, String> notes = new TreeMap<>();
        List<Row> mixed = ranked(ConfigFile.shipped().over("test", RULES), notes);
        Map<String, List<Row>> alone = new TreeMap<>();
        for (String version : List.of("1", "7", "cold")) {
            ConfigFile settings = ConfigFile.shipped().set("heavy_rank.features_share=1");
            alone.put(
                    version,
                    ranked(
                            version.equals("1") ? settings : settings.set("heavy_rank.models.default=" + version),
                            new TreeMap<>()));
        }
        assertEquals(alone.get("1").size(), mixed.size());
        for (int i = 0; i < mixed.size(); i++) {
            Row row = mixed.get(i);
            String version = versionOf(row.getLong(0));
            Row expected = alone.get(version).get(i);
            assertEquals(
                    List.of(expected.getLong(0), expected.getLong(1), version, expected.get(8)),
                    List.of(row.getLong(0), row.getLong(1), row.getString(3), row.get(8)));
            assertEquals(version, expected.getString(3));
            assertArrayEquals(scores(expected), scores(row), 1e-6f);
            assertEquals(expected.getInt(7), row.getInt(7));
            assertEquals(rank(mixed, row), row.getInt(7));
        }
        assertEquals(3, mixed.stream().map(row -> row.getString(3)).distinct().count(), "all are asked");
        assertEquals("DIVIDE_BY_ZERO in 5 rows", notes.get("heavy_rank.rules.heavy_rank.models.rules[0]"));
        assertTrue(notes.containsKey("heavy_rank.precision.cold"), notes::toString);
    }

    private static float[] scores(Row row) {
        return new float[] {row.getFloat(4), row.getFloat(5), row.getFloat(6)};
    }

    private static int rank(List<Row> rows, Row one) {
        List<Row> own = rows.stream()
                .filter(row -> row.getLong(0) == one.getLong(0))
                .sorted(Comparator.<Row>comparingDouble(row -> -row.getFloat(6)).thenComparing(row -> row.getInt(2)))
                .toList();
        return own.indexOf(one) + 1;
    }

    @Test
    void eachModelIsEvaluatedOnTheExamplesOfItsOwnRecipients() {
        writeExamples();
        Vocabulary vocabulary = Vocabulary.of(
                ConfigFile.shipped().set("heavy_rank.models.rules=[{when: user.platform = 'ios', model: 7}]"));
        ExampleRange range = new ExampleRange(ExampleLabels.NOTIFICATIONS, null, null, null);

        Evaluation evaluation = new HeavyEvaluation(SharedSpark.session(), world.layout(), vocabulary.config())
                .evaluateByModel(range, vocabulary, HeavyEvaluation.Settings.DEFAULT, line -> {});

        assertEquals(
                world.layout().models() + "/heavy/1-evaluations/2026-03-14..2026-03-14-by-model/metrics.json",
                evaluation.file());
        Metrics byModel = evaluation.metrics().group("by_model");
        assertEquals(List.of("7", "1"), byModel.names());
        for (String version : List.of("7", "1")) {
            ModelPackage model = ModelPackage.open(world.layout().models(), ModelKind.HEAVY, version, HADOOP);
            List<Row> own = HeavyScoring.score(examples(), "features", model, 64, TensorFlowThreads.DEFAULT)
                    .select("user_id", "p_oonc", "label_oonc")
                    .collectAsList()
                    .stream()
                    .filter(row -> PLATFORMS.get((int) row.getLong(0) - 1).equals("ios") == version.equals("7"))
                    .toList();
            Metrics found = byModel.group(version).group("oonc");
            assertEquals(own.size(), found.number("rows"));
            double[] predictions =
                    own.stream().mapToDouble(row -> row.getFloat(1)).toArray();
            double[] labels = own.stream().mapToDouble(row -> row.getFloat(2)).toArray();
            assertEquals(Arrays.stream(labels).average().orElseThrow(), found.number("ctr"), 1e-9);
            assertEquals(Arrays.stream(predictions).average().orElseThrow(), found.number("predicted_ctr"), 1e-6);
            assertEquals(BinaryMetrics.relativeCrossEntropy(predictions, labels), found.number("rce"), 1e-4);
            assertTrue(evaluation.table().contains(version + ": oonc"), evaluation::table);
        }
    }

    private static Dataset<Row> examples() {
        Dataset<Row> rows = SharedSpark.session()
                .range(0, 200, 1, 2)
                .selectExpr(
                        "timestamp'2026-03-14 12:00:00' AS as_of",
                        "id % 20 + 1 AS user_id",
                        "'post' AS item_type",
                        "id AS item_id",
                        "array('popular') AS sources",
                        "false AS is_new_user",
                        "'active' AS user_state",
                        "named_struct('account_age_days', pmod(xxhash64(id), 100) / 10) AS user",
                        "named_struct('text_length', pmod(xxhash64(id, 1), 1000) / 100) AS post",
                        "CAST(pmod(xxhash64(id, 2), 2) AS FLOAT) AS label_oonc",
                        "0F AS label_engagement",
                        "0F AS label_dislike",
                        "1F AS weight");
        return FeatureColumns.append(
                FeatureForm.BOTH,
                rows,
                new Column[] {col("*")},
                COMMON,
                FeatureErrors.of(SharedSpark.session()),
                Map.of(),
                lit(true));
    }

    private static void writeExamples() {
        new ExampleTable(SharedSpark.session(), world.layout()).claim(COMMON);
        String partition = world.layout().output() + "/examples/ds=2026-03-14/labels=notifications/hour=12";
        examples()
                .select(List.of(Table.EXAMPLES.schema().fieldNames()).stream()
                        .map(name -> col(name))
                        .toArray(Column[]::new))
                .write()
                .parquet(partition);
        Published.record(new Storage(HADOOP), world.layout(), Channel.EXAMPLES, TinyWorld.DATE, partition, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            rules=[{when: user.folows > 1, model: 2}]        | config: heavy_rank.models.rules[0].when: a fact must be a column of user, but is user.folows; the nearest are user.follows, user.followers, user.opens
            rules=[{when: author.followers > 1, model: 2}]   | config: heavy_rank.models.rules[0].when: a fact must be of a family that is found by [user_id], but is author.followers, found by author_id
            rules=[{when: pair.likes > 1, model: 2}]         | config: heavy_rank.models.rules[0].when: a fact must be of a family that is found by [user_id], but is pair.likes, found by author_id
            rules=[{when: candidate.best_rank = 1, model: 2}] | config: heavy_rank.models.rules[0].when: a fact must be of a family that is found by [user_id], but is candidate.best_rank, found by item_type
            rules=[{when: "user.follows > :most", model: 2}] | config: heavy_rank.models.rules[0].when must have no parameters, but has [most]
            rules=[{when: user.is_guest, model: 1.5}]        | config: heavy_rank.models.rules[0].model must be a whole number, or a text such as "1.10" in quotes, but is 1.5
            rules=[{when: user.is_guest}]                    | config: key heavy_rank.models.rules[0].model is missing
            rules=[{model: 2}]                               | config: key heavy_rank.models.rules[0].when is missing
            default=../1                                     | config: heavy_rank.models.default: model version must be letters, digits, '.', '_' or '-', start with a letter or digit, and be neither "champion" nor end in "-evaluations", but is ../1
            default=true                                     | config: heavy_rank.models.default must be a whole number, or a text such as "1.10" in quotes, but is true
            """)
    void whatCannotBeUnderstoodIsRefused(String setting, String message) {
        Expect.failure(USAGE, message, () -> Vocabulary.of(ConfigFile.shipped().set("heavy_rank.models." + setting)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            rules=[{when: user.is_guest, model: cool}]   | config: heavy_rank.models.rules[0].model must be a version in MODELS/heavy, but is cool; the nearest are cold, 1, 7
            default=2                                    | config: heavy_rank.models.default must be a version in MODELS/heavy, but is 2; the nearest are 1, 7, cold
            rules=[{when: user.follows, model: cold}]    | config: heavy_rank.models.rules[0].when must be BOOLEAN, but is BIGINT
            """)
    void whatCannotBeCalculatedIsFoundBeforeAnythingIsRead(String setting, String message) {
        Expect.failure(
                USAGE,
                message.replace("MODELS", world.layout().models()),
                () -> Rehearsal.of(
                        SharedSpark.session(),
                        Vocabulary.of(ConfigFile.shipped().set("heavy_rank.models." + setting)),
                        TinyWorld.DATE,
                        List.of(new HeavyRank()),
                        new Models(SharedSpark.session(), world.layout())));
    }
}
