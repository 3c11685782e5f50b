/** What the JDK leaves open in hashes, signatures and certificates, closed in one place. */
package dev.lockstep.loader.internal.crypto;
