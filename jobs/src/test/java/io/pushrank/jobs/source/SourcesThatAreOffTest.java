package io.pushrank.jobs.source;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.source.RandomWorld.Member;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped sources that are off by default: on worlds written by hand, and on a random one against plain Java. */
class SourcesThatAreOffTest {
    @TempDir
    private Path directory;

    private static ConfigFile settings(String source, String... assignments) {
        ConfigFile settings = ConfigFile.shipped().set("candidates.sources." + source + "={limit: 10}");
        for (String assignment : assignments) {
            settings = settings.set("candidates.sources." + source + "." + assignment);
        }
        return settings;
    }

    private static Map<String, String> proposals(TinyWorld world, String source, String... assignments) {
        try (StageContext context = Proposed.context(world, settings(source, assignments))) {
            return Proposed.by(context, source);
        }
    }

    @Test
    void eachIsSwitchedOnByItsLimitAloneAndProposesSomething() {
        TinyWorld world = new RandomWorld(5).write(directory);
        try (StageContext context = Proposed.context(world, EverySource.settings())) {
            for (String source : EverySource.off()) {
                assertFalse(Proposed.by(context, source).isEmpty(), source);
            }
        }
    }

    @Test
    void onARandomWorldEachProposesWhatPlainJavaProposes() {
        RandomWorld random = new RandomWorld(11);
        NaiveProposals naive = new NaiveProposals(random);
        ConfigFile settings = EverySource.settings()
                .set("candidates.sources.friends_of_friends={limit: 9, max_followees: 4, max_posts: 2, max_actors: 2}")
                .set("candidates.sources.interest_topics={limit: 2, max_topics: 2}")
                .set("candidates.sources.random_walk={limit: 9, max_acts: 6, max_people: 4, max_neighbors: 6}")
                .set("candidates.sources.video={limit: 2, max_age_hours: 24}")
                .set("candidates.sources.new_accounts={limit: 1, max_account_days: 30, max_followers: 5,"
                        + " max_impressions: 3, max_posts: 2}")
                .set(
                        "candidates.sources.communities={limit: 9, max_communities: 2, max_posts: 3, max_opened_posts: 2}");
        try (StageContext context = Proposed.context(random.write(directory), settings)) {
            requireEqual(naive.friendsOfFriends(4, 2, 2, 2), context, "friends_of_friends");
            requireEqual(naive.interestTopics(2, 2, 0.3), context, "interest_topics");
            requireEqual(naive.randomWalk(6, 4, 6), context, "random_walk");
            requireEqual(naive.video(2), context, "video");
            requireEqual(naive.newAccounts(1, 30, 5, 3, 2), context, "new_accounts");
            requireEqual(naive.communities(2, 3, 2), context, "communities");
        }
    }

    private static void requireEqual(Map<String, String> expected, StageContext context, String source) {
        assertTrue(expected.size() > 12, source + ": enough to compare: " + expected.size());
        assertEquals(expected, Proposed.by(context, source), source);
    }

    @Test
    void friendsOfFriendsAreAuthorsThatSeveralFolloweesFollow() {
        TinyWorld world = new TinyWorld(directory).people(1, 2, 3, 4, 7, 8, 20, 21, 22, 23);
        world.user(5, "is_suspended", true).relation(4, 1, "mute").engagement(1, 3, 90L, "like", hoursBefore(240));
        for (long followee = 2; followee <= 5; followee++) {
            world.follow(1, followee);
        }
        follow(world, 20, 2, 3, 7, 8);
        follow(world, 21, 3, 5);
        follow(world, 22, 1, 2, 3);
        follow(world, 23, 3, 4);
        follow(world, 1, 2, 3);
        world.post(30, 20, hoursBefore(12))
                .post(31, 20, hoursBefore(1), "in_reply_to_post_id", 30L)
                .post(32, 20, hoursBefore(24.02))
                .post(33, 21, hoursBefore(12))
                .post(34, 22, hoursBefore(12))
                .post(35, 1, hoursBefore(12))
                .post(36, 23, hoursBefore(12))
                .write();

        assertEquals(
                Map.of("1 30", Proposed.text(2 / Math.sqrt(4) / 1.5, List.of(3L, 2L))),
                proposals(world, "friends_of_friends"),
                "5 is suspended, 4 has muted 1; 1 follows 22; of the actors 1 acts on 3");
        assertEquals(
                Map.of("1 30", Proposed.text(2 / Math.sqrt(4) / 1.5, List.of(3L))),
                proposals(world, "friends_of_friends", "min_people=1", "max_followees=2", "max_actors=1"),
                "of each account the two that it acts on most, then those of the lowest id");
    }

    private static void follow(TinyWorld world, long followee, long... users) {
        for (long user : users) {
            world.follow(user, followee);
        }
    }

