package io.pushrank.jobs.world;

/**
 * A post with its latents.
 *
 * @param createdAt seconds since 1970
 * @param media none, photo or video
 * @param topic what it is about
 * @param secondTopic another topic, or −1
 * @param nsfwProbability NaN when not scored
 * @param spark latent: how much attention it draws, −1 to +1, uniform
 * @param isReply answers another post, if there was one to answer
 */
record Post(
        long id,
        long authorId,
        int day,
        long createdAt,
        String language,
        String media,
        boolean hasLink,
        int textLength,
        int topic,
        double topicScore,
        int secondTopic,
        double secondTopicScore,
        boolean isSensitive,
        double nsfwProbability,
        double spark,
        boolean isReply) {

    /** Posts of an author on a day. */
    static final int MOST_A_DAY = 15;

    /** The id tells author, day and number, so that a post can be made again from its id alone. */
    static long idOf(long authorId, int day, int number) {
        return (authorId << 16) | ((long) day << 4) | number;
    }

    /** What the ids of an author's posts of a day have in common. */
    static long dayKey(long authorId, int day) {
        return idOf(authorId, day, 0);
    }

    static long authorOf(long postId) {
        return postId >>> 16;
    }

    static int dayOf(long postId) {
        return (int) ((postId >>> 4) & 0xFFF);
    }

    /** Latent: +1 with photo or video, −1 without. */
    double visual() {
        return media.equals("none") ? -1 : 1;
    }

    /** Latent: −1 (short, no link) to +1 (long, with a link). */
    double wordiness() {
        double length = Math.max(-1, Math.min(1, (textLength - 140) / 100.0));
        return 0.75 * length + (hasLink ? 0.25 : -0.25);
    }
}
