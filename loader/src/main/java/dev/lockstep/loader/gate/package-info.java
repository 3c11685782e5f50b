/** Where a model may be stopped before it is read, and what it does may be recorded; {@code dev.lockstep.guard} has the implementation. */
package dev.lockstep.loader.gate;
