package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The logging policy: which posts were pushed to a user, and what came of it. For each push it draws up to three posts from
 * sources that it draws too, and chooses one of them: at random, or by how near they seem. One push in ten is withheld.
 */
final class Pushing {
    /** From a day's as-of instant on, in which its pushes are sent. */
    static final int HOURS = 8;

    private static final long DAY = 86_400;
    private static final String[] SOURCES = {"in_network", "social_proof", "followed_topics", "popular", "exploration"};
    private static final double[] SHARES = {0.35, 0.55, 0.7, 0.85, 1};
    private static final int SLATE = 3;
    private static final double EXPLORING = 0.6;
    private static final double WITHHELD = 0.1;
    /** What following the author adds to the logit of being chosen by rank, and what an interest in the topic does. */
    private static final double NEARNESS = 0.8;

    private final WorldModel model;
    private final Draw draw;
    private final Network network;
    private final Person person;
    private final Recipient recipient;

    Pushing(WorldModel model, Network network) {
        this.model = model;
        this.draw = model.draw();
        this.network = network;
        this.person = network.person();
        this.recipient = new Recipient(model, network);
    }

    /** Part of the policy that decided about a push. */
    enum Arm {
        /** One of the drawn posts, each with the same probability. */
        EXPLORE,
        /** One of them by rank: the nearer, the likelier. */
        RANK,
        /** Chosen as the others are, and not sent. */
        NONE
    }

    /**
     * A decision and what came of it.
     *
     * @param number within its day
     * @param source index of the source that offered the post
     * @param propensity probability of this decision, given the posts that were drawn
     * @param outcome of nothing, when it was withheld
     */
    record Push(
            int day,
            int number,
            int source,
            long postId,
            Arm arm,
            double propensity,
            long sentAt,
            Recipient.Outcome outcome,
            Truth truth) {

        boolean isSent() {
            return arm != Arm.NONE;
        }

        String notificationType() {
            return SOURCES[source];
        }
    }

    /** The decisions of all days, in order, and what they did to the user. */
    record Log(List<Push> pushes, List<Recipient.Absence> absences) {}

    private record Offer(Post post, int source) {}

    Log log() {
        List<Push> pushes = new ArrayList<>();
        for (int day = 0; day < model.options().days(); day++) {
            long asOf = model.options().asOf(day);
            if (person.createdAt() < asOf && recipient.isReachable(asOf)) {
                pushes.addAll(pushes(day, asOf));
            }
        }
        return new Log(pushes, recipient.absences());
    }

    /** What to push on a day: posts of the 24 h before its as-of instant. */
    private List<Push> pushes(int day, long asOf) {
        List<Push> pushes = new ArrayList<>();
        Set<Long> taken = new HashSet<>();
        int count = count(day);
        for (int number = 0; number < count; number++) {
            List<Offer> slate = slate(day, asOf, number, taken);
            double second = draw.uniform(Purpose.PUSH_SECOND, person.id(), key(day, number));
            long sentAt = asOf + 2 * Draw.between(0, HOURS / 2 * 3600, (number + second) / count);
            if (!slate.isEmpty() && recipient.isReachable(sentAt)) {
                Push push = push(day, number, sentAt, asOf, slate);
                taken.add(push.postId());
                pushes.add(push);
            }
        }
        return pushes;
    }

    private List<Offer> slate(int day, long asOf, int number, Set<Long> taken) {
        List<Offer> slate = new ArrayList<>();
        Set<Long> drawn = new HashSet<>(taken);
        for (int place = 0; place < SLATE; place++) {
            long key = 4 * key(day, number) + place;
            int source = source(draw.uniform(Purpose.PUSH_SOURCE, person.id(), key));
            // A source that has nothing to offer hands over to the next.
            for (int attempt = 0; attempt < SOURCES.length; attempt++, source = (source + 1) % SOURCES.length) {
                Optional<Post> post = candidate(source, day, asOf, key)
                        .filter(candidate -> recipient.isFit(candidate) && drawn.add(candidate.id()));
                if (post.isPresent()) {
                    slate.add(new Offer(post.get(), source));
                    break;
                }
            }
        }
        return slate;
    }

    private Push push(int day, int number, long sentAt, long asOf, List<Offer> slate) {
        long key = key(day, number);
        double[] byRank = byRank(slate, asOf);
        boolean isExploring = draw.uniform(Purpose.PUSH_ARM, person.id(), key) < EXPLORING;
        double uniform = draw.uniform(Purpose.PUSH_CHOICE, person.id(), key);
        int chosen = 0;
        double cumulated = isExploring ? 1.0 / slate.size() : byRank[0];
        while (uniform >= cumulated && chosen < slate.size() - 1) {
            chosen++;
            cumulated += isExploring ? 1.0 / slate.size() : byRank[chosen];
        }
        double probability = EXPLORING / slate.size() + (1 - EXPLORING) * byRank[chosen];
        boolean isWithheld = draw.uniform(Purpose.PUSH_WITHHELD, person.id(), key) < WITHHELD;
        Arm ofChoice = isExploring ? Arm.EXPLORE : Arm.RANK;
        Post post = slate.get(chosen).post();
        int source = slate.get(chosen).source();
        Truth truth = recipient.at(sentAt).truth(network.appeal(post), post, SOURCES[source]);
        return new Push(
                day,
                number,
                source,
                post.id(),
                isWithheld ? Arm.NONE : ofChoice,
                probability * (isWithheld ? WITHHELD : 1 - WITHHELD),
                sentAt,
                isWithheld ? Recipient.Outcome.NOTHING : recipient.push(post, SOURCES[source], sentAt),
                truth);
    }

    /** Probabilities of the posts by how near they seem: by a follow of the author, an interest in the topic. */
    private double[] byRank(List<Offer> slate, long asOf) {
        double[] weights = slate.stream()
                .mapToDouble(offer -> Math.exp(NEARNESS
                        * ((network.isFollowing(offer.post().authorId(), asOf) ? 1 : 0)
                                + (person.isInterestedIn(offer.post().topic()) ? 1 : 0))))
                .toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
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
            if (follow.followedAt() > asOf) {
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

    /** The engagement that an engaged push leaves in the post's history too. */
    static Timeline.Act act(WorldModel model, long userId, Post post, long engagedAt) {
        String kind = model.draw().uniform(Purpose.ENGAGE_KIND, userId, post.id()) < 0.8 ? "like" : "repost";
        return new Timeline.Act(userId, post.authorId(), post.id(), kind, engagedAt);
    }
}
