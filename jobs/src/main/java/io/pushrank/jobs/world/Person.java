package io.pushrank.jobs.world;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * An account: what the users table shows of it, and its latents.
 *
 * @param community who talks with whom; community = topic + topics × group
 * @param group decides the place
 * @param popularityRank share of the community that is more popular, 0 (the hub) to 1
 * @param timeZone what the users table says, NULL where it does not know
 * @param zone where the person lives
 * @param rhythm latent: the hours at which the person looks at the phone
 * @param isActive latent: visits often and acts a lot
 * @param visitProbability latent: P(visits the home timeline on a day on which nothing calls it back)
 * @param fatigueWeight latent: what one ignored push takes from the logit of opening the next
 * @param fatigueHalfLife latent: seconds after which an ignored push counts half
 * @param taste latent: +1 likes photos and videos, −1 plain text, in between less so
 * @param ageDirection latent, from the age: −1 (young) likes short posts without links, +1 long ones with links
 * @param tenure latent, from the account's age on the last day: +1 a year or more, −1 less
 * @param propensity latent: opens more (+1) or less (−1) than others, uniform
 * @param interests topics that the user cares about
 * @param popularity latent of the author, −1 (niche) to +1 (hub), from the rank
 * @param quality latent of the author, −1 to +1
 * @param silence probability of a day without a post
 * @param visualHabit probability that a post of the author carries a photo or video
 * @param longHabit probability that a post of the author is long
 */
record Person(
        long id,
        int community,
        int group,
        int mainTopic,
        double popularityRank,
        long createdAt,
        Place place,
        String language,
        String timeZone,
        ZoneId zone,
        Rhythm rhythm,
        String ageBucket,
        boolean isGuest,
        boolean isSuspended,
        boolean isProtected,
        boolean isUnsuitable,
        boolean isVerified,
        boolean isPushEnabled,
        boolean hasRecommendations,
        boolean hasTopics,
        boolean isInNetworkOnly,
        Integer pushCap,
        boolean isActive,
        double visitProbability,
        double fatigueWeight,
        double fatigueHalfLife,
        double taste,
        double ageDirection,
        double tenure,
        double propensity,
        List<Integer> interests,
        double popularity,
        double quality,
        double postsPerDay,
        double silence,
        double visualHabit,
        double longHabit) {

    /** Seconds that the person's clock is ahead of UTC at an instant. */
    int secondsFromUtc(long second) {
        return zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds();
    }

    /** How much attention a push finds at an instant, −1 to +1. */
    double attention(long second) {
        return rhythm.attention(second + secondsFromUtc(second));
    }

    boolean isInterestedIn(int topic) {
        return interests.contains(topic);
    }

    /** Whether the logging policy may show posts of this author to others. */
    boolean isRecommendable() {
        return !isSuspended && !isProtected && !isUnsuitable && !isGuest;
    }
}
