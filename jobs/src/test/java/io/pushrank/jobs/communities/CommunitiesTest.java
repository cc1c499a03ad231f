package io.pushrank.jobs.communities;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.communities.Communities.Similarity;
import io.pushrank.jobs.communities.Communities.Summary;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommunitiesTest {
    private static final ConfigFile SETTINGS = ConfigFile.shipped()
            .set("communities.min_followers=4")
            .set("communities.min_common_followers=2")
            .set("communities.max_similar=6");

    @TempDir
    private Path directory;

    /** Followees by user: most of the user's group (its id modulo 3), others by chance. Authors are 101 to 130. */
    private static Map<Long, Set<Long>> follows(long seed, double share, double chance) {
        Random random = new Random(seed);
        Map<Long, Set<Long>> follows = new TreeMap<>();
        for (long user = 1; user <= 60; user++) {
            Set<Long> followees = new TreeSet<>();
            for (long author = 101; author <= 130; author++) {
                if (random.nextDouble() < (author % 3 == user % 3 ? share : chance)) {
                    followees.add(author);
                }
            }
            follows.put(user, followees);
        }
        return follows;
    }

    private TinyWorld world(String folder, Map<Long, Set<Long>> follows) {
        TinyWorld world = new TinyWorld(directory.resolve(folder));
        follows.forEach((user, followees) -> followees.forEach(author -> world.follow(user, author)));
        return world;
    }

    private static Summary train(TinyWorld world, ConfigFile settings, String version) {
        try (StageContext context = world.context(settings)) {
            return Communities.train(context.relations(), version);
        }
    }

    /** Rows as "author community weight". */
    private static List<String> rows(TinyWorld world) {
        try (StageContext context = world.context(SETTINGS)) {
            return context.read(Table.COMMUNITIES).collectAsList().stream()
                    .map(row -> row.getLong(0) + " " + row.getLong(1) + " " + row.getFloat(2))
                    .toList();
        }
    }

    @Test
    void authorsWithTheSameFollowersAreACommunity() throws IOException {
        Map<Long, Set<Long>> follows = follows(3, 0.5, 0.02);
        TinyWorld world = world("one", follows).write();

        Summary summary = train(world, SETTINGS, "1");

        assertEquals(3, summary.communities());
        assertEquals(10, summary.largest());
        assertEquals(30, summary.clusteredAuthors());
        assertTrue(summary.modularity() > 0.5, "modularity " + summary.modularity());
        List<String> rows = rows(world);
        Map<Long, Double> sums = new TreeMap<>();
        for (String row : rows) {
            String[] parts = row.split(" ", -1);
            sums.merge(Long.parseLong(parts[0]), Double.parseDouble(parts[2]), Double::sum);
            if (Double.parseDouble(parts[2]) > 0.5) {
                assertEquals(Long.parseLong(parts[0]) % 3, Long.parseLong(parts[1]) % 3, row);
            }
        }
        assertEquals(30, sums.size());
        sums.forEach((author, sum) -> assertEquals(1, sum, 1e-5, "of at most three communities all shares are kept"));
        Set<Long> names =
                rows.stream().map(row -> Long.parseLong(row.split(" ", -1)[1])).collect(Collectors.toSet());
        Set<Long> mostFollowed = new HashSet<>();
        for (long group = 0; group < 3; group++) {
            long each = group;
            mostFollowed.add(follows.values().stream()
                    .flatMap(Set::stream)
                    .filter(author -> author % 3 == each)
                    .collect(Collectors.groupingBy(author -> author, TreeMap::new, Collectors.counting()))
                    .entrySet()
                    .stream()
                    .max(Map.Entry.<Long, Long>comparingByValue()
                            .thenComparing(
                                    Map.Entry.<Long, Long>comparingByKey().reversed()))
                    .orElseThrow()
                    .getKey());
        }
        assertEquals(mostFollowed, names);
        String json = Files.readString(Path.of(world.layout().models(), "communities/1", Communities.FILE));
        assertTrue(json.contains("\"clustered_authors\" : 30"), json);
        assertTrue(json.contains("\"min_followers\" : 4"), json);

        assertEquals(summary, train(world, SETTINGS.set("output_partitions=3"), "2"));
        assertEquals(rows, rows(world));
        Expect.failure(
                ExitCode.USAGE,
                "model " + world.layout().models()
                        + "/communities/2 exists already: a version never changes, name another",
                () -> train(world, SETTINGS, "2"));
    }

    @Test
    void similaritiesAreWhatPlainJavaFindsAndLaterFollowsChangeNothing() {
        Map<Long, Set<Long>> follows = follows(7, 0.4, 0.2);
        TinyWorld world = world("two", follows);
        for (long user = 1; user <= 40; user++) {
            world.follow(user, 131, "followed_at", TinyWorld.AS_OF);
        }
        world.write();
        ConfigFile settings = SETTINGS.set("communities.min_followers=14")
                .set("communities.max_authors=20")
                .set("communities.max_followees=6")
                .set("communities.max_similar=3");
        Set<String> expected = naive(follows, 14, 20, 6, 2, 3);
        assertTrue(expected.size() > 20, "enough to compare: " + expected.size());

        try (StageContext context = world.context(settings)) {
            int authors = Communities.authors(context.relations()).size();
            assertEquals(20, authors);
            assertEquals(
                    expected,
                    Communities.similarities(context.relations()).stream()
                            .map(CommunitiesTest::text)
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    private static String text(Similarity pair) {
        return pair.author() + " " + pair.other() + " " + pair.similarity();
    }

    private static Set<String> naive(
            Map<Long, Set<Long>> follows,
            int minFollowers,
            int maxAuthors,
            int maxFollowees,
            int minCommon,
            int maxSimilar) {
        Map<Long, Set<Long>> all = new TreeMap<>();
        follows.forEach((user, followees) -> followees.forEach(
                author -> all.computeIfAbsent(author, absent -> new TreeSet<>()).add(user)));
        List<Long> authors = all.keySet().stream()
                .filter(author -> all.get(author).size() >= minFollowers)
                .sorted(Comparator.comparingInt(
                                (Long author) -> -all.get(author).size())
                        .thenComparing(Comparator.naturalOrder()))
                .limit(maxAuthors)
                .toList();
        Map<Long, Set<Long>> counted = new TreeMap<>();
        follows.forEach((user, followees) -> followees.stream()
                .filter(authors::contains)
                .sorted(Comparator.comparingLong(author -> XXH64.hashLong(author, XXH64.hashLong(user, 42))))
                .limit(maxFollowees)
                .forEach(author -> counted.computeIfAbsent(author, absent -> new TreeSet<>())
                        .add(user)));
        Set<String> pairs = new TreeSet<>();
        for (long author : counted.keySet()) {
            Map<Long, Long> similar = new TreeMap<>();
            counted.forEach((other, users) -> {
                long common =
                        users.stream().filter(counted.get(author)::contains).count();
                if (other != author && common >= minCommon) {
                    similar.put(
                            other,
                            Math.round(
                                    1e9 * common / Math.sqrt(counted.get(author).size() * (double) users.size())));
                }
            });
            similar.keySet().stream()
                    .sorted(Comparator.comparing((Long other) -> -similar.get(other))
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(maxSimilar)
                    .forEach(other -> pairs.add(text(
                            new Similarity(Math.min(author, other), Math.max(author, other), similar.get(other)))));
        }
        return pairs;
    }

    @Test
    void withoutSimilarAuthorsThereIsNoModel() {
        TinyWorld world = world("three", Map.of(1L, Set.of(5L), 2L, Set.of(5L), 3L, Set.of(6L), 4L, Set.of(6L)))
                .write();
        Expect.failure(
                ExitCode.INPUT_REJECTED,
                "table follows must have authors of at least 2 followers (communities.min_followers) of whom two have 1 in"
                        + " common (communities.min_common_followers) before 2026-03-14T12:00:00Z, but of 2 such authors no two have",
                () -> train(
                        world,
                        SETTINGS.set("communities.min_followers=2").set("communities.min_common_followers=1"),
                        "1"));
        assertTrue(Files.notExists(Path.of(world.layout().models(), "communities")));
    }

    @Test
    void anAuthorsSharesAreThoseOfItsSimilarity() {
        SimilarityGraph graph = SimilarityGraph.of(
                4,
                List.of(
                        new SimilarityGraph.Edge(0, 1, 6),
                        new SimilarityGraph.Edge(0, 2, 1),
                        new SimilarityGraph.Edge(0, 3, 1),
                        new SimilarityGraph.Edge(2, 3, 4)));
        long[] ids = {10, 20, 30, 40};
        long[] names = Communities.names(new int[] {0, 0, 1, 2}, ids, Map.of(10L, 5L, 20L, 7L, 30L, 2L, 40L, 2L));

        assertEquals(
                List.of("10 20 0.75", "10 30 0.125", "20 20 1.0", "30 40 0.8", "30 20 0.2", "40 30 0.8", "40 20 0.2"),
                Communities.memberships(graph, new int[] {0, 0, 1, 2}, ids, names, 2).stream()
                        .map(member -> member.author() + " " + member.community() + " " + member.weight())
                        .toList(),
                "called by the most followed; of equal shares the lowest name");
    }
}
