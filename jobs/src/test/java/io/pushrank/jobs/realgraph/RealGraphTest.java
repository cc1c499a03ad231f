package io.pushrank.jobs.realgraph;

import static io.pushrank.jobs.exit.ExitCode.INPUT_REJECTED;
import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.realgraph.TieWorld.Pair;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.text.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real graph on a small random world against plain Java. */
class RealGraphTest {
    private static final int KEEP = 6;

    private final ConfigFile settings = ConfigFile.shipped()
            .set("real_graph.trees=4")
            .set("real_graph.depth=2")
            .set("real_graph.step_size=0.2")
            .set("real_graph.keep=" + KEEP);
    private final List<String> told = new ArrayList<>();

    @TempDir
    private Path directory;

    /** What a training leaves. */
    private record Trained(List<String> ties, String trees, String metrics) {}

    private Trained train(TinyWorld world, String version) {
        told.clear();
        long ties = new RealGraph(SharedSpark.session(), world.layout(), Facts.of(settings))
                .train(TieWorld.DATE, version, told::add);
        ModelTables models = new ModelTables(new Storage(new Configuration()), world.layout());
        List<String> rows = models.read(SharedSpark.session(), Table.TIE_STRENGTHS).collectAsList().stream()
                .sorted(Comparator.comparing((Row row) -> row.getLong(0)).thenComparing(row -> row.getInt(3)))
                .map(Row::toString)
                .toList();
        assertEquals(rows.size(), ties);
        return new Trained(
                rows,
                models.text(Table.TIE_STRENGTHS, RealGraph.TREES),
                models.text(Table.TIE_STRENGTHS, RealGraph.METRICS));
    }

    private Relations relations(TinyWorld world, LocalDate date) {
        Facts facts = Facts.of(settings);
        return Relations.of(
                SharedSpark.session(),
                world.layout(),
                facts,
                date,
                facts.config().asOf(date),
                Findings.none(),
                EnumSet.allOf(Table.class));
    }

    private static Pair pair(Row row) {
        return new Pair(row.getAs("user_id"), row.getAs("author_id"));
    }

    @Test
    void featuresAreOfWhatWasBeforeTheInstantAndLabelsOfTheDayAfterIt() {
        TieWorld known = new TieWorld(3);
        TinyWorld world = new TieWorld(3)
                .withRowsAt(TieWorld.NOW)
                .withRowsAt(TieWorld.NOW.plusSeconds(3600))
                .write(directory);
        PairFeatures features = PairFeatures.of(Facts.of(settings));
        try (Relations before = relations(world, TinyWorld.DATE);
                Relations now = relations(world, TieWorld.DATE)) {
            LabeledPairs pairs = LabeledPairs.of(features, before, now);

            Map<Pair, Double> labels = new TreeMap<>();
            Map<Long, Boolean> heldOut = new TreeMap<>();
            for (Row row : pairs.rows().collectAsList()) {
                assertEquals(null, labels.put(pair(row), row.getAs(TieModel.LABEL)), "each pair stands once");
                Boolean other = heldOut.put(row.getAs("user_id"), row.getAs(LabeledPairs.HELD_OUT));
                assertTrue(other == null || other.equals(row.getAs(LabeledPairs.HELD_OUT)), "held out as a whole");
            }
            Map<Pair, Double> expected = new TreeMap<>();
            known.pairs(TieWorld.BEFORE).forEach(pair -> expected.put(pair, known.hasActed(pair) ? 1.0 : 0.0));
            assertEquals(expected, labels);
            assertEquals(labels.size(), pairs.learned().all() + pairs.heldOut().all());
            long acted = labels.values().stream().filter(label -> label == 1).count();
            assertEquals(acted, pairs.learned().acted() + pairs.heldOut().acted());
            assertTrue(acted > 30, "enough to compare: " + acted);
            assertEquals(Set.of(true, false), new TreeSet<>(heldOut.values()));
            // The act at the very instant is one of the day after it.
            assertEquals(0.0, labels.getOrDefault(new Pair(1, 31), -1.0));

            assertVectors(known, before, features.join(before, pairs.rows()), labels.keySet());
            assertVectors(known, now, features.join(now, features.pairs(now)), known.pairs(TieWorld.NOW));
        }
    }

