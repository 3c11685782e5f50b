/** A benchmark as a page to look at: plots with the machine's ceilings in them, and every number. Alone in using chart libraries. */
package dev.lockstep.app.bench.report;
