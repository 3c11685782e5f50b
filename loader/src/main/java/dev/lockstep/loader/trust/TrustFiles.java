package dev.lockstep.loader.trust;

import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.signing.SignedBytes;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedSigners;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Policies on disk. */
public final class TrustFiles {
    /** Ten thousand signers with their keys stay below it. */
    public static final int MAX_FILE_BYTES = 8 << 20;

    private TrustFiles() {
    }

    /**
     * Reads a policy, once.
     *
     * @param administrator who must have signed it, like a model of a single file, with the signature in {@code FILE.sig}; where nobody
     *     must, nobody but the user and the administrator of the machine may be able to change it
     * @throws TrustFileException if it cannot be read, is malformed, or others could have changed it
     * @throws dev.lockstep.loader.signing.ModelSignatureException if the administrator has not signed these bytes
     */
    public static TrustDocument read(Path file, Optional<TrustedSigners> administrator) {
        return TrustDocument.parse(bytes(file, administrator), file.toString());
    }

    /**
     * Reads the text of a policy of any kind, once, under the same conditions.
     *
     * @throws TrustFileException if it cannot be read, or others could have changed it
     * @throws dev.lockstep.loader.signing.ModelSignatureException if the administrator has not signed these bytes
     */
    public static byte[] bytes(Path file, Optional<TrustedSigners> administrator) {
        if (administrator.isEmpty()) {
            requireProtected(file);
        }
        byte[] json = BoundedFile.read(file, MAX_FILE_BYTES, ", so it is no policy", TrustFileException::new);
        if (administrator.isPresent()) {
            SignedBytes.requireSigned(json, file.getFileName().toString(), file.resolveSibling(file.getFileName() + ".sig"), administrator.get());
        }
        return json;
    }

    /**
     * Passes if nobody but the user and the administrator of the machine could have changed a file, or put another in its place.
     *
     * @throws TrustFileException if somebody could, or the file does not exist
     */
    public static void requireProtected(Path file) {
        try {
            List<String> problems = FileExposure.of(file);
            if (!problems.isEmpty()) {
                throw new TrustFileException(file.toString(), "could be changed by others: " + String.join("; ", problems)
                        + ". Make sure that it is as you want it, then take that right away (chmod go-w)");
            }
        } catch (NoSuchFileException e) {
            throw new TrustFileException(file.toString(), "does not exist", e);
        } catch (IOException e) {
            throw new TrustFileException(file.toString(), "has permissions that cannot be read: " + e.getMessage(), e);
        }
    }
}
