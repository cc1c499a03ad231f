/** Figures with their intervals, and the tables, charts and pages that people read. It knows no table and no model. */
package io.pushrank.jobs.report;
