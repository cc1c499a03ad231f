package io.pushrank.jobs.source;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.source.RandomWorld.Person;
import io.pushrank.jobs.source.RandomWorld.Post;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the sources that are off by default have to propose in a random world, as {@link Proposed} shows it. */
final class NaiveProposals {
    private final RandomWorld world;

    NaiveProposals(RandomWorld world) {
        this.world = world;
    }

    Map<String, String> friendsOfFriends(int maxFollowees, int minPeople, int maxPosts, int maxActors) {
        Map<String, String> proposals = new TreeMap<>();
        for (Person target : world.people()) {
            Map<Long, List<Long>> between = new TreeMap<>();
            for (long followee : first(maxFollowees, world.closestFollows(target.id()))) {
                if (world.isRecommendable(followee) && !world.isBlockedOrMuted(target.id(), followee)) {
                    first(maxFollowees, world.closestFollows(followee))
                            .forEach(author -> between.computeIfAbsent(author, absent -> new ArrayList<>())
                                    .add(followee));
                }
            }
            between.forEach((author, followees) -> {
                if (author != target.id() && !world.isFollowing(target.id(), author) && followees.size() >= minPeople) {
                    List<Post> posts = world.freshPosts().stream()
                            .filter(post -> post.author() == author)
                            .sorted(Comparator.comparing(Post::at).reversed().thenComparing(Post::id))
                            .toList();
                    for (Post post : first(maxPosts, posts)) {
                        double days =
                                Duration.between(post.at(), TinyWorld.AS_OF).toMinutes() / 1440.0;
                        proposals.put(
                                target.id() + " " + post.id(),
                                Proposed.text(
                                        followees.size() / Math.sqrt(world.followers(author)) / (1 + days),
                                        first(maxActors, followees)));
                    }
                }
            });
        }
        return proposals;
    }

    private static <T> List<T> first(int most, List<T> all) {
        return all.subList(0, Math.min(most, all.size()));
    }
}
