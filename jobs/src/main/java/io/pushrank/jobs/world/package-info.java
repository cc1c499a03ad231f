/**
 * A synthetic world: users, posts, engagements and notifications whose true probabilities are known.
 *
 * <p>Everything is a pure function of (options, ids): who follows whom, what an author posts on a day, what a user sees
 * on a day. Nothing is shuffled to make it: any partition computes what it needs of other users again, unless its JVM
 * remembers it ({@link io.pushrank.jobs.world.Memo}), and the same options give the same rows whatever the partitioning.
 */
package io.pushrank.jobs.world;
