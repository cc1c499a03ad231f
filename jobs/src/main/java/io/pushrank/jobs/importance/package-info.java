/** What each feature is worth to a ranker: how much worse it ranks when the feature says nothing. */
package io.pushrank.jobs.importance;
