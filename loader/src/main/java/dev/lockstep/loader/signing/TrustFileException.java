package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;

/** A file of the verifier's own configuration that cannot be used: whom it trusts, and under which conditions. */
public final class TrustFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file name of the file
     * @param problem what is wrong and what to do
     * @param cause the failure underneath, or null
     */
    public TrustFileException(String file, String problem, Throwable cause) {
        super(Printable.text(file + ": " + problem), cause);
    }

    public TrustFileException(String file, String problem) {
        this(file, problem, null);
    }
}
