package dev.lockstep.loader.signing;

import java.nio.file.Path;

/**
 * What lies there for a signed file.
 *
 * @param path a regular file
 * @param encrypted true if the signed bytes are those of its plaintext
 */
record StoredFile(Path path, boolean encrypted) { }
