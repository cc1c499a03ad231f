package io.pushrank.jobs.run;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.architecture.RandomHeavyRanker;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.publish.RunStatus;
import io.pushrank.jobs.run.Manifest.StageReport;
import io.pushrank.jobs.stage.HeavyRank;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.Targets;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a run whose heavy ranker brings a feature of somebody's own. */
class ModelFeaturesTest {
    private static final Configuration HADOOP = new Configuration();
    private static final FeatureShape SHAPE = new FeatureShape(2, 0);

    @TempDir
    private static Path ranker;

    private final SparkSession spark = SharedSpark.session();
    private final Storage storage = new Storage(HADOOP);

    @TempDir
    private Path directory;

    private TinyWorld world;
    private String file;

    @BeforeAll
    static void writeRanker() throws IOException {
        RandomHeavyRanker.write(SampleParams.heavy(1), SHAPE, 1, 0, ranker);
    }

    /** User 1 is to be sent a post of 2 or one of 3; 2 follows nobody, 3 follows two. */
    @BeforeEach
    void publishLightRanked() {
        world = new TinyWorld(directory)
                .people(1, 2, 3)
                .follow(3, 1)
                .follow(3, 2)
                .post(10, 2, hoursBefore(1))
                .post(11, 3, hoursBefore(2))
                .write();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (long author = 2; author <= 3; author++) {
            Map<String, Object> row = new HashMap<>();
            row.put("user_id", 1L);
            row.put("item_type", "post");
            row.put("item_id", author + 8);
            row.put("author_id", author);
            row.put("notification_type", "popular");
            row.put("item_created_at", Timestamp.from(hoursBefore(1)));
            row.put("is_in_network", false);
            row.put("sources", new Row[] {RowFactory.create("popular", 1, 1.0, new Long[] {})});
            row.put("light_rank", (int) author - 1);
            rows.add(row);
        }
        Published.write(world.layout(), Table.LIGHT_RANKED, TinyWorld.DATE, rows);
        file = world.layout().models() + "/heavy/1/features.yaml";
    }

    private void useModel(String featuresYaml) throws IOException {
        Files.writeString(ranker.resolve("features.yaml"), featuresYaml);
        ModelPackage.write(
                world.layout().models(), "1", new ModelExport(ranker, ModelKind.HEAVY, SHAPE, 1, Map.of()), HADOOP);
        ModelPackage.crown(world.layout().models(), ModelKind.HEAVY, "1", HADOOP);
    }

    private void useFeature(String expression) throws IOException {
        useModel(
                """
                features:
                - {name: author.followers, type: continuous, expression: author.followers}
                - {name: mine, type: continuous, expression: %s}
                """
                        .formatted(expression));
    }

    private void run(Stage... stages) {
        new Run(
                        spark,
                        world.layout(),
                        Vocabulary.of(ConfigFile.shipped().set("heavy_rank.features_share=1")),
                        TinyWorld.DATE,
                        "some stages",
                        Choices.NONE,
                        new Progress(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)))
                .stages(List.of(stages));
    }

    private Manifest manifest() {
        List<Manifest> manifests = Manifest.of(storage, world.layout(), TinyWorld.DATE);
        return manifests.get(manifests.size() - 1);
    }

    private void isRefusedBeforeAnythingIsRead(String message) {
        ModelException refusal = assertThrows(ModelException.class, () -> run(new Targets(), new HeavyRank()));

        assertEquals(message, refusal.getMessage());
        assertEquals(
                List.of(RunStatus.FAILED, 5, message),
                List.of(manifest().status(), manifest().exitCode(), manifest().message()));
        assertEquals(List.of(), manifest().stages(), "the inputs are not even validated");
    }

    @Test
    void anErrorOfARowIsAMissingValueAndANoteInTheManifest() throws IOException {
        useFeature("author.follows / (author.follows - 2)");

        run(new HeavyRank());

        assertEquals(
                List.of("heavy-rank"),
                manifest().stages().stream().map(StageReport::stage).toList());
        assertEquals("DIVIDE_BY_ZERO in 1 row", manifest().notes().get("heavy_rank.features.mine"));
        String time = manifest().notes().get("heavy_rank.time");
        assertTrue(time.matches("[0-9]{1,3}\\.[0-9] % of [0-9]+\\.[0-9] s in TensorFlow"), time);
        Layout layout = world.layout();
        assertEquals(
                List.of("10 [false, false]", "11 [false, true]"),
                spark
                        .read()
                        .parquet(layout.partition(Table.HEAVY_RANKED, TinyWorld.DATE))
                        .orderBy("item_id")
                        .collectAsList()
                        .stream()
                        .map(row -> row.getAs("item_id") + " "
                                + row.<Row>getAs("features").getList(1))
                        .toList());
    }

    @Test
    void anUnknownFunctionIsRefusedAtTheStart() throws IOException {
        useFeature("lnn(author.followers)");

        isRefusedBeforeAnythingIsRead(
                file + ": expected features that can be calculated, found feature mine: function must be one that Spark"
                        + " knows, but is lnn; the nearest are len, ln, and");
    }

    @Test
    void whatIsNoListOfFeaturesIsRefusedAtTheStart() throws IOException {
        useModel("features:\n- {name: mine, type: continuous, expression: 1 +}\n");

        isRefusedBeforeAnythingIsRead(file + ": expected a list of features, found line 2: feature mine: expression 1 +"
                + " is not SQL: [PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos"
                + " 3)");
    }

    @Test
    void anUnknownColumnNamesItsFeature() throws IOException {
        useFeature("author.folowers");

        ModelException refusal = assertThrows(ModelException.class, () -> run(new HeavyRank()));

        assertTrue(
                refusal.getMessage()
                        .startsWith(file + ": expected features that can be calculated, found feature mine: a fact must"
                                + " be a column of author, but is author.folowers; the nearest are author.followers"),
                refusal.getMessage());
        assertEquals(5, manifest().exitCode());
    }
}
