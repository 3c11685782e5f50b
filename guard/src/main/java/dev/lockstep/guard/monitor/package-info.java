/** What others may watch while it runs: JFR events and counters, without content. */
package dev.lockstep.guard.monitor;
