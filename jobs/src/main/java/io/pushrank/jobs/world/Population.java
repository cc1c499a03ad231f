package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.List;

/** Who the people are: every attribute and latent of an account, from its id. */
final class Population {
    static final int TOPICS = 12;
    private static final long DAY = 86_400;
    private static final String[] AGES = {"13-17", "18-24", "25-34", "35-49", "50+"};
    private static final double[] AGE_SHARES = {0.1, 0.32, 0.53, 0.8, 1};
    private static final double[] AGE_DIRECTIONS = {-1, -1, -0.6, 0.8, 1};

    private final WorldOptions options;
    private final Draw draw;
    private final int groups;
    private final long multiplier;
    private final long inverse;
    private final Memo<Person> persons;

    Population(WorldOptions options, Draw draw) {
        this.options = options;
        this.draw = draw;
        this.groups = (int) Math.max(2, Math.min(Place.ALL.size(), options.users() / 150));
        this.multiplier = coprime(options.users());
        this.inverse = inverse(multiplier, options.users());
        this.persons = new Memo<>(options.users(), 1 << 18, this::make);
    }

    int communities() {
        return TOPICS * groups;
    }

    int groups() {
        return groups;
    }

    /** Members of a community. */
    long size(int community) {
        return (options.users() - community + communities() - 1) / communities();
    }

    /**
     * The member of a community with a rank by popularity. Ids are scrambled: otherwise a tie broken by id would favor
     * the popular.
     */
    long member(int community, long rank) {
        return idOf(community + rank * communities());
    }

    private long idOf(long index) {
        return 1 + Math.floorMod(Math.multiplyExact(index, multiplier), options.users());
    }

    private long indexOf(long id) {
        return Math.floorMod(Math.multiplyExact(id - 1, inverse), options.users());
    }

    /** Draws a member whose popularity follows a power law: the higher the exponent, the more the hubs get. */
    long member(int community, double exponent, double uniform) {
        return member(community, (long) (size(community) * Math.pow(uniform, exponent)));
    }

    int communityOf(int topic, int group) {
        return topic + TOPICS * group;
    }

    boolean isGuest(long id) {
        return draw.uniform(Purpose.GUEST, id) < 0.015;
    }

    /** Accounts opened during the world: about 6 %, none of them hubs. */
    long createdAt(long id) {
        return createdAt(id, popularityRank(indexOf(id)));
    }

    private long createdAt(long id, double popularityRank) {
        double uniform = draw.uniform(Purpose.CREATED_BEFORE, id);
        if (draw.uniform(Purpose.CREATED, id) < 0.065 && popularityRank > 0.1) {
            return Draw.between(options.start(), options.end() - DAY / 2, uniform);
        }
        // Half of the accounts are younger than a year, the others up to nine years old.
        double ageInDays = uniform < 0.5 ? 20 + 600 * uniform : 380 + 2900 * 2 * (uniform - 0.5);
        return options.start() - (long) (ageInDays * DAY);
    }

    private double popularityRank(long index) {
        long rank = index / communities();
        return (rank + 0.5) / size((int) (index % communities()));
    }

    Person person(long id) {
        return persons.get(id);
    }

