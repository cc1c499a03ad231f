package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureList;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What features are made of, on seeded random worlds against plain loops; and that no feature sees what comes later. */
class FeatureViewsTest {
    private static final int USERS = 8;
    private static final int POSTS = 30;
    private static final List<String> KINDS = List.of(
            "like", "repost", "reply", "quote", "click", "impression", "profile_visit", "dislike", "report", "update");
    private static final List<String> ACTIONS = List.of("like", "repost", "reply", "quote", "click");
    private static final Map<String, Long> WEIGHTS =
            Map.of("repost", 4L, "reply", 4L, "quote", 4L, "like", 2L, "click", 1L, "profile_visit", 1L);

    @TempDir
    private Path directory;

    private record Post(long id, long author, String language, String media, int length, List<Long> topics) {}

    private record Act(long user, long author, Post post, String kind, Instant at) {
        boolean isAction() {
            return ACTIONS.contains(kind);
        }

        /** Whole days, the last 24 hours being day 0. */
        long daysAgo() {
            return Duration.between(at, TinyWorld.AS_OF).minusMillis(1).toDays();
        }
    }

    private record Push(long user, Post post, String type, Instant openedAt, Instant dislikedAt) {}

    /** Lists of random rows, all of them before the as-of instant. */
    private static final class Rows {
        private final List<Post> posts = new ArrayList<>();
        private final List<Act> acts = new ArrayList<>();
        private final List<Push> pushes = new ArrayList<>();

        Rows(long seed) {
            Random random = new Random(seed);
            for (long id = 1; id <= POSTS; id++) {
                List<Long> topics = random.nextInt(5) == 0
                        ? List.of()
                        : random.nextBoolean() ? List.of(1L + random.nextInt(4)) : List.of(1L + random.nextInt(2), 5L);
                posts.add(new Post(
                        id,
                        user(random),
                        pick(random, Arrays.asList("fr", "en", null)),
                        pick(random, List.of("none", "photo", "video")),
                        random.nextInt(280),
                        topics));
            }
            for (int number = 0; number < 500; number++) {
                Post post = pick(random, posts);
                String kind = pick(random, KINDS);
                // Whole seconds that are all different, over the 20 days before the instant.
                Instant at = TinyWorld.hoursBefore(0).minusSeconds(1 + 3400L * number + random.nextInt(3000));
                acts.add(new Act(user(random), post.author(), kind.equals("profile_visit") ? null : post, kind, at));
            }
            for (int number = 0; number < 80; number++) {
                Instant opened = random.nextInt(3) == 0 ? TinyWorld.hoursBefore(1 + random.nextInt(40)) : null;
                Instant disliked = random.nextInt(6) == 0 ? TinyWorld.hoursBefore(1) : null;
                pushes.add(new Push(
                        user(random),
                        pick(random, posts),
                        pick(random, List.of("in_network", "popular")),
                        opened,
                        disliked));
            }
        }

        private static long user(Random random) {
            return 1L + random.nextInt(USERS);
        }

        private static <T> T pick(Random random, List<T> values) {
            return values.get(random.nextInt(values.size()));
        }

        TinyWorld in(Path directory) {
            TinyWorld world = new TinyWorld(directory);
            for (long user = 1; user <= USERS; user++) {
                world.user(user, "time_zone", user == 1 ? "Mars/Olympus" : "Asia/Tokyo", "age_bucket", "25-34");
                world.device(user);
            }
            world.follow(1, 2).follow(2, 1).topicFollow(1, 5).relation(3, 2, "mute");
            for (Post post : posts) {
                Instant at = TinyWorld.hoursBefore(2).minus(Duration.ofHours(post.id()));
                world.post(
                        post.id(),
                        post.author(),
                        at,
                        "language",
                        post.language(),
                        "media",
                        post.media(),
                        "text_length",
                        post.length());
                post.topics().forEach(topic -> world.postTopic(post.id(), topic, topic / 10.0, at));
            }
            acts.forEach(act -> world.engagement(
                    act.user(),
                    act.author(),
                    act.post() == null ? null : act.post().id(),
                    act.kind(),
                    act.at()));
            pushes.forEach(push -> world.notification(
                    push.user(),
                    push.post().id(),
                    push.post().author(),
                    TinyWorld.hoursBefore(48),
                    "notification_type",
                    push.type(),
                    "opened_at",
                    push.openedAt(),
                    "disliked_at",
                    push.dislikedAt()));
            return world;
        }
    }

