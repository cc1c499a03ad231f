package io.pushrank.jobs.evaluate;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.stage.StageContext;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simple rankings on a random world of 30 users and 40 posts, against plain Java. */
class SimpleRankingsTest {
    private static final int USERS = 30;
    private static final int POSTS = 40;
    /** Posts after this one are not ranked, but count for similarity. */
    private static final long LAST_RANKED = 25;

    private static final int NEIGHBORS = 50;

    @TempDir
    private static Path directory;

    private static final TreeMap<Long, TreeSet<Long>> POSTS_OF = new TreeMap<>();
    private static final TreeMap<Long, TreeSet<Long>> PEOPLE_OF = new TreeMap<>();
    private static final TreeMap<Long, TreeSet<Long>> FOLLOWEES = new TreeMap<>();
    private static TinyWorld world;
    private static Map<String, Map<String, Double>> rankings;

    @BeforeAll
    static void writeWorld() {
        Random random = new Random(5);
        world = new TinyWorld(directory);
        for (long user = 1; user <= USERS; user++) {
            world.user(user);
            POSTS_OF.put(user, new TreeSet<>());
            FOLLOWEES.put(user, new TreeSet<>());
        }
        for (long post = 1; post <= POSTS; post++) {
            world.post(post, author(post), hoursBefore(post / 2.0));
            PEOPLE_OF.put(post, new TreeSet<>());
        }
        for (int number = 0; number < 90; number++) {
            long user = 1L + random.nextInt(USERS);
            long followee = 1L + random.nextInt(USERS);
            if (user != followee && FOLLOWEES.get(user).add(followee)) {
                world.follow(user, followee);
            }
        }
        for (int number = 0; number < 200; number++) {
            long user = 1L + random.nextInt(USERS);
            long post = 1L + random.nextInt(POSTS);
            String kind =
                    List.of("like", "click", "reply", "impression", "dislike").get(random.nextInt(5));
            world.engagement(user, author(post), post, kind, hoursBefore(0.4).plusMillis(number));
            if (user != author(post) && Set.of("like", "click", "reply").contains(kind)) {
                POSTS_OF.get(user).add(post);
                PEOPLE_OF.get(post).add(user);
            }
        }
        world.write();
        rankings = rankings();
    }

    private static long author(long post) {
        return 1 + post % USERS;
    }

    /** Scores by "user item". */
    private static Map<String, Map<String, Double>> rankings() {
        try (StageContext context = world.context(ConfigFile.shipped().set("collaborative.iterations=1"))) {
            Relations relations = context.relations();
            List<Row> items = new ArrayList<>();
            for (long post = 1; post <= LAST_RANKED; post++) {
                items.add(RowFactory.create(post, author(post), Timestamp.from(hoursBefore(post / 2.0))));
            }
            relations.with(
                    "ranked_items",
                    relations
                            .spark()
                            .createDataFrame(
                                    items, StructType.fromDDL("item_id BIGINT, author_id BIGINT, fresh_at TIMESTAMP")));
            List<Row> audience = new ArrayList<>();
            for (long user = 1; user <= USERS; user++) {
                audience.add(RowFactory.create(user, user % 3));
            }
            relations.with(
                    "audience",
                    relations.spark().createDataFrame(audience, StructType.fromDDL("user_id BIGINT, met BIGINT")));
            Map<String, Map<String, Double>> all = new HashMap<>();
            new SimpleRankings(relations, 4).rankings().forEach((name, rows) -> all.put(name, scores(rows)));
            return all;
        }
    }

    private static Map<String, Double> scores(Dataset<Row> rows) {
        Map<String, Double> scores = new TreeMap<>();
        rows.collectAsList()
                .forEach(row -> assertEquals(
                        null, scores.put(row.getLong(0) + " " + row.getLong(1), row.getDouble(2)), "once a pair"));
        return scores;
    }

    private static double cosine(Set<Long> one, Set<Long> other) {
        Set<Long> both = new TreeSet<>(one);
        both.retainAll(other);
        return both.isEmpty() ? 0 : both.size() / Math.sqrt((double) one.size() * other.size());
    }

