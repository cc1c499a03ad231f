package io.pushrank.jobs.world;

/**
 * What a post is to a person, whatever the hour and whatever was pushed before: logits, as functions of the latents of the
 * recipient u, the post p, its author a and of what is between u and a when p is written.
 *
 * <pre>
 * logit P(OONC) = BASE
 *     + TASTE   · taste(u) · visual(p)          photos and videos for some, plain text for others
 *     + LENGTH  · ageDirection(u) · wordiness(p) the old read long posts with links, the young do not
 *     + NOVELTY · activity(u) · −popularity(a)  the active open the niche, the others the hubs
 *     + TOPIC   · interest(u, p) · quality(a)   those who care about a topic want quality, the others gossip
 *     + TENURE  · tenure(u) · network(u, a)     old accounts open what they follow, young ones discoveries
 *     + ACTIVITY · activity(u) + QUALITY · quality(a)
 *     + AFFINITY · affinity(u, a) + INTEREST · interest(u, p) + NETWORK · network(u, a)
 *     + SPARK · spark(p) + PROPENSITY · propensity(u) − FOREIGN · foreign(u, p) − SENSITIVE · sensitive(p)
 * </pre>
 *
 * <p>Every factor lies between −1 and +1: activity, interest and network are ±1; affinity is ±1 within the network, else
 * 0; foreign and sensitive are 0 or 1. The first five terms are products that no sum of features can follow; the main
 * effects beside them let a learner find their factors. What history reveals badly (affinity, spark, propensity) is
 * small, so that the best possible is nearly within reach of a non-linear model.
 *
 * <pre>
 * logit P(engaged | OONC) = ENGAGE_BASE + ENGAGE_AFFINITY · affinity + ENGAGE_TOPIC · interest · quality
 *     + ENGAGE_TASTE · taste · visual + ENGAGE_SPARK · spark
 * logit P(dislike) = DISLIKE_BASE − DISLIKE_MATCH · (the five products above) + DISLIKE_SENSITIVE · sensitive
 *     − DISLIKE_QUALITY · quality
 * </pre>
 *
 * @param oonc logit of P(opened, or clicked in the notifications tab) before what the {@link Moment} adds
 * @param engagedGivenOonc logit of P(engaged with | opened or clicked)
 * @param dislike logit of P(see less often)
 */
record Appeal(double oonc, double engagedGivenOonc, double dislike) {
    private static final double BASE = -2.2;
    private static final double TASTE = 0.45;
    private static final double LENGTH = 0.25;
    private static final double NOVELTY = 0.6;
    private static final double TOPIC = 0.35;
    private static final double TENURE = 0.85;
    private static final double ACTIVITY = 0.65;
    private static final double QUALITY = 0.5;
    private static final double AFFINITY = 0.15;
    private static final double INTEREST = 0.55;
    private static final double NETWORK = 0.6;
    private static final double SPARK = 0.05;
    private static final double PROPENSITY = 0.1;
    private static final double FOREIGN = 0.7;
    private static final double SENSITIVE = 0.4;
    private static final double ENGAGE_BASE = -0.9;
    private static final double ENGAGE_AFFINITY = 0.5;
    private static final double ENGAGE_TOPIC = 0.8;
    private static final double ENGAGE_TASTE = 0.6;
    private static final double ENGAGE_SPARK = 0.3;
    private static final double DISLIKE_BASE = -4.6;
    private static final double DISLIKE_MATCH = 0.4;
    private static final double DISLIKE_SENSITIVE = 1.2;
    private static final double DISLIKE_QUALITY = 0.6;

    /** What the post is to the person; {@code follow} is null when the person does not follow. */
    static Appeal of(Person person, Person author, Post post, Follow follow) {
        boolean isInNetwork = follow != null && follow.followedAt() <= post.createdAt();
        double affinity = isInNetwork ? follow.affinity() : 0;
        double interest = interest(person, post);
        double activity = person.isActive() ? 1 : -1;
        double visual = person.taste() * post.visual();
        double topic = interest * author.quality();
        double products = TASTE * visual
                + LENGTH * person.ageDirection() * post.wordiness()
                - NOVELTY * activity * author.popularity()
                + TOPIC * topic
                + TENURE * person.tenure() * (isInNetwork ? 1 : -1);
        double oonc = BASE
                + products
                + ACTIVITY * activity
                + QUALITY * author.quality()
                + AFFINITY * affinity
                + INTEREST * interest
                + NETWORK * (isInNetwork ? 1 : -1)
                + SPARK * post.spark()
                + PROPENSITY * person.propensity()
                - (isForeign(person, post) ? FOREIGN : 0)
                - (post.isSensitive() ? SENSITIVE : 0);
        double engaged = ENGAGE_BASE
                + ENGAGE_AFFINITY * affinity
                + ENGAGE_TOPIC * topic
                + ENGAGE_TASTE * visual
                + ENGAGE_SPARK * post.spark();
        double dislike = DISLIKE_BASE
                - DISLIKE_MATCH * products
                + (post.isSensitive() ? DISLIKE_SENSITIVE : 0)
                - DISLIKE_QUALITY * author.quality();
        return new Appeal(oonc, engaged, dislike);
    }

    /** Whether the post is about something that the person cares about: ±1. */
    static double interest(Person person, Post post) {
        return person.isInterestedIn(post.topic()) ? 1 : -1;
    }

    static boolean isForeign(Person person, Post post) {
        return !person.language().equals(post.language());
    }
}
