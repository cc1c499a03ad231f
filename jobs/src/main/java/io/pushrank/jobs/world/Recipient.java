package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A person as a recipient of pushes, with what those so far have left behind: fatigue, what came again and again, and push
 * notifications switched off. All of it follows from the pushes, so that a log of them tells it again. Pushes are given in
 * the order in which they were sent.
 *
 * <p>What comes of a push is drawn by recipient, item and day: whichever policy sends it, the draws are the same.
 */
final class Recipient {
    /** P(switches push notifications on again) on each day after the one on which they were switched off. */
    static final double OPT_IN = 0.01;

    private static final double IS_LATE = 0.15;
    private static final long SECONDS_PER_HOUR = 3600;

    private final WorldModel model;
    private final Draw draw;
    private final Network network;
    private final Person person;
    private final List<Moment.Past> past = new ArrayList<>();
    private final List<Absence> absences = new ArrayList<>();
    private double fatigue;
    /** The last push; pushes of its day, 0 before the first of all. */
    private long sentAt;

    private int pushesOfDay;
    /** Null until asked for: most of those who ask about a push need neither. */
    private Boolean isCapable;

    private Set<Long> unwanted;

    /** A time without push notifications, in seconds since 1970; it may end after the world. */
    record Absence(long from, long until) {

        boolean covers(long at) {
            return from <= at && at < until;
        }
    }

    /** What came of a push; instants are seconds since 1970, 0 for never. */
    record Outcome(long openedAt, long tabClickedAt, long engagedAt, long dislikedAt, boolean hasOptedOut) {

        /** Of what was not sent. */
        static final Outcome NOTHING = new Outcome(0, 0, 0, 0, false);

        boolean isOonc() {
            return openedAt > 0 || tabClickedAt > 0;
        }

        /** When it brought the recipient back. */
        long visitedAt() {
            return openedAt > 0 ? openedAt : tabClickedAt;
        }
    }

    Recipient(WorldModel model, Network network) {
        this.model = model;
        this.draw = model.draw();
        this.network = network;
        this.person = network.person();
    }

    WorldModel model() {
        return model;
    }

    Person person() {
        return person;
    }

    Network network() {
        return network;
    }

    /** Whether nothing is between the recipient and the author of a post. */
    boolean isFit(Post post) {
        if (unwanted == null) {
            unwanted = model.graph().relations(person, network.follows()).stream()
                    .map(relation -> relation.userId() == person.id() ? relation.otherId() : relation.userId())
                    .collect(Collectors.toSet());
        }
        return post.authorId() != person.id() && !unwanted.contains(post.authorId());
    }

    /** Whether a post was pushed within the {@link Moment#MEMORY}. */
    boolean hasGot(Post post) {
        return past.stream().anyMatch(push -> push.post() != null && push.post().id() == post.id());
    }

    List<Absence> absences() {
        return List.copyOf(absences);
    }

    /** Whether a push reaches the recipient. */
    boolean isReachable(long at) {
        if (isCapable == null) {
            isCapable = !person.isSuspended()
                    && new Devices(model).of(person).stream().anyMatch(Devices.Device::isPushCapable);
        }
        return isCapable && isPushEnabled(at);
    }

    /** The setting, as it is at an instant after the pushes so far. */
    boolean isPushEnabled(long at) {
        return person.isPushEnabled() && absences.stream().noneMatch(absence -> absence.covers(at));
    }

    /** An instant after the pushes so far. */
    Moment at(long second) {
        return new Moment(
                person,
                second,
                fatigue(second),
                pushesOfDay > 0
                                && model.options().dayOf(sentAt)
                                        == model.options().dayOf(second)
                        ? pushesOfDay
                        : 0,
                past.stream()
                        .filter(push -> push.sentAt() > second - Moment.MEMORY)
                        .toList());
    }

    private double fatigue(long second) {
        return fatigue == 0 ? 0 : fatigue * Moment.decay((double) (second - sentAt), person.fatigueHalfLife());
    }