    private Person make(long id) {
        long index = indexOf(id);
        int community = (int) (index % communities());
        int group = community / TOPICS;
        int ownTopic = community % TOPICS;
        Place place = Place.ALL.get(group);
        double rank = popularityRank(index);
        long createdAt = createdAt(id, rank);
        int zone = (int) (draw.uniform(Purpose.TIME_ZONE, id) * place.zones().size());
        double ageDraw = draw.uniform(Purpose.AGE, id);
        int age = 0;
        while (ageDraw >= AGE_SHARES[age]) {
            age++;
        }
        boolean isGuest = isGuest(id);
        boolean isActive = draw.uniform(Purpose.ACTIVE, id) < 0.5;
        double unknown = draw.uniform(Purpose.UNKNOWN_ATTRIBUTE, id);
        double cap = draw.uniform(Purpose.PUSH_CAP, id);
        double quality = (draw.uniform(Purpose.QUALITY, id) < 0.5 ? -1 : 1)
                * (0.6 + 0.4 * draw.uniform(Purpose.QUALITY_STRENGTH, id));
        double logRank = -Math.log(rank);
        double postsPerDay = isGuest
                ? 0
                : Math.min(3, Math.exp(0.3 * logRank) * (0.1 + 0.32 * draw.uniform(Purpose.POSTS_PER_DAY, id)));
        return new Person(
                id,
                community,
                group,
                draw.uniform(Purpose.POST_TOPIC_OTHER, id) < 0.8
                        ? ownTopic
                        : (int) (draw.uniform(Purpose.POST_TOPIC, id) * TOPICS),
                rank,
                createdAt,
                place,
                draw.uniform(Purpose.LANGUAGE, id) < 0.9 ? place.language() : "en",
                unknown < 0.02 ? null : place.zones().get(zone).getId(),
                place.zones().get(zone),
                rhythm(id),
                isGuest || unknown > 0.97 ? null : AGES[age],
                isGuest,
                draw.uniform(Purpose.FLAG_SUSPENDED, id) < 0.01,
                draw.uniform(Purpose.FLAG_PROTECTED, id) < 0.03,
                draw.uniform(Purpose.FLAG_UNSUITABLE, id) < 0.015,
                draw.uniform(Purpose.FLAG_VERIFIED, id) < (quality > 0 ? 0.55 : 0.03),
                draw.uniform(Purpose.SETTING_PUSH, id) >= 0.06,
                draw.uniform(Purpose.SETTING_RECOMMENDATIONS, id) >= 0.07,
                draw.uniform(Purpose.SETTING_TOPICS, id) >= 0.08,
                draw.uniform(Purpose.SETTING_IN_NETWORK, id) < 0.05,
                cap < 0.85 ? null : Integer.valueOf((int) ((cap - 0.85) / 0.15 * 6)),
                isActive,
                // The active would come anyway: what a push can add is little.
                (isActive ? 0.88 : 0.12) + (isActive ? 0.1 : 0.48) * draw.uniform(Purpose.VISIT_PROBABILITY, id),
                0.04 + 0.12 * draw.uniform(Purpose.FATIGUE_WEIGHT, id),
                DAY * (1.5 + 3 * draw.uniform(Purpose.FATIGUE_HALF_LIFE, id)),
                (draw.uniform(Purpose.TASTE, id) < 0.5 ? -1 : 1)
                        * (0.7 + 0.3 * draw.uniform(Purpose.TASTE_STRENGTH, id)),
                AGE_DIRECTIONS[age],
                options.end() - createdAt >= 365 * DAY ? 1 : -1,
                2 * draw.uniform(Purpose.PROPENSITY, id) - 1,
                interests(id, ownTopic),
                Math.max(-1, Math.min(1, (logRank - 2.0) / 1.2)),
                quality,
                postsPerDay,
                Math.exp(-postsPerDay),
                draw.uniform(Purpose.HABIT_VISUAL, id) < 0.5 ? 0.25 : 0.8,
                draw.uniform(Purpose.HABIT_LENGTH, id) < 0.5 ? 0.2 : 0.8);
    }

    private Rhythm rhythm(long id) {
        boolean isCommuter = draw.uniform(Purpose.RHYTHM_KIND, id) < 0.65;
        double peak = draw.uniform(Purpose.RHYTHM_PEAK, id);
        double width = 1.5 + 1.5 * draw.uniform(Purpose.RHYTHM_WIDTH, id);
        return new Rhythm(isCommuter, isCommuter ? 7 + 2 * peak : 21 + 4 * peak, width);
    }

    /** The community's topic and two others. */
    private List<Integer> interests(long id, int ownTopic) {
        int second = (ownTopic + 1 + (int) (draw.uniform(Purpose.INTEREST, id, 1) * (TOPICS - 1))) % TOPICS;
        int third = (ownTopic + 1 + (int) (draw.uniform(Purpose.INTEREST, id, 2) * (TOPICS - 1))) % TOPICS;
        return List.of(ownTopic, second, third);
    }

    private static long coprime(long users) {
        long candidate = Math.max(1, (long) (users * 0.6180339887));
        while (greatestCommonDivisor(candidate, users) != 1) {
            candidate++;
        }
        return candidate;
    }

    private static long greatestCommonDivisor(long first, long second) {
        return second == 0 ? first : greatestCommonDivisor(second, first % second);
    }

    private static long inverse(long value, long modulus) {
        return java.math.BigInteger.valueOf(value)
                .modInverse(java.math.BigInteger.valueOf(modulus))
                .longValueExact();
    }
}
