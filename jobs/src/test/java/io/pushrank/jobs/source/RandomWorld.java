package io.pushrank.jobs.source;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.table.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
import java.util.stream.Stream;

/** A seeded world of a few dozen rows, and what sources have to propose in it, by loops over lists. */
public final class RandomWorld {
    private static final int USERS = 18;
    /** Accounts that others follow and that act, but that table users does not have. */
    private static final int UNKNOWN = 2;

    private static final int TOPICS = 6;
    private static final int COMMUNITIES = 4;

    private static final Instant START = TinyWorld.hoursBefore(24);
    private static final List<String> KINDS =
            List.of("like", "repost", "reply", "quote", "click", "impression", "profile_visit", "dislike");
    private static final Map<String, Long> WEIGHTS =
            Map.of("repost", 4L, "reply", 4L, "quote", 4L, "like", 2L, "click", 1L, "profile_visit", 1L);
    private static final Set<String> ACTIONS = Set.of("like", "repost", "reply", "quote", "click");

    /**
     * An account.
     *
     * @param flag column of table users that is TRUE and forbids to recommend it; null when none is
     */
    record Person(long id, String country, String language, String flag, Instant createdAt) {}

    private record Follow(long user, long followee) {}

    private record Bar(long user, long other, String kind) {}

    /**
     * A post.
     *
     * @param topics scores by topic
     */
    record Post(
            long id,
            long author,
            Instant at,
            boolean isReply,
            String language,
            String media,
            Map<Long, Double> topics) {}

    record Act(long user, Post post, String kind, Instant at) {
        boolean isAction() {
            return ACTIONS.contains(kind);
        }
    }

    /** A push that the user opened. */
    record Open(long user, Post post) {}

    /** A row of the communities model. */
    record Member(long author, long community, float weight) {}

    /** What social proof has to say of a post. */
    record Proof(double score, List<Long> actors) {}

    private final List<Person> people = new ArrayList<>();
    private final Set<Follow> follows;
    private final Set<Bar> bars;
    private final List<Post> posts = new ArrayList<>();
    private final List<Act> acts = new ArrayList<>();
    private final Map<Long, Set<Long>> topicFollows = new TreeMap<>();
    private final List<Open> opens = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();

    public RandomWorld(long seed) {
        Random random = new Random(seed);
        for (long id = 1; id <= USERS; id++) {
            String flag = id % 4 == 0 ? pick(random, "is_suspended", "is_protected", "is_unsuitable") : null;
            people.add(new Person(
                    id,
                    pick(random, "FR", "FR", "DE", null),
                    pick(random, "fr", "fr", "de", null),
                    flag,
                    TinyWorld.hoursBefore(24.0 * (3 + random.nextInt(60)))));
        }
        Comparator<Follow> byPair = Comparator.comparing(Follow::user).thenComparing(Follow::followee);
        follows = new TreeSet<>(byPair);
        bars = new TreeSet<>(
                Comparator.comparing(Bar::user).thenComparing(Bar::other).thenComparing(Bar::kind));
        for (int number = 0; number < 90; number++) {
            follows.add(new Follow(person(random), anyone(random)));
        }
        for (int number = 0; number < 15; number++) {
            bars.add(new Bar(
                    person(random),
                    person(random),
                    pick(random, "block", "mute", "hide_recommendations", "no_reposts")));
        }
        for (long id = 1; id <= 50; id++) {
            Instant at = TinyWorld.hoursBefore(0.1 + random.nextInt(280) / 10.0);
            boolean isReply = random.nextInt(6) == 0;
            Map<Long, Double> topics = new TreeMap<>();
            for (int number = 0; number < 2; number++) {
                topics.put(1L + random.nextInt(TOPICS), 0.1 + random.nextInt(10) / 10.0);
            }
            posts.add(new Post(
                    id,
                    person(random),
                    at,
                    isReply,
                    pick(random, "fr", "fr", "de", null),
                    pick(random, "video", "photo"),
                    topics));
        }
        for (int number = 0; number < 300; number++) {
            Post post = posts.get(random.nextInt(posts.size()));
            String kind = KINDS.get(random.nextInt(KINDS.size()));
            // All at different instants, for the whole row but the instant may repeat.
            Instant at = post.at().plusSeconds(1 + number);
            if (at.isBefore(TinyWorld.AS_OF)) {
                acts.add(new Act(anyone(random), post, kind, at));
            }
        }
        for (int number = 0; number < 20; number++) {
            topicFollows
                    .computeIfAbsent(person(random), absent -> new TreeSet<>())
                    .add(1L + random.nextInt(TOPICS));
            opens.add(new Open(person(random), posts.get(random.nextInt(posts.size()))));
        }
        for (long author = 1; author <= USERS + UNKNOWN; author++) {
            long first = random.nextInt(COMMUNITIES);
            int eighths = 1 + random.nextInt(8);
            members.add(new Member(author, 1 + first, eighths / 8f));
            if (eighths < 8) {
                members.add(new Member(author, 1 + (first + 1) % COMMUNITIES, (8 - eighths) / 8f));
            }
        }
    }

