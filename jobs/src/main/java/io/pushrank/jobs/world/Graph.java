package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Who follows whom, and who wants nothing to do with whom. */
final class Graph {
    private static final double HUB_EXPONENT = 3;

    private final WorldOptions options;
    private final Draw draw;
    private final Population population;
    private final Skew skew;

    Graph(WorldOptions options, Draw draw, Population population, Skew skew) {
        this.options = options;
        this.draw = draw;
        this.population = population;
        this.skew = skew;
    }

    /** Who set what about whom. */
    record Relation(long userId, long otherId, String kind, long createdAt) {}

    /** Edges of a user: mostly within the community, then the same topics and place; hubs get the most. */
    List<Follow> follows(Person person) {
        List<Follow> follows = new ArrayList<>();
        if (person.isGuest()) {
            return follows;
        }
        long id = person.id();
        double pareto = 15 / Math.sqrt(1 - draw.uniform(Purpose.DEGREE, id));
        int degree = (int) Math.min(Math.min(150.0, options.users() / 4.0), pareto);
        for (int number = 0; number < degree; number++) {
            int community = arena(person, number);
            long other = population.member(community, HUB_EXPONENT, draw.uniform(Purpose.FOLLOW_RANK, id, number));
            follow(person, other, follows);
        }
        if (skew.isFollower(draw, id)) {
            follow(person, skew.celebrity(), follows);
        }
        if (id == skew.collector()) {
            skew.collected(options).forEach(other -> follow(person, other, follows));
        }
        return follows;
    }

    private void follow(Person person, long other, List<Follow> follows) {
        long id = person.id();
        if (other != id && !population.isGuest(other) && !isAmong(follows, other)) {
            follows.add(new Follow(
                    other,
                    followedAt(person, other),
                    draw.uniform(Purpose.DEVICE_FOLLOW, id, other) < 0.03,
                    draw.uniform(Purpose.AFFINITY, id, other) < 0.3 ? 1 : -1));
        }
    }

    private static boolean isAmong(List<Follow> follows, long other) {
        for (Follow follow : follows) {
            if (follow.followeeId() == other) {
                return true;
            }
        }
        return false;
    }

    private int arena(Person person, int number) {
        double arena = draw.uniform(Purpose.FOLLOW_ARENA, person.id(), number);
        double uniform = draw.uniform(Purpose.FOLLOW_COMMUNITY, person.id(), number);
        if (arena < 0.4) {
            return person.community();
        }
        if (arena < 0.6) {
            return population.communityOf(person.interests().get((int) (uniform * 3)), person.group());
        }
        if (arena < 0.88) {
            return population.communityOf((int) (uniform * Population.TOPICS), person.group());
        }
        return (int) (uniform * population.communities());
    }

    private long followedAt(Person person, long other) {
        long possible = Math.max(person.createdAt(), population.createdAt(other));
        double uniform = draw.uniform(Purpose.FOLLOWED_AT, person.id(), other);
        if (possible < options.start() && draw.uniform(Purpose.FOLLOWED_BEFORE, person.id(), other) < 0.95) {
            return Draw.between(possible, options.start(), uniform);
        }
        // A new account follows most people within its first hours.
        long from = Math.max(possible, options.start());
        long until = possible >= options.start() ? Math.min(options.end(), from + 6 * 3600) : options.end();
        return Draw.between(from, until, uniform);
    }

    /** What a user set about others, and what followees set about this user. */
    List<Relation> relations(Person person, List<Follow> follows) {
        List<Relation> relations = new ArrayList<>();
        if (person.isGuest()) {
            return relations;
        }
        Set<Long> followees = new HashSet<>();
        for (Follow follow : follows) {
            long other = follow.followeeId();
            followees.add(other);
            double uniform = draw.uniform(Purpose.RELATION, person.id(), other);
            if (uniform < 0.012) {
                relations.add(
                        relation(person.id(), other, uniform < 0.006 ? "mute" : "no_reposts", follow.followedAt()));
            }
            if (draw.uniform(Purpose.BLOCKED_BY_FOLLOWEE, person.id(), other) < 0.006) {
                relations.add(relation(other, person.id(), "block", follow.followedAt()));
            }
        }
        // Strangers only who do not follow back: the pair (blocker, blocked) then never comes up from the other side
        // too.
        for (int number = 0; number < 2; number++) {
            double uniform = draw.uniform(Purpose.RELATION, person.id(), -1 - number);
            long other = population.member(
                    arena(person, number), HUB_EXPONENT, draw.uniform(Purpose.RELATION_OTHER, person.id(), number));
            if (uniform < 0.3 && other != person.id() && !population.isGuest(other) && followees.add(other)) {
                boolean followsBack = follows(population.person(other)).stream()
                        .anyMatch(follow -> follow.followeeId() == person.id());
                if (!followsBack) {
                    String kind = uniform < 0.1 ? "block" : uniform < 0.2 ? "mute" : "hide_recommendations";
                    long possible = Math.max(person.createdAt(), population.createdAt(other));
                    relations.add(relation(person.id(), other, kind, possible));
                }
            }
        }
        return relations;
    }

    private Relation relation(long userId, long otherId, String kind, long possible) {
        double uniform = draw.uniform(Purpose.RELATION_AT, userId, otherId);
        return new Relation(userId, otherId, kind, Draw.between(possible, options.end(), uniform));
    }
}
