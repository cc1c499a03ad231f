/**
 * How output tables are published: written aside, checked, and made known in one step, the next numbered file of a day's
 * {@link io.pushrank.jobs.publish.PublicationLog}. {@link io.pushrank.jobs.publish.Publisher} writes,
 * {@link io.pushrank.jobs.publish.PublishedTables} finds what is published, and
 * {@link io.pushrank.jobs.publish.Cleaning} deletes what stopped runs left.
 *
 * <p>It stands above {@code table}, and below whatever reads published tables: stages, runs, examples.
 */
package io.pushrank.jobs.publish;
