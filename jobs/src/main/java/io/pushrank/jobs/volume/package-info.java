/** Limits of the volume of sends by shadow prices. No stage uses it yet. */
package io.pushrank.jobs.volume;
