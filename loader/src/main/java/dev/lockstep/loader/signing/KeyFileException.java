package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;

/** A key file that cannot be read, written or used: wrong kind of key, wrong passphrase, damaged, or already there. */
public final class KeyFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file name of the key file
     * @param problem what is wrong and what to do; never a part of a private key
     * @param cause the failure underneath, or null
     */
    public KeyFileException(String file, String problem, Throwable cause) {
        super(Printable.text(file + ": " + problem), cause);
    }

    public KeyFileException(String file, String problem) {
        this(file, problem, null);
    }
}