    private static void assertVectors(TieWorld known, Relations relations, Dataset<Row> rows, Set<Pair> pairs) {
        Set<Pair> seen = new TreeSet<>();
        for (Row row : rows.collectAsList()) {
            seen.add(pair(row));
            assertArrayEquals(
                    known.features(pair(row), relations.asOf()),
                    row.<Vector>getAs(PairFeatures.FEATURES).toArray(),
                    1e-9,
                    pair(row) + " as of " + relations.asOf());
        }
        assertEquals(pairs, seen);
    }

    @Test
    void ofTooManyPairsThoseThatActedAreUpToHalf() {
        TinyWorld world = new TieWorld(3).write(directory);
        try (Relations before = relations(world, TinyWorld.DATE);
                Relations now = relations(world, TieWorld.DATE)) {
            LabeledPairs pairs = LabeledPairs.of(PairFeatures.of(Facts.of(settings)), before, now);
            LabeledPairs.Count learned = pairs.learned();

            assertEquals(pairs.rows().count(), pairs.sample(before, 1_000_000).count(), "all of few");
            Dataset<Row> some = pairs.sample(before, 200).filter(LabeledPairs.HELD_OUT + " = false");
            assertEquals(
                    learned.acted(),
                    some.filter(TieModel.LABEL + " = 1").count(),
                    "fewer than 100 are all of them: " + learned);
            assertEquals(200.0, (double) some.count(), 40, "by hashes, so about so many");
            Dataset<Row> few = pairs.sample(before, 40).filter(LabeledPairs.HELD_OUT + " = false");
            assertEquals(20.0, (double) few.filter(TieModel.LABEL + " = 1").count(), 12);
            assertTrue(few.count() < 60, "others for the rest: " + few.count());
        }
    }

    @Test
    void theStrongestTiesAreThoseOfTheTreesAndNothingLaterMovesThem() throws IOException {
        TieWorld known = new TieWorld(3);
        TinyWorld world = known.write(directory.resolve("known"));
        Trained trained = train(world, "1");

        assertTrue(
                told.get(0)
                        .matches(
                                "\\d+ pairs to learn from as of 2026-03-14T12:00:00Z, of which \\d+ acted by 2026-03-15T12:00:00Z"),
                told.get(0));
        JsonNode metrics = Documents.JSON.readTree(trained.metrics());
        assertEquals("2026-03-15T12:00:00Z", metrics.at("/strengths_as_of").asText());
        assertTrue(metrics.at("/held_out/roc_auc").asDouble() > 0.7, trained.metrics());
        assertTrue(
                metrics.at("/held_out/cross_entropy").asDouble()
                        < metrics.at("/held_out/base_rate_cross_entropy").asDouble(),
                trained.metrics());
        assertEquals(expected(known, Documents.JSON.readTree(trained.trees())), trained.ties());

        Trained again = train(
                new TieWorld(3)
                        .withRowsAt(TieWorld.NOW)
                        .withRowsAt(TieWorld.NOW.plusSeconds(60))
                        .write(directory.resolve("later")),
                "1");
        assertEquals(trained, again, "the same rows, and others from the as-of instant on, give the same model");

        Expect.failure(
                USAGE,
                "model " + world.layout().models()
                        + "/real_graph/1 exists already: a version never changes, name another",
                () -> train(world, "1"));
    }

