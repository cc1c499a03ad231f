package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The logging policy: which posts were pushed to a user on a day, and what came of it. It explores, and never ranks. */
final class Pushing {
    private static final long DAY = 86_400;
    private static final String[] SOURCES = {"in_network", "social_proof", "followed_topics", "popular", "exploration"};
    private static final double[] SHARES = {0.35, 0.55, 0.7, 0.85, 1};

    private final WorldModel model;
    private final Draw draw;
    private final Network network;
    private final Person person;
    private final boolean isReachable;
    private final Set<Long> unwanted;

    Pushing(WorldModel model, Network network) {
        this.model = model;
        this.draw = model.draw();
        this.network = network;
        this.person = network.person();
        this.isReachable = person.isPushEnabled()
                && !person.isSuspended()
                && new Devices(model).of(person).stream().anyMatch(Devices.Device::isPushCapable);
        this.unwanted = model.graph().relations(person, network.follows()).stream()
                .map(relation -> relation.userId() == person.id() ? relation.otherId() : relation.userId())
                .collect(Collectors.toSet());
    }

    /**
     * A push and its outcome; instants are seconds since 1970, 0 for never.
     *
     * @param number of the push within its day
     */
    record Push(
            long userId,
            Post post,
            int day,
            int number,
            String notificationType,
            Truth truth,
            long sentAt,
            long openedAt,
            long tabClickedAt,
            long engagedAt,
            long dislikedAt) {}

    /**
     * A post that the policy chose.
     *
     * @param number of the push within its day
     * @param source index of the source that offered the post
     */
    record Choice(int day, int number, int source, long postId) {}

    /** What to push on a day: posts of the 24 h before its as-of instant. */
    List<Choice> choices(int day) {
        List<Choice> choices = new ArrayList<>();
        long asOf = model.options().asOf(day);
        if (!isReachable || person.createdAt() >= asOf) {
            return choices;
        }
        int count = count(day);
        Set<Long> chosen = new HashSet<>();
        for (int number = 0; number < count; number++) {
            long key = key(day, number);
            int source = source(draw.uniform(Purpose.PUSH_SOURCE, person.id(), key));
            // A source that has nothing to offer hands over to the next.
            for (int attempt = 0; attempt < SOURCES.length; attempt++, source = (source + 1) % SOURCES.length) {
                Optional<Post> post = candidate(source, day, asOf, key)
                        .filter(candidate -> candidate.authorId() != person.id()
                                && !unwanted.contains(candidate.authorId())
                                && chosen.add(candidate.id()));
                if (post.isPresent()) {
                    choices.add(new Choice(day, number, source, post.get().id()));
                    break;
                }
            }
        }
        return choices;
    }

    private int count(int day) {
        return person.isGuest() || draw.uniform(Purpose.PUSH_COUNT, person.id(), day) < 0.4 ? 1 : 2;
    }

    private long key(int day, int number) {
        return 4L * day + number;
    }

    private static int source(double uniform) {
        int source = 0;
        while (uniform >= SHARES[source]) {
            source++;
        }
        return source;
    }

    private Optional<Post> candidate(int source, int day, long asOf, long key) {
        long from = asOf - DAY;
        long id = person.id();
        double pick = draw.uniform(Purpose.PUSH_PICK, id, key);
        return switch (SOURCES[source]) {
            case "in_network" -> any(network.posts(from, asOf), pick);
            case "social_proof" -> person.isInNetworkOnly() ? Optional.empty() : vouchedFor(day, from, asOf, key, pick);
            case "followed_topics" ->
                person.isGuest() || person.isInNetworkOnly()
                        ? Optional.empty()
                        : model.topicPost(
                                person.interests().get((int) (pick * 3)), person.group(), from, asOf, id, -1 - key);
            case "popular" ->
                person.isInNetworkOnly()
                        ? Optional.empty()
                        : model.popularPost(person.group(), from, asOf, id, -1 - key);
            default ->
                person.isInNetworkOnly()
                        ? Optional.empty()
                        : model.topicPost(
                                (int) (pick * Population.TOPICS),
                                draw.uniform(Purpose.TOPIC_GROUP, id, key) < 0.8
                                        ? person.group()
                                        : (int) (pick
                                                * 1000
                                                % model.population().groups()),
                                from,
                                asOf,
                                id,
                                -1_000_000 - key);
        };
    }

