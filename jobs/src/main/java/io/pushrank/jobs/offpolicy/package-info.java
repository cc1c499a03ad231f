/** What a policy would have been worth, by what another one sent and wrote down (off-policy evaluation). It knows no table. */
package io.pushrank.jobs.offpolicy;
