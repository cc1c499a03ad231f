package io.pushrank.jobs.source;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each source's SQL on a world written by hand, and three of them on random worlds against plain Java. */
class SourceQueriesTest {
    private final ConfigFile settings = ConfigFile.shipped()
            .set("candidates.sources.popular.limit=3")
            .set("candidates.sources.social_proof.max_actors=2")
            .set("candidates.sources.co_engagement.min_people=2");

    @TempDir
    private Path directory;

    private StageContext context(TinyWorld world) {
        return Proposed.context(world, settings);
    }

    private void recommend(TinyWorld world, long user, long author, double score) throws IOException {
        Path models = Path.of(world.layout().models(), "collaborative");
        TinyWorld.writeFile(
                models.resolve("1/recommended_authors/part-0.parquet"),
                TinyWorld.messageType(Table.RECOMMENDED_AUTHORS),
                List.of(Map.of("user_id", user, "author_id", author, "score", score, "rank", 1)));
        Files.writeString(models.resolve("champion"), "1\n");
    }

    @Test
    void eachSourceProposesWhatItSays() throws IOException {
        TinyWorld world = new TinyWorld(directory)
                .user(1)
                .user(2)
                .user(3)
                .user(4)
                .user(5)
                .user(6, "country", null, "language", null)
                .user(7, "country", null)
                .follow(1, 2)
                .follow(1, 3)
                .follow(1, 5)
                .follow(1, 7, "followed_at", TinyWorld.AS_OF)
                .topicFollow(1, 7)
                .topicFollow(6, 7)
                .relation(1, 3, "no_reposts")
                .relation(5, 1, "mute")
                .post(10, 2, hoursBefore(1))
                .post(11, 2, hoursBefore(24.02))
                .post(12, 2, hoursBefore(1), "in_reply_to_post_id", 10L)
                .post(13, 4, hoursBefore(2))
                .post(14, 5, hoursBefore(3), "language", "en")
                .post(15, 3, hoursBefore(24))
                .post(16, 4, hoursBefore(4), "language", null)
                .post(17, 7, hoursBefore(1))
                .post(18, 4, hoursBefore(5), "language", "en")
                .postTopic(16, 7, 0.9, hoursBefore(4))
                .postTopic(18, 7, 0.8, hoursBefore(5))
                .postTopic(13, 7, 0.9, hoursBefore(2))
                .postTopic(14, 7, 0.2, hoursBefore(3))
                .postTopic(12, 7, 1.0, hoursBefore(1))
                .engagement(1, 2, 90L, "like", hoursBefore(240))
                .engagement(1, 2, 90L, "impression", hoursBefore(240))
                .engagement(2, 4, 13L, "like", hoursBefore(1.5))
                .engagement(2, 4, 13L, "like", hoursBefore(1.4))
                .engagement(2, 4, 13L, "repost", hoursBefore(1.2))
                .engagement(3, 4, 13L, "like", hoursBefore(1))
                .engagement(3, 5, 14L, "repost", hoursBefore(1))
                .engagement(5, 4, 13L, "like", hoursBefore(1))
                .engagement(2, 2, 10L, "like", hoursBefore(0.5))
                .engagement(3, 2, 12L, "like", hoursBefore(0.5))
                .engagement(3, 2, 10L, "impression", hoursBefore(0.5))
                .engagement(7, 4, 16L, "like", hoursBefore(2))
                .write();
        recommend(world, 1, 4, 0.5);
        try (StageContext context = context(world)) {
            assertEquals(
                    Map.of(
                            "1 10", Proposed.text((1 + Math.log(3)) / 2, List.of()),
                            "1 14", Proposed.text(1 / 4.0, List.of()),
                            "1 15", Proposed.text(1 / 25.0, List.of())),
                    Proposed.by(context, "in_network"),
                    "no post of before the window, no reply, nobody followed since the as-of instant");
            assertEquals(
                    Map.of("1 13", Proposed.text(3 + 3 + 1, List.of(2L, 3L)), "1 12", Proposed.text(1, List.of(3L))),
                    Proposed.by(context, "social_proof"),
                    "user 2 counts for like and repost, not for its own post; 5 has muted 1; 3's reposts are unwanted");
            assertEquals(
                    Map.of(
                            "1 13", Proposed.text(0.9 * (1 + Math.log(1 + 4 + 1)), List.of()),
                            "1 16", Proposed.text(0.9 * (1 + Math.log(1 + 1)), List.of()),
                            "6 13", Proposed.text(0.9 * (1 + Math.log(1 + 4 + 1)), List.of()),
                            "6 16", Proposed.text(0.9 * (1 + Math.log(1 + 1)), List.of()),
                            "6 18", Proposed.text(0.8, List.of())),
                    Proposed.by(context, "followed_topics"),
                    "too weak annotations, replies and other languages are left out; what is unknown fits any");
            assertEquals(
                    Map.of(
                            "1 13", Proposed.text(0.5 / (1 + 120 / 1440.0), List.of()),
                            "1 16", Proposed.text(0.5 / (1 + 240 / 1440.0), List.of()),
                            "1 18", Proposed.text(0.5 / (1 + 300 / 1440.0), List.of())),
                    Proposed.by(context, "collaborative"));
            Map<String, String> popular = new TreeMap<>();
            for (long user = 1; user <= 5; user++) {
                popular.put(user + " 13", Proposed.text(3, List.of()));
                popular.put(user + " 10", Proposed.text(1, List.of()));
            }
            popular.put("6 16", Proposed.text(1, List.of()));
            assertEquals(
                    popular, Proposed.by(context, "popular"), "of the same country and language, unknown ones alike");
        }
    }