    private TinyWorld interested(String folder) {
        return new TinyWorld(directory.resolve(folder))
                .people(1, 2, 9)
                .post(90, 9, hoursBefore(60))
                .post(91, 9, hoursBefore(60))
                .postTopic(90, 7, 0.9, hoursBefore(60))
                .postTopic(91, 8, 0.9, hoursBefore(60))
                .engagement(1, 9, 90L, "like", hoursBefore(50))
                .engagement(1, 9, 90L, "click", hoursBefore(50))
                .engagement(1, 9, 91L, "impression", hoursBefore(50))
                .notification(1, 91, 9, hoursBefore(50), "opened_at", hoursBefore(49))
                .notification(2, 91, 9, hoursBefore(50))
                .post(40, 9, hoursBefore(2))
                .post(41, 9, hoursBefore(2))
                .post(42, 9, hoursBefore(2), "language", "en")
                .post(43, 9, hoursBefore(2))
                .postTopic(40, 7, 0.9, hoursBefore(2))
                .postTopic(41, 8, 0.8, hoursBefore(2))
                .postTopic(42, 7, 0.9, hoursBefore(2))
                .postTopic(43, 7, 0.2, hoursBefore(2));
    }

    @Test
    void interestsAreTopicsThatTheUserActsOnAndDoesNotFollow() {
        TinyWorld world = interested("free").write();
        String ofSeven = Proposed.text(2 / 3.0 * 0.9);
        String ofEight = Proposed.text(1 / 3.0 * 0.8);

        assertEquals(
                Map.of("1 40", ofSeven, "1 41", ofEight),
                proposals(world, "interest_topics"),
                "an opened push counts, what was only seen or sent does not; there need be no table topic_follows");
        assertEquals(Map.of("1 40", ofSeven), proposals(world, "interest_topics", "max_topics=1"));
        assertEquals(
                Map.of("1 41", ofEight),
                proposals(interested("following").topicFollow(1, 7).write(), "interest_topics", "max_topics=1"),
                "what is followed takes no place, but counts in the share");
    }

    @Test
    void aWalkEndsWhereThoseWhoActedOnTheSameActed() {
        TinyWorld world = new TinyWorld(directory).people(1, 2, 3, 9);
        for (long post = 1; post <= 4; post++) {
            world.post(post, 9, hoursBefore(20));
        }
        world.engagement(1, 9, 1L, "like", hoursBefore(9))
                .engagement(3, 9, 1L, "like", hoursBefore(8))
                .engagement(2, 9, 1L, "like", hoursBefore(7))
                .engagement(2, 9, 3L, "like", hoursBefore(6))
                .engagement(3, 9, 3L, "like", hoursBefore(5))
                .engagement(3, 9, 4L, "click", hoursBefore(4))
                .write();

        assertEquals(
                Map.of(
                        "1 3", Proposed.text((1 / 2.0 + 1 / 3.0) / 3),
                        "1 4", Proposed.text(1 / 3.0 / 3),
                        "2 4", Proposed.text((1 / 3.0 / 3 + 1 / 3.0 / 2) / 2)),
                proposals(world, "random_walk"),
                "what the user acted on itself is left out");
        assertEquals(
                Map.of("1 3", Proposed.text(1 / 2.0), "2 4", Proposed.text(1 / 3.0 / 2)),
                proposals(world, "random_walk", "max_people=1"),
                "2 was the last who acted on post 1, 3 of post 3");
        assertEquals(
                Map.of("1 3", Proposed.text((1 / 2.0 + 1 / 3.0) / 3)),
                proposals(world, "random_walk", "max_neighbors=1"),
                "from post 3 the walk most probably goes back to post 1");
    }

    @Test
    void videosMayBeOlderThanOtherPosts() {
        TinyWorld world = new TinyWorld(directory).people(1, 2, 3).user(4, "language", "en");
        world.post(10, 4, hoursBefore(30), "media", "video")
                .post(11, 4, hoursBefore(3), "media", "photo")
                .post(12, 4, hoursBefore(48.02), "media", "video")
                .post(13, 4, hoursBefore(3), "media", "video", "language", "en")
                .post(14, 4, hoursBefore(3), "media", "video", "in_reply_to_post_id", 10L);
        for (long post = 10; post <= 14; post++) {
            world.engagement(2, 4, post, "like", hoursBefore(2)).engagement(3, 4, post, "click", hoursBefore(2));
        }
        world.write();
        Map<String, String> videos = new TreeMap<>();
        for (long user = 1; user <= 3; user++) {
            videos.put(user + " 10", Proposed.text(2));
        }
        videos.put("4 13", Proposed.text(2));

        assertEquals(videos, proposals(world, "video"));
        try (StageContext context = world.context(settings("video"), new Candidates())) {
            context.relations()
                    .instead(Table.TARGETS, context.read(Table.USERS).withColumn("is_eligible", functions.lit(true)));
            List<String> reasons = new Candidates()
                    .judge(context).filter("user_id = 1 AND item_id = 10").collectAsList().stream()
                            .map(row -> row.getAs("notification_type") + " " + row.getList(row.fieldIndex("reasons")))
                            .toList();
            assertEquals(List.of("video []"), reasons, "the rule too_old knows");
        }
    }

