/** Audit records in the formats that security teams collect: one line of text for each. */
package dev.lockstep.guard.audit.export;
