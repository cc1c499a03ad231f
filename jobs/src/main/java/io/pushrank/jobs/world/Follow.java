package io.pushrank.jobs.world;

/**
 * An edge of the follow graph.
 *
 * @param followedAt seconds since 1970
 * @param affinity latent: how close the follower feels to the followee, −1 or +1
 */
record Follow(long followeeId, long followedAt, boolean isDeviceFollow, double affinity) {}
