/**
 * Files that lie encrypted: age v1 (c2sp.org/age at 037e546, age-encryption.org/v1), read and written. A header wraps a file key for
 * each recipient; the payload is chunks of 64 KiB, each authenticated by itself, so that many can be decrypted at once and any one can
 * be sought. What age proves is that somebody who knew the file key wrote the file; who that was, only a signature proves.
 */
package dev.lockstep.loader.age;
