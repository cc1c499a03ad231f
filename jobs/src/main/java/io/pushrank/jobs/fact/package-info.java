/**
 * The words that sources, rules and features share: families of facts and the views that they are made of, each an SQL file of
 * {@code conf/}; and how they are joined to rows, no more of them than is named.
 */
package io.pushrank.jobs.fact;