    /** The rows that the trees, read anew, give for the features of plain Java. */
    private static List<String> expected(TieWorld known, JsonNode model) {
        Map<Long, TreeMap<Pair, Float>> byUser = new TreeMap<>();
        for (Pair pair : known.pairs(TieWorld.NOW)) {
            double[] features = known.features(pair, TieWorld.NOW);
            double margin = 0;
            for (JsonNode tree : model.get("trees")) {
                margin += tree.get("weight").asDouble() * prediction(tree.get("root"), model.get("features"), features);
            }
            double logit = 2 * margin + model.get("log_odds").asDouble();
            byUser.computeIfAbsent(pair.user(), none -> new TreeMap<>())
                    .put(pair, (float) (1 / (1 + StrictMath.exp(-logit))));
        }
        List<String> rows = new ArrayList<>();
        int tiesThatAreCut = 0;
        for (TreeMap<Pair, Float> pairs : byUser.values()) {
            List<Pair> order = new ArrayList<>(pairs.keySet());
            // It keeps the order of those that are equal.
            order.sort(Comparator.comparing((Pair pair) -> -pairs.get(pair)));
            for (int place = 1; place <= Math.min(KEEP, order.size()); place++) {
                Pair pair = order.get(place - 1);
                rows.add("[" + pair.user() + "," + pair.other() + "," + pairs.get(pair) + "," + place + "]");
            }
            if (order.size() > KEEP && pairs.get(order.get(KEEP - 1)).equals(pairs.get(order.get(KEEP)))) {
                tiesThatAreCut++;
            }
        }
        assertTrue(tiesThatAreCut > 5, "equal probabilities on both sides of the last place: " + tiesThatAreCut);
        return rows;
    }

    private static double prediction(JsonNode node, JsonNode names, double[] features) {
        if (node.has("prediction")) {
            return node.get("prediction").asDouble();
        }
        int index = 0;
        while (!names.get(index).equals(node.get("feature"))) {
            index++;
        }
        boolean isAtMost = features[index] <= node.get("threshold").asDouble();
        return prediction(node.get(isAtMost ? "at_most" : "above"), names, features);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            [likes]              | a fact must be FAMILY.COLUMN, but is likes; the nearest are actor.likes, author.likes, pair.likes, post.likes, user.likes
            [pair.lieks]         | a fact must be a column of pair, but is pair.lieks; the nearest are pair.clicks, pair.likes, pair.opens
            [actor.likes]        | a fact must be of a family that is found by [author_id, user_id], but is actor.likes, found by item_type
            [pair.tie_strength]  | a fact must not be made of the real graph itself, but is pair.tie_strength
            [author.language]    | a fact must be a number or a truth value, but author.language is STRING
            """)
    void aFeatureThatTreesCannotLearnFromIsNamed(String list, String message) {
        Facts facts = Facts.of(settings.set("real_graph.features=" + list));
        Expect.failure(USAGE, "config: real_graph.features: " + message, () -> {
            PairFeatures features = PairFeatures.of(facts);
            try (Relations none =
                    Relations.ofEmptyTables(SharedSpark.session(), facts, TinyWorld.DATE, TinyWorld.AS_OF)) {
                features.join(none, features.pairs(none));
            }
        });
    }

    @Test
    void withoutActsThereIsNothingToLearn() {
        TinyWorld alone = new TinyWorld(directory.resolve("alone"))
                .people(1, 2)
                .partition(Table.ENGAGEMENTS, TieWorld.DATE)
                .write();
        Expect.failure(
                INPUT_REJECTED,
                "tables engagements and follows hold no pair of accounts to learn from before 2026-03-14T12:00:00Z",
                () -> train(alone, "1"));

        TinyWorld idle = new TinyWorld(directory.resolve("idle")).partition(Table.ENGAGEMENTS, TieWorld.DATE);
        for (long user = 1; user <= 20; user++) {
            idle.people(user).follow(user, 50 + user);
        }
        idle.write();
        Expect.failureMatching(
                INPUT_REJECTED,
                "pairs to learn from must have some that act from 2026-03-14T12:00:00Z to 2026-03-15T12:00:00Z, and others,"
                        + " but of 1\\d 0 do",
                () -> train(idle, "1"));
    }
}