    @Test
    void newAccountsHaveTheirLeastShownPostOnARing() {
        Object[] isNew = {"created_at", hoursBefore(24 * 5)};
        TinyWorld world = new TinyWorld(directory)
                .people(1, 2, 14)
                .user(11, isNew)
                .user(12, isNew)
                .user(13, isNew)
                .user(15, "created_at", hoursBefore(24 * 5), "is_suspended", true)
                .user(16, "created_at", hoursBefore(24 * 5), "country", "DE");
        long[] authors = {11, 11, 12, 13, 14, 15, 16};
        int[] impressions = {1, 0, 2, 3, 0, 0, 0};
        for (int number = 0; number < authors.length; number++) {
            world.post(20L + number, authors[number], hoursBefore(3));
            for (int seen = 0; seen < impressions[number]; seen++) {
                world.engagement(2, authors[number], 20L + number, "impression", hoursBefore(2 - seen / 10.0));
            }
        }
        world.write();
        String[] known = {"max_impressions=3", "max_followers=0"};

        assertEquals(
                Map.of(
                        "1 22", Proposed.text(1),
                        "2 21", Proposed.text(1),
                        "11 22", Proposed.text(1),
                        "12 21", Proposed.text(1),
                        "13 22", Proposed.text(1),
                        "14 21", Proposed.text(1),
                        "15 22", Proposed.text(1)),
                proposals(world, "new_accounts", known[0], known[1], "limit=1", "max_account_days=6"),
                "one post an author, and each user begins at another");
        assertEquals(
                Map.of(
                        "1 24", Proposed.text(1),
                        "2 21", Proposed.text(1),
                        "11 24", Proposed.text(1),
                        "12 21", Proposed.text(1),
                        "13 24", Proposed.text(1),
                        "14 21", Proposed.text(1),
                        "15 24", Proposed.text(1)),
                proposals(world, "new_accounts", "limit=1", "max_account_days=0", "max_followers=1", "max_posts=2"),
                "whom nobody follows, however old; of the posts that nobody saw the lowest ids");
    }

    /** User 1 is interested in community 11, user 2 in both, user 3 in none. */
    private TinyWorld ofCommunities(String folder) {
        TinyWorld world = new TinyWorld(directory.resolve(folder)).people(1, 2, 3, 11, 12, 13, 14);
        follow(world, 11, 1, 2, 3);
        follow(world, 12, 1, 2);
        follow(world, 13, 2);
        follow(world, 14, 2);
        RandomWorld.write(
                world,
                List.of(
                        new Member(11, 11, 1f),
                        new Member(12, 11, 0.5f),
                        new Member(13, 13, 1f),
                        new Member(14, 13, 0.75f),
                        new Member(14, 11, 0.25f)));
        return world.post(20, 14, hoursBefore(10))
                .post(21, 14, hoursBefore(10))
                .post(22, 14, hoursBefore(10), "in_reply_to_post_id", 20L)
                .post(23, 14, hoursBefore(24.02))
                .post(24, 1, hoursBefore(10))
                .engagement(1, 14, 20L, "like", hoursBefore(8))
                .engagement(1, 14, 20L, "click", hoursBefore(9))
                .engagement(3, 14, 20L, "like", hoursBefore(1))
                .engagement(2, 14, 21L, "repost", hoursBefore(3))
                .engagement(1, 14, 21L, "impression", hoursBefore(4))
                .engagement(1, 14, 22L, "like", hoursBefore(1))
                .engagement(1, 14, 23L, "like", hoursBefore(1))
                .engagement(1, 1, 24L, "like", hoursBefore(1));
    }

    @Test
    void ofCommunitiesPostsOnWhichItsInterestedUsersActedAreProposed() {
        TinyWorld world = ofCommunities("acts")
                .follow(3, 12, "followed_at", TinyWorld.AS_OF)
                .engagement(2, 14, 20L, "like", TinyWorld.AS_OF)
                .notification(1, 21, 14, hoursBefore(1), "opened_at", TinyWorld.AS_OF)
                .write();
        // User 2 and post 21 have to do with both communities alike, user 1 and post 20 with community 11 alone.
        double half = Math.sqrt(0.5);

        assertEquals(
                Map.of(
                        "1 20", Proposed.text(1),
                        "1 21", Proposed.text(half),
                        "2 20", Proposed.text(half),
                        "2 21", Proposed.text(1)),
                proposals(world, "communities"),
                "no reply, nothing too old, no act on an own post, nothing to user 3, and nothing of the as-of instant or later");
        assertEquals(
                Map.of("1 21", Proposed.text(half), "2 21", Proposed.text(1)),
                proposals(world, "communities", "max_posts=1"),
                "half of user 2's three hours ago is more than all of user 1's eight hours ago");
        assertEquals(
                Map.of(
                        "1 20", Proposed.text(1),
                        "1 21", Proposed.text(half),
                        "2 20", Proposed.text(half),
                        "2 21", Proposed.text(0.5)),
                proposals(world, "communities", "max_communities=1"),
                "of equal communities that of the lowest id");
    }

