/** Conversations in a session: which templates a model has, where an answer ends. */
package dev.lockstep.models.internal.chat;
