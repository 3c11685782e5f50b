package dev.lockstep.securemem;

/**
 * Off-heap memory could not be had: the machine, the container or the {@link MemoryBudget} has no more to give. Or somebody wrote where
 * nothing was theirs, which shows when memory is freed.
 */
public final class SecureMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SecureMemoryException(String message) {
        super(message);
    }

    public SecureMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
