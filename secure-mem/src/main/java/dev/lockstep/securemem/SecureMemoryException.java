package dev.lockstep.securemem;

/** Off-heap memory could not be had: the machine or the container has no more to give. */
public final class SecureMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SecureMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
