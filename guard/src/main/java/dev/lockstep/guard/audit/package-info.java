/** The record of what was done: without content, and such that nobody can change it unnoticed. */
package dev.lockstep.guard.audit;
