/** Several policies day after day in one synthetic world, whose people answer what each sends. */
package io.pushrank.jobs.simulate;
