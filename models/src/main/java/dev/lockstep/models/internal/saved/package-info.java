/**
 * Sessions in files: encrypted for their owner, authentic, and of one model. {@code docs/formats/saved-session.md} has the format.
 * {@link dev.lockstep.models.internal.saved.SavedSession} writes and reads, {@code SessionHeader} says what a session is,
 * {@code SavedSize} how large it may be.
 */
package dev.lockstep.models.internal.saved;
