/** The guard: posture, policy, audit and counters behind one {@link dev.lockstep.loader.gate.ModelGate}. */
package dev.lockstep.guard;
