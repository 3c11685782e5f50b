/** Who may use which model on which data, on which device: one document, one pure decision. */
package dev.lockstep.guard.policy;
