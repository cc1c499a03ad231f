/**
 * Public data sets as input tables, to evaluate on what people really did: Twitter around the announcement of the Higgs boson,
 * and MovieLens.
 */
package io.pushrank.jobs.dataset;
