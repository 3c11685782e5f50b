/** Which device this is: its key, the certificate its administrator gave it, what it states about itself. */
package dev.lockstep.guard.device;
