package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.ModelFormatException;
import java.nio.BufferUnderflowException;

/** Turns whatever jHDF throws at a malformed file into the one exception that is documented. */
final class Malformed {
    private Malformed() {
    }

    /**
     * @param byteOffset where the structure begins that was being read, or {@link ModelFormatException#NO_OFFSET}
     * @param subject path of the object it belongs to, or empty
     */
    static ModelFormatException of(String file, long byteOffset, String subject, Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof ModelFormatException)) {
            root = root.getCause();
        }
        if (root instanceof ModelFormatException known) {
            return known;
        }
        var malformed = new ModelFormatException(file, byteOffset, subject, "is malformed or not supported: " + text(root));
        malformed.addSuppressed(failure);
        return malformed;
    }

    private static String text(Throwable root) {
        return switch (root) {
            case StackOverflowError _ -> "its structures are nested too deep";
            case BufferUnderflowException _ -> "a structure ends too early";
            default -> root.getMessage() != null ? root.getMessage() : root.getClass().getSimpleName();
        };
    }
}