    @Test
    void accountsThatAreNotToBeRecommendedDoNotVouch() {
        TinyWorld world = new TinyWorld(directory)
                .user(1)
                .user(2)
                .user(3, "is_suspended", true)
                .user(4, "is_protected", true)
                .user(5, "is_unsuitable", true)
                .user(6)
                .user(7)
                .user(9)
                .relation(1, 6, "block")
                .relation(7, 1, "mute")
                .post(20, 9, hoursBefore(2))
                .post(21, 9, hoursBefore(2));
        // 8 is not in table users.
        for (long actor = 2; actor <= 8; actor++) {
            world.follow(1, actor).engagement(actor, 9, 20L, "like", hoursBefore(1));
        }
        world.engagement(3, 9, 21L, "repost", hoursBefore(1)).write();
        try (StageContext context = context(world)) {
            assertEquals(
                    Map.of("1 20", Proposed.text(1, List.of(2L))),
                    Proposed.by(context, "social_proof"),
                    "nor do they give a post any score: of post 21 there is nothing to say");
        }
    }

    @Test
    void onRandomWorldsSourcesProposeWhatPlainJavaProposes() {
        RandomWorld random = new RandomWorld(11);
        try (StageContext context = context(random.write(directory))) {
            Map<String, String> inNetwork = new TreeMap<>();
            random.inNetwork().forEach((pair, score) -> inNetwork.put(pair, Proposed.text(score, List.of())));
            assertTrue(inNetwork.size() > 30, "enough to compare: " + inNetwork.size());
            assertEquals(inNetwork, Proposed.by(context, "in_network"));

            Map<String, String> socialProof = new TreeMap<>();
            random.socialProof(2)
                    .forEach((pair, proof) -> socialProof.put(pair, Proposed.text(proof.score(), proof.actors())));
            assertTrue(socialProof.size() > 30, "enough to compare: " + socialProof.size());
            assertTrue(random.forbiddenProofs() > 10, "enough to leave out: " + random.forbiddenProofs());
            assertEquals(socialProof, Proposed.by(context, "social_proof"));

            Map<String, String> popular = new TreeMap<>();
            random.popular(3).forEach((pair, people) -> popular.put(pair, Proposed.text(people, List.of())));
            assertTrue(popular.size() > 30, "enough to compare: " + popular.size());
            assertEquals(popular, Proposed.by(context, "popular"));

            Map<String, String> coEngagement = new TreeMap<>();
            random.coEngagement(2).forEach((pair, score) -> coEngagement.put(pair, Proposed.text(score, List.of())));
            assertTrue(coEngagement.size() > 30, "enough to compare: " + coEngagement.size());
            assertEquals(coEngagement, Proposed.by(context, "co_engagement"));
        }
    }

    @Test
    void coEngagementKnowsAUserByItsLatestActs() {
        TinyWorld world = new TinyWorld(directory).people(1, 2, 3, 4, 9);
        for (long post = 1; post <= 4; post++) {
            world.post(post, 9, hoursBefore(20.0 + post));
        }
        // 1 acted on posts 1 and 2, on 2 last; who acted on 1 acted on 3 too, who acted on 2 on 4.
        world.engagement(1, 9, 1L, "like", hoursBefore(9)).engagement(1, 9, 2L, "like", hoursBefore(8));
        for (long user = 2; user <= 3; user++) {
            world.engagement(user, 9, 1L, "like", hoursBefore(9)).engagement(user, 9, 3L, "like", hoursBefore(7));
        }
        world.engagement(4, 9, 2L, "click", hoursBefore(9))
                .engagement(4, 9, 4L, "reply", hoursBefore(7))
                .engagement(9, 9, 4L, "like", hoursBefore(1))
                .write();
        try (StageContext context =
                Proposed.context(world, settings.set("candidates.sources.co_engagement.min_people=1"))) {
            Map<String, String> proposals = Proposed.by(context, "co_engagement");
            assertEquals(Proposed.text(2 / Math.sqrt(3 * 2), List.of()), proposals.get("1 3"));
            assertEquals(
                    Proposed.text(1 / Math.sqrt(2), List.of()),
                    proposals.get("1 4"),
                    "authors do not tell of their own");
        }
        try (StageContext context = Proposed.context(
                world,
                settings.set("candidates.sources.co_engagement.min_people=1")
                        .set("candidates.sources.co_engagement.max_acts=1"))) {
            assertEquals(
                    Map.of(), Proposed.by(context, "co_engagement"), "of each user one act is left, so no two posts");
        }
        try (StageContext context = Proposed.context(
                world,
                settings.set("candidates.sources.co_engagement.min_people=1")
                        .set("candidates.sources.co_engagement.max_similar=1"))) {
            assertEquals(
                    Set.of("1 3", "1 4"),
                    Proposed.by(context, "co_engagement").keySet().stream()
                            .filter(pair -> pair.startsWith("1 "))
                            .collect(Collectors.toSet()),
                    "of each post the most similar one: 3 of 1, 4 of 2");
        }
    }
}
