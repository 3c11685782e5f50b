package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;

/** A model that cannot be signed as it lies there, or a signature file that cannot be written. */
public final class SigningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file the file concerned
     * @param problem what is wrong and what to do
     * @param cause the failure underneath, or null
     */
    public SigningException(String file, String problem, Throwable cause) {
        super(Printable.text(file + ": " + problem), cause);
    }

    public SigningException(String file, String problem) {
        this(file, problem, null);
    }
}
