/** JSON from outside, read so that it has one meaning only. */
package dev.lockstep.loader.internal.json;
