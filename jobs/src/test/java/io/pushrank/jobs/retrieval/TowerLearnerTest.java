package io.pushrank.jobs.retrieval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.retrieval.TowerLearner.Pair;
import io.pushrank.jobs.retrieval.TowerLearner.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** Two towers, on people who like posts of their own topic and of good authors. */
class TowerLearnerTest {
    private static final int TOPICS = 6;
    private static final long TASTE = 100;
    private static final long TOPIC = 200;
    private static final long QUALITY = 300;
    private static final Settings SETTINGS = new Settings(8, 12, 0.1, 1e-5, 7);

    private final SplittableRandom random = new SplittableRandom(11);
    private final List<TowerInput> users = IntStream.range(0, 60)
            .mapToObj(user -> new TowerInput(new long[] {TASTE + user % TOPICS}, new float[] {1}))
            .toList();
    private final List<TowerInput> items = IntStream.range(0, 60)
            .mapToObj(item -> new TowerInput(
                    new long[] {TOPIC + item % TOPICS, QUALITY},
                    new float[] {1, 1000 + 10 * Math.floorDiv(item, TOPICS)}))
            .toList();
    private final List<String> told = new ArrayList<>();

    private List<Pair> pairs(int count) {
        List<Pair> pairs = new ArrayList<>();
        for (int pair = 0; pair < count; pair++) {
            int user = random.nextInt(users.size());
            int item = random.nextInt(items.size());
            double logit = -3 + (user % TOPICS == item % TOPICS ? 3 : 0) + 0.3 * Math.floorDiv(item, TOPICS);
            pairs.add(new Pair(user, item, random.nextDouble() < 1 / (1 + Math.exp(-logit)), 1));
        }
        return pairs;
    }

    private TowerModel learned() {
        return TowerLearner.learn(users, items, pairs(20_000), pairs(2_000), SETTINGS, told::add);
    }

    private static double logit(TowerModel model, TowerInput user, TowerInput item) {
        float[] one = model.user(user);
        float[] other = model.item(item);
        return IntStream.range(0, model.vectorWidth())
                .mapToDouble(at -> (double) one[at] * other[at])
                .sum();
    }

    @Test
    void theTopicOfOnesOwnAndTheBetterAuthorAreNearest() {
        TowerModel model = learned();
        for (int user = 0; user < TOPICS; user++) {
            for (int item = 0; item < items.size(); item++) {
                double logit = -3 + (user == item % TOPICS ? 3 : 0) + 0.3 * Math.floorDiv(item, TOPICS);
                assertEquals(logit, logit(model, users.get(user), items.get(item)), 0.8, user + " " + item);
            }
            assertTrue(logit(model, users.get(user), items.get(user + 54))
                    > logit(model, users.get(user), items.get(user)));
        }
        assertTrue(
                told.get(0).matches("epoch 1: RCE \\d+\\.\\d{3} %, ROC-AUC 0\\.\\d{4} on 2,000 pairs held out"),
                told.get(0));
    }

    @Test
    void theSamePairsGiveTheSameTowers() {
        List<Pair> pairs = pairs(3_000);
        List<Pair> heldOut = pairs(500);
        assertEquals(
                texts(TowerLearner.learn(users, items, pairs, heldOut, SETTINGS, told::add)),
                texts(TowerLearner.learn(users, items, pairs, heldOut, SETTINGS, told::add)));
    }

    private static List<String> texts(TowerModel model) {
        return model.toRows().stream()
                .map(row -> row.getLong(0) + " " + row.getFloat(3) + " " + row.getList(4))
                .toList();
    }

    /** The user's side of a factorization machine and the item's, summed up by hand. */
    @Test
    void aLogitIsTheInterceptTheWeightsAndTheProductOfTheSums() {
        TowerModel model = TowerModel.of(List.of(
                row(0, 0, 1, -1, 0, 0), row(1, 0, 1, 0.5, 1, 2), row(2, 10, 5, 0.25, 3, 0), row(3, 0, 1, 2, 1, 1)));
        TowerInput user = new TowerInput(new long[] {1, 2, 99}, new float[] {1, 20, 1});
        TowerInput item = new TowerInput(new long[] {3}, new float[] {2});

        // Feature 2 is (20 - 10) / 5; what was not learned adds nothing.
        double ofUser = 0.5 + 0.25 * 2;
        double[] sum = {1 + 3 * 2, 2};
        assertEquals(-1 + ofUser + 2 * 2 + sum[0] * 2 + sum[1] * 2, logit(model, user, item), 1e-6);
        assertArrayEquals(new float[] {2, 2, 4, 1}, model.item(item));
        // 1,000 deviations are as far as 4.
        TowerInput odd = new TowerInput(new long[] {2}, new float[] {5_010});
        assertArrayEquals(new float[] {12, 0, 1, 0}, model.user(odd));
    }

    @Test
    void aTableThatIsNoModelIsRefused() {
        assertEquals(
                "id 0, the intercept, must be there, but is not",
                assertThrows(IllegalArgumentException.class, () -> TowerModel.of(List.of(row(1, 0, 1, 1, 1))))
                        .getMessage());
        assertEquals(
                "factors of id 1 must be 2, but are 1",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> TowerModel.of(List.of(row(0, 0, 1, 1, 0, 0), row(1, 0, 1, 1, 1))))
                        .getMessage());
        assertEquals(
                "there must be a value for each id, but there are 1 ids and 0",
                assertThrows(IllegalArgumentException.class, () -> new TowerInput(new long[1], new float[0]))
                        .getMessage());
    }

    private static Row row(long id, double mean, double deviation, double weight, double... factors) {
        List<Float> floats = IntStream.range(0, factors.length)
                .mapToObj(at -> (float) factors[at])
                .toList();
        return RowFactory.create(
                id,
                mean,
                deviation,
                (float) weight,
                CollectionConverters.asScala(floats).toSeq());
    }
}
