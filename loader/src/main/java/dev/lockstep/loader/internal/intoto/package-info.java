/** Statements about something, in the layout of in-toto. */
package dev.lockstep.loader.internal.intoto;
