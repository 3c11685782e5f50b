/** The checks of a device, and what reads the files of the kernel for them. Each check is a function that never throws but for what it cannot see. */
package dev.lockstep.guard.internal.posture;
