/** Measures of predictions against what happened, for training, for evaluations and for benches; it needs none of them. */
package io.pushrank.jobs.metric;
