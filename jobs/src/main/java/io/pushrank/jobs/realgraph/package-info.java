/** How likely each account acts on each other one within a day, learned from what lay between them before. */
package io.pushrank.jobs.realgraph;