    /** The hour within a time, among its first second and each hour after it, at which a push finds most attention. */
    long bestHour(long from, long until) {
        long best = from;
        for (long at = from; at < until; at += SECONDS_PER_HOUR) {
            if (person.attention(at) > person.attention(best)) {
                best = at;
            }
        }
        return best;
    }

    /** What comes of a push; it is remembered. */
    Outcome push(Post post, String type, long at) {
        long id = person.id();
        int day = model.options().dayOf(at);
        Moment moment = at(at);
        Truth truth = moment.truth(network.appeal(post), post, type);
        boolean isOonc = draw.uniform(Purpose.OPEN, id, post.id(), day) < truth.oonc();
        boolean isEngaged = isOonc && draw.uniform(Purpose.OPEN_ENGAGE, id, post.id(), day) < truth.engagedGivenOonc();
        boolean isDisliked = draw.uniform(Purpose.DISLIKE, id, post.id(), day) < truth.dislike();
        double way = draw.uniform(Purpose.OPEN_WAY, id, post.id(), day);
        // Odd seconds, since visits and views at home come at even ones.
        long reactedAt = at + 21 + delay(post, day);
        long engageDelay = 2 + 2 * Draw.between(0, 150, draw.uniform(Purpose.ENGAGE_DELAY, id, post.id(), day));
        boolean hasOptedOut = remember(moment, post, post.id(), type, at, isOonc, isDisliked);
        return new Outcome(
                isOonc && way < 0.8 ? reactedAt : 0,
                isOonc && way >= 0.7 ? reactedAt + (way < 0.8 ? 600 : 0) : 0,
                isEngaged ? reactedAt + engageDelay : 0,
                isDisliked ? reactedAt + 10 : 0,
                hasOptedOut);
    }

    /** What comes of a push without a post, which nobody opens. */
    Outcome pushNothing(long itemId, String type, long at) {
        return new Outcome(0, 0, 0, 0, remember(null, itemId, type, at, false, false));
    }

    /** Seconds until the recipient looks: an hour as a rule, up to a day for some; even. */
    private long delay(Post post, int day) {
        double uniform = draw.uniform(Purpose.OPEN_DELAY, person.id(), post.id(), day);
        if (draw.uniform(Purpose.OPEN_IS_LATE, person.id(), post.id(), day) < IS_LATE) {
            return 2 * Draw.between(SECONDS_PER_HOUR / 2, 12 * SECONDS_PER_HOUR, uniform);
        }
        return 2 * Math.round(1500 * -Math.log(1 - 0.9999 * uniform));
    }

    /**
     * Remembers a push.
     *
     * @param post null when the item had none
     * @return whether it made the recipient switch push notifications off
     */
    boolean remember(Post post, long itemId, String type, long at, boolean isOonc, boolean isDisliked) {
        return remember(at(at), post, itemId, type, at, isOonc, isDisliked);
    }

    private boolean remember(
            Moment moment, Post post, long itemId, String type, long at, boolean isOonc, boolean isDisliked) {
        int day = model.options().dayOf(at);
        pushesOfDay = moment.pushesOfDay() + 1;
        fatigue = moment.fatigueAfter(isOonc);
        sentAt = at;
        past.removeIf(push -> push.sentAt() <= at - Moment.MEMORY);
        past.add(new Moment.Past(at, post, type));
        boolean hasOptedOut =
                draw.uniform(Purpose.OPT_OUT, person.id(), itemId, day) < moment.optOut(isOonc, isDisliked);
        if (hasOptedOut) {
            absences.add(new Absence(at, optsInAt(day)));
        }
        return hasOptedOut;
    }

    private long optsInAt(int day) {
        for (int later = day + 1; later < model.options().days(); later++) {
            if (draw.uniform(Purpose.OPT_IN, person.id(), later) < OPT_IN) {
                return model.options().startOf(later);
            }
        }
        return Long.MAX_VALUE;
    }
}
