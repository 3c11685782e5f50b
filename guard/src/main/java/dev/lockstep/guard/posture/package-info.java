/** Whether this device is fit: checks with their evidence and how to mend what is wrong. */
package dev.lockstep.guard.posture;