    /** A post that one of a few drawn followees liked or reposted in the 24 h before the as-of instant. */
    private Optional<Post> vouchedFor(int day, long from, long asOf, long key, double pick) {
        List<Follow> follows = network.follows();
        List<Post> vouched = new ArrayList<>();
        for (int attempt = 0; attempt < 3 && !follows.isEmpty(); attempt++) {
            int at = (int) (draw.uniform(Purpose.PUSH_ACTOR, person.id(), key, attempt) * follows.size());
            Follow follow = follows.get(at);
            if (follow.followedAt() > asOf || unwanted.contains(follow.followeeId())) {
                continue;
            }
            for (int actDay = Math.max(0, day - 1); actDay <= day; actDay++) {
                for (Timeline.Act act : model.vouchings(follow.followeeId(), actDay)) {
                    if (act.at() > from && act.at() <= asOf) {
                        vouched.add(model.posting().post(act.postId()));
                    }
                }
            }
        }
        vouched.removeIf(post -> post.createdAt() <= from);
        return any(vouched, pick);
    }

    private Optional<Post> any(List<Post> posts, double pick) {
        List<Post> fit = posts.stream()
                .filter(post -> !post.isReply()
                        && model.population().person(post.authorId()).isRecommendable())
                .toList();
        return fit.isEmpty() ? Optional.empty() : Optional.of(fit.get((int) (pick * fit.size())));
    }

    /** A choice as it was sent, within the 8 h after the day's as-of instant, and its outcome. */
    Push push(Choice choice) {
        long id = person.id();
        int day = choice.day();
        Post post = model.posting().post(choice.postId());
        double second = draw.uniform(Purpose.PUSH_SECOND, id, key(day, choice.number()));
        long sentAt =
                model.options().asOf(day) + 2 * Draw.between(0, 4 * 3600, (choice.number() + second) / count(day));
        Truth truth = network.truth(post);
        double delay = draw.uniform(Purpose.OPEN_DELAY, id, post.id(), day);
        long reactedAt = sentAt + 20 + 2 * Math.round(1500 * -Math.log(1 - 0.9999 * delay));
        boolean isOonc = draw.uniform(Purpose.OPEN, id, post.id(), day) < truth.oonc();
        double way = draw.uniform(Purpose.OPEN_WAY, id, post.id(), day);
        boolean isEngaged = isOonc && draw.uniform(Purpose.OPEN_ENGAGE, id, post.id(), day) < truth.engagedGivenOonc();
        boolean isDisliked = draw.uniform(Purpose.DISLIKE, id, post.id(), day) < truth.dislike();
        long engageDelay = 1 + 2 * Draw.between(0, 150, draw.uniform(Purpose.ENGAGE_DELAY, id, post.id(), day));
        return new Push(
                id,
                post,
                day,
                choice.number(),
                SOURCES[choice.source()],
                truth,
                sentAt,
                isOonc && way < 0.8 ? reactedAt : 0,
                isOonc && way >= 0.7 ? reactedAt + (way < 0.8 ? 600 : 0) : 0,
                isEngaged ? reactedAt + engageDelay : 0,
                isDisliked ? reactedAt + 10 : 0);
    }

    /** The engagement that an engaged push leaves in the post's history too. */
    Timeline.Act act(Push push) {
        String kind =
                draw.uniform(Purpose.ENGAGE_KIND, push.userId(), push.post().id()) < 0.8 ? "like" : "repost";
        return new Timeline.Act(
                push.userId(), push.post().authorId(), push.post().id(), kind, push.engagedAt());
    }
}
