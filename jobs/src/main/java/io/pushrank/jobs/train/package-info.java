/**
 * Makes a package of a ranker and examples: the shuffled copy, the steps, checkpoints, early stopping, calibration, and
 * warm starts from an earlier package.
 */
package io.pushrank.jobs.train;
