/** Transparency logs: hash trees, the proofs that lead through them, and the signed notes that state their size and root. */
package dev.lockstep.loader.internal.tlog;
