package dev.lockstep.securemem;

/** Memory cannot be protected as is demanded, so none is given out. The message says what is missing, why, and what to do. */
public final class HardeningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HardeningException(String message) {
        super(message);
    }
}
