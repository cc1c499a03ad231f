package io.pushrank.jobs.run;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.Tables;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Targets;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs make of the ties of the real graph, and that they do without. */
class TieStrengthsTest {
    private final SparkSession spark = SharedSpark.session();
    private final ConfigFile off = onlyWith("social_proof", "in_network");
    private final ConfigFile on = off.set("real_graph.replaces_affinities=true");

    @TempDir
    private Path directory;

    private TinyWorld world;

    private static ConfigFile onlyWith(String... sources) {
        ConfigFile settings = ConfigFile.shipped();
        for (String source : settings.config().candidates().sources().keySet()) {
            if (!List.of(sources).contains(source)) {
                settings = settings.set("candidates.sources." + source + "=null");
            }
        }
        return settings;
    }

    /** Users 1 and 5 follow 2 and 3, which both like a post of 9, and acted on 2 alone. */
    @BeforeEach
    void writeWorld() {
        world = new TinyWorld(directory)
                .people(1, 5)
                .user(2)
                .user(3)
                .user(9)
                .post(10, 2, hoursBefore(1))
                .post(11, 3, hoursBefore(1))
                .post(90, 9, hoursBefore(2));
        for (long user : List.of(1L, 5L)) {
            world.follow(user, 2).follow(user, 3).engagement(user, 2, 8L, "like", hoursBefore(100));
        }
        for (long actor : List.of(2L, 3L)) {
            world.engagement(actor, 9, 90L, "like", hoursBefore(1));
        }
        world.write();
    }

    private void train(String version, Row... ties) {
        new ModelTables(new Storage(spark.sparkContext().hadoopConfiguration()), world.layout())
                .write(
                        Table.TIE_STRENGTHS,
                        version,
                        spark.createDataFrame(Arrays.asList(ties), Table.TIE_STRENGTHS.schema()),
                        Map.of());
    }

    private static Row tie(long user, long other, double probability, int place) {
        return RowFactory.create(user, other, (float) probability, place);
    }

    /** What sources propose, as "user item" with each source's score and actors. */
    private Map<String, String> candidates(ConfigFile settings) {
        try (StageContext context = world.context(settings)) {
            return texts(merged(context));
        }
    }

    private static Dataset<Row> merged(StageContext context) {
        return Candidates.merged(context, context.read(Table.USERS).filter("user_id IN (1, 5)"));
    }

    private static Map<String, String> texts(Dataset<Row> candidates) {
        Map<String, String> texts = new TreeMap<>();
        for (Row row : candidates.collectAsList()) {
            StringBuilder text = new StringBuilder();
            for (Row source : row.<Row>getList(row.fieldIndex("sources"))) {
                text.append("%s %.4f %s; ".formatted(source.getString(0), source.getDouble(2), source.getList(3)));
            }
            texts.put(row.getAs("user_id") + " " + row.getAs("item_id"), text.toString());
        }
        return texts;
    }

    /** The same, of a run that publishes it. */
    private Map<String, String> published(ConfigFile settings) {
        new Run(
                        spark,
                        world.layout(),
                        Vocabulary.of(settings),
                        TinyWorld.DATE,
                        "some stages",
                        Choices.NONE,
                        new Progress(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)))
                .stages(List.of(new Targets(), new Candidates()));
        return texts(new Tables(
                        spark,
                        world.layout(),
                        settings.config(),
                        TinyWorld.DATE,
                        TinyWorld.AS_OF,
                        Findings.none(),
                        Set.of())
                .published(Table.CANDIDATES, TinyWorld.DATE));
    }

    @Test
    void sourcesOrderAccountsByThemOnlyWhereTheSettingsSaySo() {
        Map<String, String> byActs = candidates(off);
        assertEquals("social_proof 4.0000 [2, 3]; ", byActs.get("1 90"));
        assertEquals("in_network %.4f []; ".formatted((1 + Math.log(3)) / 2), byActs.get("1 10"));
        assertEquals(byActs, candidates(on), "there is no model");

        train("1", tie(1, 3, 0.5, 1), tie(1, 2, 0.1, 2));
        assertEquals(byActs, candidates(off));
        Map<String, String> byTies = new TreeMap<>(byActs);
        byTies.put("1 90", "social_proof 602.0000 [3, 2]; ");
        byTies.put("1 10", "in_network %.4f []; ".formatted((1 + Math.log(101)) / 2));
        byTies.put("1 11", "in_network %.4f []; ".formatted((1 + Math.log(501)) / 2));
        assertEquals(byTies, candidates(on), "user 5 has no tie in the model: its acts count");

        assertEquals(byTies, published(on), "and so does a run");
    }

    @Test
    void factsGiveTheTiesOfRecipientAuthorAndActors() {
        assertEquals("null null null null", facts().get("1 90"));

        train("1", tie(1, 3, 0.5, 1), tie(1, 2, 0.1, 2), tie(1, 9, 0.01, 3), tie(9, 1, 0.25, 1), tie(5, 3, 0.125, 1));
        Map<String, String> facts = facts();
        assertEquals("0.01 0.25 0.6 0.5", facts.get("1 90"));
        assertEquals("null null 0.125 0.125", facts.get("5 90"));
        assertEquals("0.1 null null null", facts.get("1 10"), "nobody vouches for it");
    }

    /** Facts of what is proposed. */
    private Map<String, String> facts() {
        List<Reference> references = Stream.of(
                        "pair tie_strength", "pair tie_strength_back", "actor tie_strength", "actor most_tie_strength")
                .map(name -> name.split(" ", 2))
                .map(parts -> new Reference(parts[0], parts[1]))
                .toList();
        Map<String, String> facts = new TreeMap<>();
        try (StageContext context = world.context(off)) {
            for (Row row : context.facts(references).join(merged(context)).collectAsList()) {
                facts.put(
                        row.getAs("user_id") + " " + row.getAs("item_id"),
                        references.stream()
                                .map(fact -> {
                                    Row family = row.getAs(fact.family());
                                    return String.valueOf(family == null ? null : family.<Object>getAs(fact.column()));
                                })
                                .collect(Collectors.joining(" ")));
            }
        }
        return facts;
    }
}
