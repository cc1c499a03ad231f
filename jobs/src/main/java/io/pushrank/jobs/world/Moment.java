package io.pushrank.jobs.world;

import java.util.List;

/**
 * What decides about a push beside the item: the hour and what was pushed before.
 *
 * <pre>
 * logit P(OONC) = appeal + HOUR · attention(u, t) − φ(u) · F(u, t)
 *     − AUTHOR · again(author) − TOPIC · again(topic) − TYPE · again(type)
 * F(u, t) = Σ 0.5^(age / half-life(u)) over ignored pushes, halved by each opened push after them
 * again(x) = min(1, Σ 0.5^(age / 2 days)) over the pushes of the 7 days before with the same x
 * logit P(opt-out) = OPT_OUT_BASE + OPT_OUT_FATIGUE · F + OPT_OUT_DISLIKE · dislike + OPT_OUT_MORE · (pushes of the day − 1)
 * </pre>
 *
 * <p>In the last, F and dislike are those after the push. A push is ignored when it is never opened, as it will turn out:
 * the recipient knows from the start.
 */
final class Moment {
    /** Seconds before the instant for which pushes are remembered one by one. */
    static final long MEMORY = 7 * 86_400;

    /** What an opened push leaves of the fatigue before it. */
    static final double RECOVERY = 0.5;

    private static final double HOUR = 0.5;
    private static final double AUTHOR = 0.6;
    private static final double TOPIC = 0.3;
    private static final double TYPE = 0.15;
    private static final double AGAIN_HALF_LIFE = 2 * 86_400;
    private static final double OPT_OUT_BASE = -7.4;
    private static final double OPT_OUT_FATIGUE = 0.15;
    private static final double OPT_OUT_DISLIKE = 2;
    private static final double OPT_OUT_MORE = 0.5;

    private final Person person;
    private final double attention;
    private final double fatigue;
    private final int pushesOfDay;
    private final List<Past> past;
    private final double[] again;
    private final double[] topics = new double[Population.TOPICS];

    /**
     * A push of the past.
     *
     * @param post null when the item had none
     * @param type notification type
     */
    record Past(long sentAt, Post post, String type) {}

    /**
     * @param fatigue F at the instant
     * @param pushesOfDay already sent on the day of the instant
     * @param past the pushes of the {@link #MEMORY} before the instant
     */
    Moment(Person person, long at, double fatigue, int pushesOfDay, List<Past> past) {
        this.person = person;
        this.attention = person.attention(at);
        this.fatigue = fatigue;
        this.pushesOfDay = pushesOfDay;
        this.past = past;
        this.again = new double[past.size()];
        for (int number = 0; number < again.length; number++) {
            Past push = past.get(number);
            again[number] = decay((double) (at - push.sentAt()), AGAIN_HALF_LIFE);
            if (push.post() != null) {
                topics[push.post().topic()] += again[number];
            }
        }
    }

    static double decay(double age, double halfLife) {
        return Math.exp(-Math.log(2) * age / halfLife);
    }

    double attention() {
        return attention;
    }

    double fatigue() {
        return fatigue;
    }

    int pushesOfDay() {
        return pushesOfDay;
    }

    /** How much the recipient was pushed the author's posts lately, 0 to 1. */
    double againByAuthor(long authorId) {
        double sum = 0;
        for (int number = 0; number < again.length; number++) {
            Post post = past.get(number).post();
            if (post != null && post.authorId() == authorId) {
                sum += again[number];
            }
        }
        return Math.min(1, sum);
    }

    /** The same of a topic. */
    double againByTopic(int topic) {
        return Math.min(1, topics[topic]);
    }

    /** The same of a notification type. */
    double againByType(String type) {
        double sum = 0;
        for (int number = 0; number < again.length; number++) {
            if (past.get(number).type().equals(type)) {
                sum += again[number];
            }
        }
        return Math.min(1, sum);
    }

    /**
     * The truth about a push now.
     *
     * @param appeal of the post to the recipient
     * @param type notification type; {@link TruthOf#ANY_TYPE} for what the post is worth whatever type it is sent as
     */
    Truth truth(Appeal appeal, Post post, String type) {
        double oonc = Truth.logistic(appeal.oonc()
                + HOUR * attention
                - person.fatigueWeight() * fatigue
                - AUTHOR * againByAuthor(post.authorId())
                - TOPIC * againByTopic(post.topic())
                - TYPE * againByType(type));
        double dislike = Truth.logistic(appeal.dislike());
        double optOut = oonc * (dislike * optOut(true, true) + (1 - dislike) * optOut(true, false))
                + (1 - oonc) * (dislike * optOut(false, true) + (1 - dislike) * optOut(false, false));
        return new Truth(
                oonc,
                Truth.logistic(appeal.engagedGivenOonc()),
                dislike,
                (1 - person.visitProbability()) * oonc,
                optOut);
    }

    /** P(opt-out) after a push that was, or was not, opened and disliked. */
    double optOut(boolean isOpened, boolean isDisliked) {
        return Truth.logistic(OPT_OUT_BASE
                + OPT_OUT_FATIGUE * fatigueAfter(isOpened)
                + (isDisliked ? OPT_OUT_DISLIKE : 0)
                + OPT_OUT_MORE * pushesOfDay);
    }

    /** F right after a push. */
    double fatigueAfter(boolean isOpened) {
        return isOpened ? RECOVERY * fatigue : fatigue + 1;
    }
}
