package io.pushrank.jobs.source;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.source.RandomWorld.Person;
import io.pushrank.jobs.source.RandomWorld.Post;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

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

    Map<String, String> interestTopics(int limit, int maxTopics, double minScore) {
        Map<String, Double> scores = new TreeMap<>();
        for (Person target : world.people()) {
            Map<Long, Long> acts = new TreeMap<>();
            world.acts().stream()
                    .filter(act -> act.user() == target.id() && act.isAction())
                    .forEach(act -> act.post().topics().keySet().forEach(topic -> acts.merge(topic, 1L, Long::sum)));
            world.opens().stream()
                    .filter(open -> open.user() == target.id())
                    .forEach(open -> open.post().topics().keySet().forEach(topic -> acts.merge(topic, 1L, Long::sum)));
            long all = acts.values().stream().mapToLong(Long::longValue).sum();
            List<Long> topics = acts.keySet().stream()
                    .filter(topic -> !world.isFollowingTopic(target.id(), topic))
                    .sorted(Comparator.comparingLong((Long topic) -> -acts.get(topic))
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
            for (long topic : first(maxTopics, topics)) {
                Map<String, List<Post>> byLanguage = world.freshPosts().stream()
                        .filter(post -> post.topics().getOrDefault(topic, 0.0) >= minScore)
                        .sorted(Comparator.comparingDouble((Post post) -> -world.topicScore(post, topic))
                                .thenComparing(Post::id))
                        .collect(Collectors.groupingBy(post -> Objects.toString(post.language())));
                byLanguage.forEach((language, posts) -> {
                    if (language.equals("null") || target.language() == null || language.equals(target.language())) {
                        first(limit, posts)
                                .forEach(post -> scores.merge(
                                        target.id() + " " + post.id(),
                                        (double) acts.get(topic) / all * world.topicScore(post, topic),
                                        Math::max));
                    }
                });
            }
        }
        return texts(scores);
    }

    private static Map<String, String> texts(Map<String, Double> scores) {
        Map<String, String> texts = new TreeMap<>();
        scores.forEach((pair, score) -> texts.put(pair, Proposed.text(score)));
        return texts;
    }

    private static <T> List<T> first(int most, List<T> all) {
        return all.subList(0, Math.min(most, all.size()));
    }
}