    /** Rows of a view: the first columns, so many, as a key, the others as the value. */
    private static Map<String, String> view(Relations relations, String name, int keys, String... columns) {
        Map<String, String> rows = new TreeMap<>();
        for (Row row : relations.all(name).collectAsList()) {
            List<String> values = Arrays.stream(columns)
                    .map(column -> String.valueOf(row.<Object>getAs(column)))
                    .toList();
            String before = rows.put(
                    String.join(" ", values.subList(0, keys)), String.join(" ", values.subList(keys, columns.length)));
            assertEquals(null, before, name + " has a key twice");
        }
        return rows;
    }

    private static <T> Map<String, String> grouped(
            List<T> rows, Function<T, String> key, Function<List<T>, String> value) {
        Map<String, String> grouped = new TreeMap<>();
        rows.stream().collect(Collectors.groupingBy(key)).forEach((name, of) -> grouped.put(name, value.apply(of)));
        return grouped;
    }

    private static String joined(Object... values) {
        return Arrays.stream(values).map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static <T> long count(List<T> rows, Predicate<T> predicate) {
        return rows.stream().filter(predicate).count();
    }

    private static long days(List<Act> acts, Predicate<Act> predicate) {
        return acts.stream().filter(predicate).map(Act::daysAgo).distinct().count();
    }

    private static long halved(Act act) {
        return 1024 >> (act.daysAgo() / 3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void viewsOnEngagementsCountWhatLoopsCount(long seed) {
        Rows rows = new Rows(seed);
        try (StageContext context = rows.in(directory).write().context(ConfigFile.shipped())) {
            List<Act> seen = rows.acts.stream()
                    .filter(act -> !act.kind().equals("update"))
                    .toList();
            assertEquals(
                    grouped(
                            seen,
                            act -> joined(act.user()),
                            acts -> joined(
                                    days(acts, act -> true),
                                    days(acts, act -> act.daysAgo() < 7),
                                    days(acts, act -> act.kind().equals("impression")),
                                    days(acts, Act::isAction),
                                    acts.stream()
                                            .filter(Act::isAction)
                                            .mapToLong(FeatureViewsTest::halved)
                                            .sum(),
                                    count(
                                            acts,
                                            act -> act.isAction()
                                                    && act.post().media().equals("none")),
                                    count(
                                            acts,
                                            act -> act.kind().equals("impression")
                                                    && act.post().length() >= 140))),
                    view(
                            context.relations(),
                            "user_activity",
                            1,
                            "user_id",
                            "active_days",
                            "active_days_7d",
                            "seen_days",
                            "acted_days",
                            "recent_actions",
                            "plain_actions",
                            "long_impressions"));

            List<Act> ofLanguages = seen.stream()
                    .filter(act -> act.post() != null && act.post().language() != null)
                    .toList();
            Map<String, String> languages = new TreeMap<>();
            for (Row row : context.relations().all("user_activity").collectAsList()) {
                row.<String, Row>getJavaMap(row.fieldIndex("languages"))
                        .forEach((language, counts) -> languages.put(
                                row.getAs("user_id") + " " + language,
                                counts.getAs("impressions") + " " + counts.getAs("actions")));
            }
            assertEquals(
                    grouped(
                            ofLanguages,
                            act -> joined(act.user(), act.post().language()),
                            acts -> joined(
                                    count(acts, act -> act.kind().equals("impression")), count(acts, Act::isAction))),
                    languages);

            List<Act> edges =
                    seen.stream().filter(act -> act.user() != act.author()).toList();
            assertEquals(
                    grouped(
                            edges,
                            act -> joined(act.user(), act.author()),
                            acts -> joined(
                                    count(acts, act -> List.of("dislike", "report")
                                            .contains(act.kind())),
                                    days(acts, act -> WEIGHTS.containsKey(act.kind())),
                                    days(acts, act -> act.kind().equals("impression")),
                                    acts.stream()
                                            .mapToLong(act -> WEIGHTS.getOrDefault(act.kind(), 0L))
                                            .sum(),
                                    acts.stream()
                                            .mapToLong(act -> WEIGHTS.getOrDefault(act.kind(), 0L) * halved(act))
                                            .sum())),
                    view(
                            context.relations(),
                            "edges",
                            2,
                            "user_id",
                            "author_id",
                            "dislikes",
                            "engaged_days",
                            "seen_days",
                            "weight",
                            "recent_weight"));

            assertEquals(
                    grouped(
                            edges.stream()
                                    .filter(act -> WEIGHTS.containsKey(act.kind()))
                                    .toList(),
                            act -> joined(act.user(), act.author()),
                            acts -> joined(
                                    acts.size(),
                                    acts.stream().collect(Collectors.groupingBy(Act::daysAgo)).values().stream()
                                            .mapToLong(day -> (long) day.size() * day.size())
                                            .sum())),
                    view(context.relations(), "edge_days", 2, "user_id", "author_id", "acts", "squares"));

            assertEquals(
                    grouped(
                            seen.stream()
                                    .filter(act -> act.isAction() && !act.kind().equals("click"))
                                    .toList(),
                            act -> joined(act.user(), act.post().id()),
                            acts -> joined(
                                    count(acts, act -> act.kind().equals("like")) > 0,
                                    count(acts, act -> act.kind().equals("repost")) > 0,
                                    count(acts, act -> List.of("reply", "quote").contains(act.kind())) > 0)),
                    view(
                            context.relations(),
                            "post_actors",
                            2,
                            "user_id",
                            "item_id",
                            "is_liked",
                            "is_reposted",
                            "is_replied"));
        }
    }

    /** One event on a topic. */
    private record OnTopic(long user, long topic, String kind) {}

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void viewsOnPushesAndTopicsCountWhatLoopsCount(long seed) {
        Rows rows = new Rows(seed);
        try (StageContext context = rows.in(directory).write().context(ConfigFile.shipped())) {
            List<OnTopic> events = new ArrayList<>();
            for (Act act : rows.acts) {
                if (act.isAction() || act.kind().equals("impression")) {
                    String kind = act.isAction() ? "action" : "impression";
                    act.post().topics().forEach(topic -> events.add(new OnTopic(act.user(), topic, kind)));
                }
            }
            for (Push push : rows.pushes) {
                String kind = push.openedAt() == null ? "push" : "open";
                push.post().topics().forEach(topic -> events.add(new OnTopic(push.user(), topic, kind)));
            }
            assertEquals(
                    grouped(
                            events,
                            event -> joined(event.user(), event.topic()),
                            of -> joined(
                                    count(of, event -> event.kind().equals("action")),
                                    count(of, event -> event.kind().equals("impression")),
                                    count(of, event -> List.of("push", "open").contains(event.kind())),
                                    count(of, event -> event.kind().equals("open")))),
                    view(
                            context.relations(),
                            "user_topics",
                            2,
                            "user_id",
                            "topic_id",
                            "actions",
                            "impressions",
                            "pushes",
                            "opens"));

            Function<List<Push>, String> outcomes = pushes -> joined(
                    pushes.size(),
                    count(pushes, push -> push.openedAt() != null),
                    count(pushes, push -> push.dislikedAt() != null));
            assertEquals(
                    grouped(rows.pushes, push -> joined(push.user(), push.type()), outcomes),
                    view(
                            context.relations(),
                            "user_push_types",
                            2,
                            "user_id",
                            "notification_type",
                            "pushes",
                            "opens",
                            "dislikes"));
            assertEquals(
                    grouped(rows.pushes, push -> joined(push.post().id()), outcomes),
                    view(context.relations(), "post_pushes", 1, "post_id", "pushes", "opens", "dislikes"));
            assertEquals(
                    grouped(
                            rows.pushes.stream()
                                    .filter(push -> Objects.nonNull(push.openedAt()))
                                    .toList(),
                            push -> joined(
                                    push.user(), push.openedAt().toString().substring(11, 13)),
                            pushes -> joined(pushes.size())),
                    view(context.relations(), "user_open_hours", 2, "user_id", "hour", "opens").entrySet().stream()
                            .collect(Collectors.toMap(
                                    entry -> entry.getKey().replaceAll(" (\\d)$", " 0$1"), Map.Entry::getValue)));
        }
    }

    /** Every feature of both rankers for every user and three posts, as text. */
    private static List<String> features(TinyWorld world) {
        FeatureList features = FeatureList.parse("conf/features.yaml", Resources.text("conf/features.yaml"));
        List<Map<String, Object>> candidates = new ArrayList<>();
        for (long user = 1; user <= USERS; user++) {
            for (long post : List.of(1L, 2L, 3L)) {
                Map<String, Object> candidate = new HashMap<>();
                candidate.put("user_id", user);
                candidate.put("item_type", "post");
                candidate.put("item_id", post);
                candidate.put("author_id", new Rows(6).posts.get((int) post - 1).author());
                candidate.put("notification_type", "in_network");
                candidate.put("is_in_network", false);
                candidate.put(
                        "sources", new Row[] {RowFactory.create("social_proof", 1, 2.0, new Long[] {1L, 2L, 3L})});
                candidates.add(candidate);
            }
        }
        try (StageContext context = world.context(ConfigFile.shipped())) {
            return Hydration.both(
                            context,
                            Published.rows(context.relations().spark(), Table.CANDIDATES, candidates),
                            features)
                    .selectExpr("concat_ws(' ', user_id, item_id, to_json(features), to_json(light_features)) AS text")
                    .collectAsList()
                    .stream()
                    .map(row -> row.getString(0))
                    .sorted()
                    .toList();
        }
    }

    /** Rows of every kind about user 1, post 1 and its author, at an instant. */
    private static TinyWorld withRowsAt(TinyWorld world, Instant at) {
        Post post = new Rows(6).posts.get(0);
        for (String kind : KINDS) {
            world.engagement(1, post.author(), kind.equals("profile_visit") ? null : 1L, kind, at);
            world.engagement(2, 1, null, "profile_visit", at);
        }
        return world.post(900, post.author(), at, "media", "photo")
                .postTopic(1, 9, 0.99, at)
                .notification(1, 1, post.author(), at, "opened_at", at.plusSeconds(1), "disliked_at", at.plusSeconds(1))
                .follow(1, 7, "followed_at", at)
                .follow(7, 1, "followed_at", at)
                .topicFollow(1, 1, "followed_at", at)
                .relation(1, post.author(), "block", "created_at", at)
                .device(1, "device_id", 901L, "platform", "ios", "registered_at", at);
    }

    @Test
    void noFeatureSeesARowOfTheInstantOrLater() {
        List<String> expected =
                features(new Rows(6).in(directory.resolve("without")).write());

        assertEquals(
                expected,
                features(withRowsAt(new Rows(6).in(directory.resolve("at")), TinyWorld.AS_OF)
                        .write()));
        assertEquals(
                expected,
                features(withRowsAt(new Rows(6).in(directory.resolve("after")), TinyWorld.AS_OF.plusSeconds(3600))
                        .write()));
        assertNotEquals(
                expected,
                features(withRowsAt(new Rows(6).in(directory.resolve("before")), TinyWorld.AS_OF.minusSeconds(3600))
                        .write()),
                "the same rows an hour earlier do make a difference");
    }
}
