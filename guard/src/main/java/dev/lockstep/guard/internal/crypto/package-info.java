/** The one kind of key that devices have. */
package dev.lockstep.guard.internal.crypto;