    @Test
    void pushesThatACommunityOpenedAreProposedToIt() {
        TinyWorld world = ofCommunities("opens")
                .notification(1, 20, 14, hoursBefore(9), "opened_at", hoursBefore(8))
                .notification(2, 21, 14, hoursBefore(9))
                .write();

        assertEquals(
                Map.of("1 20", Proposed.text(1), "2 20", Proposed.text(Math.sqrt(0.5))),
                proposals(world, "communities", "max_posts=0"));
    }

    @Test
    void capsKeepTheStrongestOfAPostAndOfACommunity() {
        TinyWorld world = ofCommunities("caps").write();
        String view = Resources.text("conf/views/post_communities.sql");
        String narrow = view.replace("<= 50)", "<= 1)").replace("<= 2000", "<= 3");
        assertEquals(view.length() - "0".length() - "000".length(), narrow.length(), "both caps are there once");
        ConfigFile settings = ConfigFile.of(
                        ConfFolder.shipped().over("my-conf", Map.of("views/post_communities.sql", narrow)))
                .set("candidates.sources.communities={limit: 10}");
        try (StageContext context = Proposed.context(world, settings)) {
            assertEquals(
                    Map.of("1 21", Proposed.text(1), "2 21", Proposed.text(Math.sqrt(0.5))),
                    Proposed.by(context, "communities"),
                    "posts 22 and 23 take their places in community 11, and 20 is the last; of 21's equal communities the lowest");
        }
    }

    @Test
    void withoutAModelThereAreNoCommunities() throws IOException {
        TinyWorld world = ofCommunities("none").write();
        Files.delete(Path.of(world.layout().models(), "communities", "champion"));
        ConfigFile settings = settings("communities");
        for (String source :
                ConfigFile.shipped().config().candidates().sources().keySet()) {
            settings = settings.set("candidates.sources." + source + "=null");
        }
        try (StageContext context = world.context(settings)) {
            Dataset<Row> users = context.read(Table.USERS);
            Expect.failure(
                    ExitCode.INPUT_REJECTED,
                    "every source of candidates is skipped: no input table of any is there",
                    () -> Candidates.merged(context, users));
        }
    }

    @Test
    void cosinesAreFactsOfUsersAndPostsAndZeroWithoutAModel() throws IOException {
        TinyWorld world = ofCommunities("facts")
                .notification(1, 20, 14, hoursBefore(9), "opened_at", hoursBefore(8))
                .write();
        double half = Math.sqrt(0.5);
        assertEquals(
                Map.of(
                        "1 20", List.of("1.000000", "1.000000"),
                        "1 21", List.of("%.6f".formatted(half), "0.000000"),
                        "2 20", List.of("%.6f".formatted(half), "%.6f".formatted(half)),
                        "2 21", List.of("1.000000", "0.000000"),
                        "3 20", List.of("0.000000", "0.000000"),
                        "3 21", List.of("0.000000", "0.000000")),
                cosines(world));

        Files.delete(Path.of(world.layout().models(), "communities", "champion"));
        cosines(world).forEach((pair, none) -> assertEquals(List.of("0.000000", "0.000000"), none, pair));
    }

    /** By "user item" the cosines of those who acted on it, and who opened it. */
    private static Map<String, List<String>> cosines(TinyWorld world) {
        List<Reference> cosines =
                List.of(new Reference("interest", "cosine"), new Reference("interest", "opened_cosine"));
        Map<String, List<String>> found = new TreeMap<>();
        try (StageContext context = world.context(ConfigFile.shipped())) {
            Dataset<Row> rows = context.read(Table.USERS)
                    .filter("user_id < 4")
                    .selectExpr(
                            "user_id",
                            "'post' AS item_type",
                            "explode(array(20L, 21L)) AS item_id",
                            "14L AS author_id");
            context.facts(cosines)
                    .join(rows)
                    .select("user_id", "item_id", "interest.cosine", "interest.opened_cosine")
                    .collectAsList()
                    .forEach(row -> found.put(
                            row.getLong(0) + " " + row.getLong(1),
                            List.of("%.6f".formatted(row.getDouble(2)), "%.6f".formatted(row.getDouble(3)))));
        }
        return found;
    }
}
