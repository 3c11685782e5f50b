/**
 * Whose word counts for which model: the trust policy, the evidence it looks at, its decision, and what this device remembers
 * so that nothing old comes back. A policy and evidence go in, a decision comes out; only {@code SealedState} touches files.
 */
package dev.lockstep.loader.trust;
