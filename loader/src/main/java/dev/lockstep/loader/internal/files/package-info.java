/** Files of this machine: read within bounds, written whole or not at all, and whether anybody else could change them. */
package dev.lockstep.loader.internal.files;