    private static long person(Random random) {
        return 1L + random.nextInt(USERS);
    }

    private static long anyone(Random random) {
        return 1L + random.nextInt(USERS + UNKNOWN);
    }

    private static String pick(Random random, String... values) {
        return values[random.nextInt(values.length)];
    }

    public TinyWorld write(Path directory) {
        TinyWorld world = new TinyWorld(directory);
        people.forEach(person -> world.user(
                person.id(),
                "created_at",
                person.createdAt(),
                "country",
                person.country(),
                "language",
                person.language(),
                "is_suspended",
                "is_suspended".equals(person.flag()),
                "is_protected",
                "is_protected".equals(person.flag()),
                "is_unsuitable",
                "is_unsuitable".equals(person.flag())));
        follows.forEach(follow -> world.follow(follow.user(), follow.followee()));
        bars.forEach(bar -> world.relation(bar.user(), bar.other(), bar.kind()));
        posts.forEach(post -> {
            world.post(
                    post.id(),
                    post.author(),
                    post.at(),
                    "language",
                    post.language(),
                    "media",
                    post.media(),
                    "in_reply_to_post_id",
                    post.isReply() ? 1L : null);
            post.topics().forEach((topic, score) -> world.postTopic(post.id(), topic, score, post.at()));
        });
        topicFollows.forEach((user, topics) -> topics.forEach(topic -> world.topicFollow(user, topic)));
        opens.forEach(open -> world.notification(
                open.user(),
                open.post().id(),
                open.post().author(),
                open.post().at(),
                "opened_at",
                open.post().at().plusSeconds(60)));
        acts.forEach(act ->
                world.engagement(act.user(), act.post().author(), act.post().id(), act.kind(), act.at()));
        write(world, members);
        return world.write();
    }