    private static void assertAlike(Map<String, Double> expected, Map<String, Double> found) {
        assertTrue(expected.size() > 50, "enough to compare: " + expected.size());
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((pair, score) -> assertEquals(score, found.get(pair), 1e-9, pair));
    }

    @Test
    void eachRankingIsWhatPlainJavaMakesOfIt() {
        assertEquals(Set.copyOf(SimpleRankings.ALL), rankings.keySet());

        Map<String, Double> itemKnn = new TreeMap<>();
        Map<String, Double> userKnn = new TreeMap<>();
        Map<String, Double> acted = new TreeMap<>();
        Map<String, Double> latest = new TreeMap<>();
        for (long user = 1; user <= USERS; user++) {
            long me = user;
            for (long item = 1; item <= LAST_RANKED; item++) {
                String pair = user + " " + item;
                Set<Long> people = PEOPLE_OF.get(item);
                long found = item;
                add(
                        itemKnn,
                        pair,
                        POSTS_OF.get(user).stream()
                                .filter(post -> post != found)
                                .mapToDouble(post -> cosine(PEOPLE_OF.get(post), people))
                                .sum());
                add(
                        userKnn,
                        pair,
                        people.stream()
                                .filter(other -> other != me)
                                .filter(other -> neighbors(me).contains(other))
                                .mapToDouble(other -> cosine(POSTS_OF.get(me), POSTS_OF.get(other)))
                                .sum());
                add(acted, pair, (double)
                        people.stream().filter(FOLLOWEES.get(user)::contains).count());
                if (FOLLOWEES.get(user).contains(author(item))) {
                    latest.put(pair, 1e3 * hoursBefore(item / 2.0).toEpochMilli());
                }
            }
        }
        assertAlike(itemKnn, rankings.get("item_knn"));
        assertAlike(userKnn, rankings.get("user_knn"));
        assertAlike(acted, rankings.get("followees_acted"));
        assertAlike(latest, rankings.get("followees_latest"));
        assertAlike(popular(), rankings.get("popular"));
    }

    private List<Long> neighbors(long user) {
        return POSTS_OF.keySet().stream()
                .filter(other -> other != user)
                .filter(other -> cosine(POSTS_OF.get(user), POSTS_OF.get(other)) > 0)
                .sorted(Comparator.comparingDouble((Long other) -> -cosine(POSTS_OF.get(user), POSTS_OF.get(other))))
                .limit(NEIGHBORS)
                .toList();
    }

    /** For each user as many as are asked for, and as many more as it has met. */
    private Map<String, Double> popular() {
        List<Long> best = PEOPLE_OF.keySet().stream()
                .filter(item -> item <= LAST_RANKED && !PEOPLE_OF.get(item).isEmpty())
                .sorted(Comparator.comparing((Long item) -> -PEOPLE_OF.get(item).size())
                        .thenComparing(item -> item))
                .toList();
        Map<String, Double> popular = new TreeMap<>();
        for (long user = 1; user <= USERS; user++) {
            for (long item : best.subList(0, (int) (4 + user % 3))) {
                popular.put(user + " " + item, (double) PEOPLE_OF.get(item).size());
            }
        }
        return popular;
    }

    private static void add(Map<String, Double> scores, String pair, double score) {
        if (score > 0) {
            scores.put(pair, score);
        }
    }

    @Test
    void randomAndAlsRankAsManyAsAreAskedForTheSameEachTime() {
        assertEquals(rankings, rankings());
        for (String name : List.of("random", "item_als")) {
            Map<String, Long> items = rankings.get(name).keySet().stream()
                    .collect(Collectors.groupingBy(pair -> pair.split(" ", 2)[0], Collectors.counting()));
            long knowing =
                    POSTS_OF.values().stream().filter(posts -> !posts.isEmpty()).count();
            assertEquals(name.equals("random") ? USERS : knowing, items.size(), name);
            items.forEach((user, count) -> assertTrue(
                    name.equals("random") ? count >= 4 : count == 4 + Long.parseLong(user) % 3,
                    name + " gives user " + user + " " + count + " items"));
        }
        assertTrue(
                rankings.get("random").keySet().stream().map(Objects::toString).count() > 100);
    }
}
