/** Real data for evaluation: what Twitter users did around the announcement of the Higgs boson, as input tables. */
package io.pushrank.jobs.higgs;
