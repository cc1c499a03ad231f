/**
 * A synthetic world: users, posts, engagements and notifications whose true probabilities are known.
 *
 * <p>Everything is a pure function of (options, ids): who follows whom, what an author posts on a day, what a user sees
 * on a day. Nothing is stored or shuffled to make it, so that any partition computes what it needs of other users
 * again, and the same options give the same rows whatever the partitioning.
 */
package io.pushrank.jobs.world;
