package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * What a skewed world has beside: a few accounts and a post with far more than their share of the rows, as real networks have
 * them, so that no join or aggregate may rest on keys being alike.
 *
 * @param celebrity account that 30 % of all accounts follow beside those that would anyway
 * @param collector account that follows {@link #FOLLOWEES} others, or half of all
 * @param machine account with {@link #EVENTS} engagements beside those of its own
 */
record Skew(long celebrity, long collector, long machine) {
    static final double CELEBRITY_SHARE = 0.3;
    static final int FOLLOWEES = 5_000;
    static final int EVENTS = 100_000;
    static final double VIRAL_SHARE = 0.1;
    private static final long DAY = 86_400;
    /** Nobody has this id. */
    private static final long NOBODY = 0;

    private static final Skew NONE = new Skew(NOBODY, NOBODY, NOBODY);

    /** Accounts that are neither guests nor unfit to be shown; the celebrity is the most popular one of its community. */
    static Skew of(WorldOptions options, Population population) {
        if (!options.isSkewed()) {
            return NONE;
        }
        LongPredicate isFit = id -> population.person(id).isRecommendable();
        long celebrity = LongStream.range(0, population.size(0))
                .map(rank -> population.member(0, rank))
                .filter(isFit)
                .findFirst()
                .orElse(NOBODY);
        long[] others = LongStream.rangeClosed(1, options.users())
                .filter(isFit)
                .filter(id -> id != celebrity && population.createdAt(id) < options.start())
                .limit(2)
                .toArray();
        return others.length < 2 ? NONE : new Skew(celebrity, others[0], others[1]);
    }

    /** Whether an account follows the celebrity whomever else it follows. */
    boolean isFollower(Draw draw, long userId) {
        return celebrity != NOBODY
                && userId != celebrity
                && draw.uniform(Purpose.SKEW_FOLLOW, userId) < CELEBRITY_SHARE;
    }

    /** Whom the collector follows: every so many-th account. */
    LongStream collected(WorldOptions options) {
        long count = Math.min(FOLLOWEES, options.users() / 2);
        long step = options.users() / count;
        return LongStream.range(0, count).map(number -> 1 + number * step).filter(id -> id != collector);
    }

    /**
     * What an account does beside what is its own: it comes back to the viral post, or is the machine, which looks at
     * something every few seconds. At odd seconds, where its own views are at even ones.
     *
     * @param ownActs engagements of its own in the whole world
     */
    List<Timeline.Act> acts(WorldModel model, Person person, int ownActs) {
        if (celebrity == NOBODY) {
            return List.of();
        }
        return person.id() == machine ? looks(model, person) : returns(model, person, ownActs);
    }

    private static List<Timeline.Act> looks(WorldModel model, Person person) {
        // From the second day on: on the first there is little to look at.
        long start = model.options().start() + DAY;
        double step = (double) (model.options().end() - start) / EVENTS;
        List<Timeline.Act> acts = new ArrayList<>();
        Post seen = null;
        for (int number = 0; number < EVENTS; number++) {
            long at = odd(start + (long) (number * step));
            // Now and then nothing is found: then at the same once more.
            seen = model.popularPost(person.group(), at - DAY, at, person.id(), number)
                    .filter(post -> post.authorId() != person.id())
                    .orElse(seen);
            if (seen != null) {
                String kind = number % 10 == 0 ? "like" : "impression";
                acts.add(new Timeline.Act(person.id(), seen.authorId(), seen.id(), kind, at));
            }
        }
        return acts;
    }

    private List<Timeline.Act> returns(WorldModel model, Person person, int ownActs) {
        Optional<Post> viral = viral(model);
        List<Timeline.Act> acts = new ArrayList<>();
        if (viral.isEmpty() || person.id() == celebrity) {
            return acts;
        }
        // Of n + n s / (1 - s) rows the share s is the post's; what is left of a row is drawn.
        double expected = ownActs * VIRAL_SHARE / (1 - VIRAL_SHARE);
        long from = viral.get().createdAt();
        long time = model.options().end() - from;
        int count = (int) Math.min(expected + model.draw().uniform(Purpose.SKEW_COUNT, person.id()), time / 8.0);
        long part = time / Math.max(1, count);
        for (int number = 0; number < count; number++) {
            double uniform = model.draw().uniform(Purpose.SKEW_SECOND, person.id(), number);
            long at = odd(from + number * part + 2 + (long) (uniform * (part - 4)));
            if (at > person.createdAt()) {
                acts.add(new Timeline.Act(
                        person.id(), celebrity, viral.get().id(), number == 0 ? "like" : "impression", at));
            }
        }
        return acts;
    }

    /** The celebrity's latest post that is no reply and a day old at the last as-of instant, if there is one. */
    private Optional<Post> viral(WorldModel model) {
        int last = model.options().days() - 1;
        Person author = model.population().person(celebrity);
        for (int day = last; day >= 0; day--) {
            List<Post> posts = model.posting().posts(author, day);
            for (int latest = posts.size() - 1; latest >= 0; latest--) {
                Post post = posts.get(latest);
                if (!post.isReply() && post.createdAt() <= model.options().asOf(last) - DAY) {
                    return Optional.of(post);
                }
            }
        }
        return Optional.empty();
    }

    private static long odd(long second) {
        return second | 1;
    }
}
