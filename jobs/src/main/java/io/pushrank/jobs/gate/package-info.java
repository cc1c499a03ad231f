/**
 * Holds a day as a whole against the days before it, where every row on its own is right: half the rows, a column turned
 * NULL, prices in another currency, one notification type that crowds out the others.
 *
 * <p>{@link io.pushrank.jobs.table.Validator} looks at rows (types, ranges, keys, references, and
 * {@code inputs.max_quarantined_share}); gates look at a table's {@link io.pushrank.jobs.gate.Profile}, and at the day's
 * {@link io.pushrank.jobs.gate.SendsProfile}. They only compare counts, so that profiles can be kept and days added up.
 */
package io.pushrank.jobs.gate;