    /** Writes a communities model and puts it in use. */
    static void write(TinyWorld world, List<Member> members) {
        Path models = Path.of(world.layout().models(), "communities");
        TinyWorld.writeFile(
                models.resolve("1/communities/part-0.parquet"),
                TinyWorld.messageType(Table.COMMUNITIES),
                members.stream()
                        .map(member -> Map.<String, Object>of(
                                "author_id",
                                member.author(),
                                "community",
                                member.community(),
                                "weight",
                                member.weight()))
                        .toList());
        try {
            Files.writeString(models.resolve("champion"), "1\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, Double> inNetwork() {
        Map<String, Double> proposals = new TreeMap<>();
        for (Follow follow : follows) {
            for (Post post : posts) {
                if (post.author() == follow.followee() && isFresh(post.at()) && !post.isReply()) {
                    double hours = Duration.between(post.at(), TinyWorld.AS_OF).toMinutes() / 60.0;
                    double score = (1 + Math.log(1.0 + weight(follow.user(), follow.followee()))) / (1 + hours);
                    proposals.put(follow.user() + " " + post.id(), score);
                }
            }
        }
        return proposals;
    }

    Map<String, Proof> socialProof(int mostActors) {
        Map<String, Proof> proposals = new TreeMap<>();
        for (Person person : people) {
            for (Post post : posts) {
                Set<String> counted = new TreeSet<>();
                Set<Long> actors = new TreeSet<>(Comparator.comparingLong((Long actor) -> -weight(person.id(), actor))
                        .thenComparing(Comparator.naturalOrder()));
                double score = 0;
                for (Act act : acts) {
                    boolean counts = act.post().equals(post)
                            && isFresh(post.at())
                            && isFresh(act.at())
                            && Set.of("like", "repost").contains(act.kind())
                            && follows.contains(new Follow(person.id(), act.user()))
                            && act.user() != post.author()
                            && act.user() != person.id()
                            && isRecommendable(act.user())
                            && !isBarred(person.id(), act);
                    if (counts && counted.add(act.user() + act.kind())) {
                        score += 1 + weight(person.id(), act.user());
                        actors.add(act.user());
                    }
                }
                if (!actors.isEmpty()) {
                    List<Long> best = actors.stream().limit(mostActors).toList();
                    proposals.put(person.id() + " " + post.id(), new Proof(score, best));
                }
            }
        }
        return proposals;
    }

    Map<String, Double> popular(int limit) {
        Map<String, Double> proposals = new TreeMap<>();
        for (Person target : people) {
            Map<Long, Set<Long>> actors = new HashMap<>();
            for (Act act : acts) {
                Post post = act.post();
                if (act.isAction()
                        && isFresh(act.at())
                        && isFresh(post.at())
                        && !post.isReply()
                        && Objects.equals(post.language(), target.language())
                        && isKnown(act.user())
                        && Objects.equals(person(act.user()).country(), target.country())) {
                    actors.computeIfAbsent(post.id(), absent -> new TreeSet<>()).add(act.user());
                }
            }
            actors.entrySet().stream()
                    .sorted(Comparator.<Map.Entry<Long, Set<Long>>>comparingInt(
                                    entry -> -entry.getValue().size())
                            .thenComparing(Map.Entry::getKey))
                    .limit(limit)
                    .forEach(entry -> proposals.put(target.id() + " " + entry.getKey(), (double)
                            entry.getValue().size()));
        }
        return proposals;
    }

    /** Likeness of posts by who acted on both, at least {@code minPeople}, summed over what a user acted on. */
    Map<String, Double> coEngagement(int minPeople) {
        Map<Long, Set<Long>> people = new TreeMap<>();
        acts.stream()
                .filter(act -> act.isAction() && act.user() != act.post().author())
                .forEach(act -> people.computeIfAbsent(act.post().id(), absent -> new TreeSet<>())
                        .add(act.user()));
        Map<String, Double> proposals = new TreeMap<>();
        for (Person target : this.people) {
            for (Post found : posts) {
                Set<Long> who = people.getOrDefault(found.id(), Set.of());
                people.forEach((known, others) -> {
                    long together = others.stream().filter(who::contains).count();
                    if (known != found.id()
                            && others.contains(target.id())
                            && isFresh(found.at())
                            && !found.isReply()
                            && together >= minPeople) {
                        proposals.merge(
                                target.id() + " " + found.id(),
                                together / Math.sqrt((double) who.size() * others.size()),
                                Double::sum);
                    }
                });
            }
        }
        return proposals;
    }

    List<Person> people() {
        return people;
    }

    List<Post> posts() {
        return posts;
    }

    /** Posts of the last day that answer none. */
    List<Post> freshPosts() {
        return posts.stream()
                .filter(post -> isFresh(post.at()) && !post.isReply())
                .toList();
    }

    List<Act> acts() {
        return acts;
    }

    List<Open> opens() {
        return opens;
    }

    List<Member> members() {
        return members;
    }

    boolean isFollowing(long user, long followee) {
        return follows.contains(new Follow(user, followee));
    }

    boolean isFollowingTopic(long user, long topic) {
        return topicFollows.getOrDefault(user, Set.of()).contains(topic);
    }

    int followers(long account) {
        return (int)
                follows.stream().filter(follow -> follow.followee() == account).count();
    }

    /** The accounts that one follows, those that it acts on most first. */
    List<Long> closestFollows(long user) {
        return follows.stream()
                .filter(follow -> follow.user() == user)
                .map(Follow::followee)
                .sorted(Comparator.comparingLong((Long followee) -> -weight(user, followee))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    long count(Post post, String... kinds) {
        return acts.stream()
                .filter(act -> act.post().equals(post) && List.of(kinds).contains(act.kind()))
                .count();
    }

    /** As sources of topics weigh it: by the topic's score, and by how often it was liked, reposted or answered. */
    double topicScore(Post post, long topic) {
        return post.topics().get(topic) * (1 + Math.log(1.0 + count(post, "like", "repost", "reply", "quote")));
    }

    private static boolean isKnown(long account) {
        return account <= USERS;
    }

    boolean isRecommendable(long account) {
        return isKnown(account) && person(account).flag() == null;
    }

    /** Proofs that only accounts which may not be recommended could give: followed, not barred, recently active. */
    long forbiddenProofs() {
        return acts.stream()
                .filter(act -> !isRecommendable(act.user())
                        && isFresh(act.at())
                        && isFresh(act.post().at()))
                .filter(act -> Set.of("like", "repost").contains(act.kind()))
                .mapToLong(act -> people.stream()
                        .filter(person -> follows.contains(new Follow(person.id(), act.user())))
                        .count())
                .sum();
    }

    private Person person(long id) {
        return people.get((int) id - 1);
    }

    static boolean isFresh(Instant at) {
        return !at.isBefore(START);
    }

    private long weight(long user, long author) {
        return user == author
                ? 0
                : acts.stream()
                        .filter(act -> act.user() == user && act.post().author() == author)
                        .mapToLong(act -> WEIGHTS.getOrDefault(act.kind(), 0L))
                        .sum();
    }

    private boolean isBarred(long user, Act act) {
        return isBlockedOrMuted(user, act.user())
                || (act.kind().equals("repost") && bars.contains(new Bar(user, act.user(), "no_reposts")));
    }

    /** Whether one of the two did so to the other. */
    boolean isBlockedOrMuted(long user, long other) {
        return Stream.of("block", "mute")
                .anyMatch(
                        kind -> bars.contains(new Bar(user, other, kind)) || bars.contains(new Bar(other, user, kind)));
    }
}
