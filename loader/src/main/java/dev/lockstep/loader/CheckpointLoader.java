package dev.lockstep.loader;

import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.securemem.Closing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens checkpoints: the gate first, then the signature, the copy and its digest, and the header. Stateless and thread-safe.
 *
 * <p>The signature of {@code model.gguf} is looked for in {@code model.gguf.sig} and then in {@code model.sig} of the same
 * folder, which may cover other files as well; only what is loaded is compared. That of a folder is its {@code model.sig}, which must
 * cover all files that are read.
 */
public final class CheckpointLoader {
    private CheckpointLoader() {
    }

    /** Verifies and opens a checkpoint whose weights will be {@linkplain Residency#RESIDENT in memory}. */
    public static VerifiedCheckpoint open(Path file, TrustPolicy trust) throws IOException {
        return open(file, trust, Residency.RESIDENT);
    }

    /** Verifies and opens a checkpoint that is not encrypted. */
    public static VerifiedCheckpoint open(Path file, TrustPolicy trust, Residency residency) throws IOException {
        return open(file, trust, residency, List.of());
    }

    /**
     * Verifies and opens a checkpoint: a GGUF file (of a split one, any part), a safetensors file with its config.json beside it, a
     * folder of Hugging Face transformers, or an HDF5 file (of one with several models, as in {@code models.h5#group}).
     *
     * <p>A file whose name ends in {@value EncryptedName#ENDING} is decrypted into secure memory first; it goes by the name without that
     * ending, and the signature is of its plaintext, so that whoever encrypts it for a device need not sign it.
     *
     * @param file the model file or folder
     * @param trust on whose word to load it
     * @param options where its weights will be, of which type, and who is asked first
     * @param identities who decrypts, tried in order; the caller's to close
     * @return the caller's to close; that zeroes the private copy
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses; before a byte is read, or once it is known what was read
     * @throws ModelSignatureException if the policy does not allow this file: unsigned, signed by somebody else, or changed
     * @throws dev.lockstep.loader.age.AgeException if it cannot be decrypted, or the encrypted file was changed
     * @throws ModelFormatException if the file is trusted but malformed
     * @throws dev.lockstep.securemem.SecureMemoryException if there is not enough memory; nothing stays behind
     * @throws IOException if a file cannot be read, or the options cannot be had for this format
     */
    public static VerifiedCheckpoint open(Path file, TrustPolicy trust, OpenOptions options, List<? extends AgeIdentity> identities)
            throws IOException {
        if (options.type().isPresent() && options.residency() == Residency.MAPPED) {
            throw new IOException(file + " is to be quantized when it is loaded, so its weights cannot stay in it; use the residency RESIDENT, or make a"
                    + " file of it with lockstep quantize");
        }
        ModelLocation model = ModelLocation.of(file);
        ask(options.gate(), model.path(), trust);
        try {
            return openAllowed(model, trust, options, identities);
        } catch (ModelSignatureException e) {
            throw rejected(options.gate(), model.path(), e.reason(), e);
        } catch (AgeException e) {
            throw e.reason().isTampering() ? rejected(options.gate(), model.path(), e.reason(), e) : e;
        }
    }

    private static void ask(ModelGate gate, Path model, TrustPolicy trust) {
        gate.opening(model);
        if (trust.isUnsignedAllowed()) {
            gate.openingUnsigned(model);
        }
    }

    private static VerifiedCheckpoint openAllowed(ModelLocation model, TrustPolicy trust, OpenOptions options,
            List<? extends AgeIdentity> identities) throws IOException {
        CheckpointFormat format = CheckpointFormat.of(model.path());
        try (var files = new VerifiedFiles(model, trust, options, identities)) {
            return format.open(files);
        }
    }

    /** The model is rejected whatever becomes of the record of it. */
    private static <X extends RuntimeException> X rejected(ModelGate gate, Path file, Enum<?> reason, X rejection) {
        Closing.after(rejection, () -> gate.rejected(file, reason.name()));
        return rejection;
    }

    /** The same with weights of the types in which they are stored. */
    public static VerifiedCheckpoint open(Path file, TrustPolicy trust, Residency residency, List<? extends AgeIdentity> identities)
            throws IOException {
        return open(file, trust, OpenOptions.of(residency), identities);
    }
}
