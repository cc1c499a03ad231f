package io.pushrank.jobs.source;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.source.RandomWorld.Act;
import io.pushrank.jobs.source.RandomWorld.Person;
import io.pushrank.jobs.source.RandomWorld.Post;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    Map<String, String> randomWalk(int maxActs, int maxPeople, int maxNeighbors) {
        Set<Long> users = world.acts().stream().map(Act::user).collect(Collectors.toSet());
        Map<Long, List<Act>> latest = new HashMap<>();
        users.forEach(user -> latest.put(user, first(maxActs, lastActs(user))));
        Map<Post, Map<Post, BigDecimal>> steps = new HashMap<>();
        for (Post known : world.posts()) {
            List<Act> people = latest.values().stream()
                    .flatMap(List::stream)
                    .filter(act -> act.post().equals(known))
                    .sorted(Comparator.comparing(Act::at).reversed())
                    .toList();
            steps.put(known, step(known, first(maxPeople, people), latest, maxNeighbors));
        }
        Map<String, Double> scores = new TreeMap<>();
        for (Person target : world.people()) {
            Set<Post> own = new HashSet<>();
            lastActs(target.id()).forEach(act -> own.add(act.post()));
            List<Act> acts = latest.getOrDefault(target.id(), List.of());
            for (Act act : acts) {
                steps.get(act.post()).forEach((found, probability) -> {
                    if (!own.contains(found)) {
                        scores.merge(
                                target.id() + " " + found.id(), probability.doubleValue() / acts.size(), Double::sum);
                    }
                });
            }
        }
        return texts(scores);
    }

    /** The most probable posts at which a walk ends that begins at a post. */
    private static Map<Post, BigDecimal> step(
            Post known, List<Act> people, Map<Long, List<Act>> latest, int maxNeighbors) {
        Map<Post, BigDecimal> ends = new HashMap<>();
        for (Act act : people) {
            List<Act> next = latest.get(act.user());
            for (Act end : next) {
                if (!end.post().equals(known)
                        && RandomWorld.isFresh(end.post().at())
                        && !end.post().isReply()) {
                    ends.merge(end.post(), quotient(BigDecimal.ONE, next.size()), BigDecimal::add);
                }
            }
        }
        ends.replaceAll((post, sum) -> quotient(sum, people.size()));
        List<Post> best = ends.keySet().stream()
                .sorted(Comparator.comparing((Post post) -> ends.get(post).negate())
                        .thenComparing(Post::id))
                .toList();
        ends.keySet().retainAll(first(maxNeighbors, best));
        return ends;
    }

    private static BigDecimal quotient(BigDecimal dividend, int divisor) {
        return dividend.divide(BigDecimal.valueOf(divisor), 12, RoundingMode.HALF_UP);
    }

    /** A user's last act on each post of others, the last of all first. */
    private List<Act> lastActs(long user) {
        Map<Post, Act> last = new HashMap<>();
        world.acts().stream()
                .filter(act ->
                        act.user() == user && act.isAction() && act.post().author() != user)
                .forEach(act ->
                        last.merge(act.post(), act, (one, other) -> one.at().isAfter(other.at()) ? one : other));
        return last.values().stream()
                .sorted(Comparator.comparing(Act::at).reversed())
                .toList();
    }

    Map<String, String> video(int limit) {
        Map<String, Double> scores = new TreeMap<>();
        for (Person target : world.people()) {
            Map<Long, Double> people = new TreeMap<>();
            for (Post post : world.freshPosts()) {
                long actors = world.acts().stream()
                        .filter(act -> act.post().equals(post) && act.isAction() && RandomWorld.isFresh(act.at()))
                        .map(Act::user)
                        .distinct()
                        .count();
                if (actors > 0 && post.media().equals("video") && Objects.equals(post.language(), target.language())) {
                    people.put(post.id(), (double) actors);
                }
            }
            List<Long> best = people.keySet().stream()
                    .sorted(Comparator.comparing((Long post) -> -people.get(post))
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
            first(limit, best).forEach(post -> scores.put(target.id() + " " + post, people.get(post)));
        }
        return texts(scores);
    }

    Map<String, String> newAccounts(int limit, int maxAccountDays, int maxFollowers, int maxImpressions, int maxPosts) {
        Comparator<Post> leastShown = Comparator.<Post>comparingLong(post -> world.count(post, "impression"))
                .thenComparing(Post::id);
        Map<String, Double> scores = new TreeMap<>();
        for (Person target : world.people()) {
            List<Post> ring = new ArrayList<>();
            for (Person author : world.people()) {
                boolean isNew =
                        Duration.between(author.createdAt(), TinyWorld.AS_OF).toHours() < 24L * maxAccountDays;
                if (world.isRecommendable(author.id())
                        && Objects.equals(author.country(), target.country())
                        && (isNew || world.followers(author.id()) < maxFollowers)) {
                    // Another language's post may be the author's least shown.
                    world.freshPosts().stream()
                            .filter(post ->
                                    post.author() == author.id() && world.count(post, "impression") < maxImpressions)
                            .min(leastShown)
                            .filter(post -> Objects.equals(post.language(), target.language()))
                            .ifPresent(ring::add);
                }
            }
            List<Post> least = first(maxPosts, ring.stream().sorted(leastShown).toList());
            for (int turn = 0; turn < Math.min(limit, least.size()); turn++) {
                Post post = least.get((int) ((target.id() + turn) % least.size()));
                if (post.author() != target.id()) {
                    scores.put(target.id() + " " + post.id(), 1.0 / (1 + turn));
                }
            }
        }
        return texts(scores);
    }

    Map<String, String> communities(int maxCommunities, int maxPosts, int maxOpenedPosts) {
        Map<Long, Map<Long, Double>> interests = new TreeMap<>();
        Stream.concat(
                        world.people().stream().map(Person::id),
                        world.acts().stream().map(Act::user))
                .forEach(user -> interests.put(user, interests(user)));
        List<Act> acts = new ArrayList<>();
        interests.keySet().forEach(user -> acts.addAll(lastActs(user)));
        List<Act> opens = world.opens().stream()
                .map(open -> new Act(
                        open.user(), open.post(), "open", open.post().at().plusSeconds(60)))
                .distinct()
                .toList();
        Map<String, Double> scores = new TreeMap<>();
        addCosines(scores, interests, acts, maxCommunities, maxPosts);
        addCosines(scores, interests, opens, maxCommunities, maxOpenedPosts);
        return texts(scores);
    }

    /** A user's communities with their weights, the strongest first. */
    private Map<Long, Double> interests(long user) {
        Map<Long, Double> sums = new TreeMap<>();
        Map<Long, Integer> followees = new TreeMap<>();
        world.members().stream()
                .filter(member -> world.isFollowing(user, member.author()))
                .forEach(member -> {
                    sums.merge(member.community(), (double) member.weight(), Double::sum);
                    followees.merge(member.community(), 1, Integer::sum);
                });
        sums.keySet().removeIf(community -> followees.get(community) < 2);
        return ofLengthOne(sums);
    }

    /** By community the logarithms of what there is of each, the most first, their squares 1 in sum. */
    private static Map<Long, Double> ofLengthOne(Map<Long, Double> amounts) {
        double squares = amounts.values().stream()
                .mapToDouble(amount -> Math.pow(Math.log1p(amount), 2))
                .sum();
        Map<Long, Double> weights = new LinkedHashMap<>();
        amounts.keySet().stream()
                .sorted(Comparator.comparing((Long community) -> -amounts.get(community))
                        .thenComparing(Comparator.naturalOrder()))
                .forEach(community -> weights.put(community, Math.log1p(amounts.get(community)) / Math.sqrt(squares)));
        return weights;
    }

    /** Adds the cosines of users and posts by one kind of acts, where they are greater than what is there. */
    private void addCosines(
            Map<String, Double> scores,
            Map<Long, Map<Long, Double>> interests,
            List<Act> acts,
            int maxCommunities,
            int maxPosts) {
        Map<Post, Map<Long, Double>> amounts = new HashMap<>();
        for (Act act : acts) {
            if (RandomWorld.isFresh(act.at())) {
                double decay = Math.pow(
                        0.5, Duration.between(act.at(), TinyWorld.AS_OF).toMinutes() / 480.0);
                interests.getOrDefault(act.user(), Map.of()).forEach((community, weight) -> amounts.computeIfAbsent(
                                act.post(), absent -> new TreeMap<>())
                        .merge(community, Math.round(1e6 * weight * decay) / 1e6, Double::sum));
            }
        }
        Map<Long, List<Post>> best = new TreeMap<>();
        for (long community = 1; community <= 4; community++) {
            long each = community;
            best.put(
                    each,
                    first(
                            maxPosts,
                            world.freshPosts().stream()
                                    .filter(post ->
                                            amounts.getOrDefault(post, Map.of()).containsKey(each))
                                    // In millionths, since sums of the doubles may differ where those are equal.
                                    .sorted(Comparator.comparing((Post post) -> -Math.round(
                                                    1e6 * amounts.get(post).get(each)))
                                            .thenComparing(Post::id))
                                    .toList()));
        }
        for (Person target : world.people()) {
            Map<String, Double> cosines = new TreeMap<>();
            interests.get(target.id()).entrySet().stream()
                    .limit(maxCommunities)
                    .forEach(interest -> best.get(interest.getKey()).stream()
                            .filter(post -> post.author() != target.id())
                            .forEach(post -> cosines.merge(
                                    target.id() + " " + post.id(),
                                    interest.getValue()
                                            * ofLengthOne(amounts.get(post)).get(interest.getKey()),
                                    Double::sum)));
            cosines.forEach((pair, cosine) -> scores.merge(pair, cosine, Math::max));
        }
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
