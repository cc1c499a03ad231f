package io.pushrank.jobs.source;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.stage.StageContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
                .set("candidates.sources.friends_of_friends={limit: 9, max_followees: 4, max_posts: 2, max_actors: 2}");
        try (StageContext context = Proposed.context(random.write(directory), settings)) {
            requireEqual(naive.friendsOfFriends(4, 2, 2, 2), context, "friends_of_friends");
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
}
