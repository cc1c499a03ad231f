/** The two towers of retrieval: vectors of users and of posts whose dot product says how much the one may like the other. */
package io.pushrank.jobs.retrieval;
