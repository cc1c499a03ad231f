package io.pushrank.jobs.world;

/**
 * Random numbers as a function of (seed, purpose, ids): no state, so no order of evaluation can change them.
 *
 * @param seed of the world
 */
record Draw(long seed) {

    /** What a number is drawn for: two purposes never share a number. */
    enum Purpose {
        SCRAMBLE,
        GUEST,
        CREATED,
        CREATED_BEFORE,
        LANGUAGE,
        TIME_ZONE,
        UNKNOWN_ATTRIBUTE,
        AGE,
        FLAG_SUSPENDED,
        FLAG_PROTECTED,
        FLAG_UNSUITABLE,
        FLAG_VERIFIED,
        SETTING_PUSH,
        SETTING_RECOMMENDATIONS,
        SETTING_TOPICS,
        SETTING_IN_NETWORK,
        PUSH_CAP,
        ACTIVE,
        TASTE,
        TASTE_STRENGTH,
        PROPENSITY,
        INTEREST,
        POSTS_PER_DAY,
        HABIT_VISUAL,
        HABIT_LENGTH,
        QUALITY,
        QUALITY_STRENGTH,
        TOPIC_FOLLOW,
        TOPIC_FOLLOWED_AT,
        DEVICE_CAPABLE,
        DEVICE_PLATFORM,
        DEVICE_SECOND,
        DEVICE_REGISTERED,
        DEGREE,
        FOLLOW_ARENA,
        FOLLOW_COMMUNITY,
        FOLLOW_RANK,
        FOLLOWED_AT,
        FOLLOWED_BEFORE,
        AFFINITY,
        DEVICE_FOLLOW,
        RELATION,
        RELATION_OTHER,
        RELATION_AT,
        BLOCKED_BY_FOLLOWEE,
        POST_COUNT,
        POST_HOUR,
        POST_SECOND,
        POST_LANGUAGE,
        POST_MEDIA,
        POST_VIDEO,
        POST_LINK,
        POST_LENGTH,
        POST_LENGTH_VALUE,
        POST_TOPIC,
        POST_TOPIC_OTHER,
        POST_TOPIC_SCORE,
        POST_SECOND_TOPIC,
        POST_SENSITIVE,
        POST_NSFW,
        POST_SPARK,
        POST_REPLY,
        REPLY_TO,
        VISIT,
        VISIT_PROBABILITY,
        VISIT_COUNT,
        VISIT_RHYTHM,
        VISIT_HOUR,
        VISIT_SECOND,
        RHYTHM_KIND,
        RHYTHM_PEAK,
        RHYTHM_WIDTH,
        FATIGUE_WEIGHT,
        FATIGUE_HALF_LIFE,
        VIEW_COUNT,
        VIEW_SOURCE,
        VIEW_PICK,
        VIEW_NOISE,
        VIEW_SECOND,
        VIEW_ENGAGE,
        VIEW_KIND,
        VIEW_CLICK,
        VIEW_PROFILE,
        VIEW_DISLIKE,
        VIEW_REPORT,
        POPULAR_PICK,
        POPULAR_COMMUNITY,
        TOPIC_PICK,
        TOPIC_GROUP,
        PUSH_COUNT,
        PUSH_SOURCE,
        PUSH_PICK,
        PUSH_ACTOR,
        PUSH_ARM,
        PUSH_CHOICE,
        PUSH_WITHHELD,
        PUSH_SECOND,
        POLICY_CHOICE,
        OPEN,
        OPEN_WAY,
        OPEN_IS_LATE,
        OPEN_DELAY,
        OPEN_ENGAGE,
        ENGAGE_KIND,
        ENGAGE_DELAY,
        DISLIKE,
        OPT_OUT,
        OPT_IN,
        TREND_TOPIC,
        TREND_STARTED_AT,
        TREND_SCORE,
        SKEW_FOLLOW,
        SKEW_COUNT,
        SKEW_SECOND;

        /** From the name, so that a new purpose leaves the numbers of the others alone. */
        private final long salt = mix(name().hashCode());
    }

    /** A 64-bit hash: SplitMix64's finalizer, once for each key. */
    long bits(Purpose purpose, long first, long second, long third) {
        long hash = mix(seed ^ purpose.salt);
        hash = mix(hash ^ (first + 0x9E3779B97F4A7C15L));
        hash = mix(hash ^ (second + 0xD1B54A32D192ED03L));
        return mix(hash ^ (third + 0x8CB92BA72F3D8DD7L));
    }

    /** Uniform in [0, 1). */
    double uniform(Purpose purpose, long first, long second, long third) {
        return (bits(purpose, first, second, third) >>> 11) * 0x1p-53;
    }

    double uniform(Purpose purpose, long first, long second) {
        return uniform(purpose, first, second, 0);
    }

    double uniform(Purpose purpose, long first) {
        return uniform(purpose, first, 0, 0);
    }

    /** Uniform in [least, bound); least when that is empty. */
    static long between(long least, long bound, double uniform) {
        return bound <= least ? least : least + (long) (uniform * (bound - least));
    }

    /** Inverse of the Poisson distribution function, for means up to some tens. */
    static int poisson(double mean, double uniform) {
        double probability = Math.exp(-mean);
        double cumulated = probability;
        int count = 0;
        while (uniform > cumulated && count < 200) {
            count++;
            probability *= mean / count;
            cumulated += probability;
        }
        return count;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
