package dev.lockstep.models;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.age.AgeIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The front door. */
public final class Lockstep {
    private Lockstep() {
    }

    /**
     * Verifies a checkpoint and loads it, with one worker thread per processor.
     *
     * @param file a GGUF file (of a split one, any part), a safetensors file beside its config.json, or a folder of Hugging Face transformers
     * @param trust on whose word to load it
     * @return the caller's to close
     * @throws dev.lockstep.loader.signing.ModelSignatureException if the policy does not allow this file
     * @throws dev.lockstep.loader.ModelFormatException if it is malformed or not supported
     * @throws dev.lockstep.securemem.SecureMemoryException if there is not enough memory; nothing stays behind
     * @throws IOException if it cannot be read
     */
    public static Model load(Path file, TrustPolicy trust) throws IOException {
        return load(file, trust, LoadOptions.defaults());
    }

    /** Like {@link #load(Path, TrustPolicy)}, with options. */
    public static Model load(Path file, TrustPolicy trust, LoadOptions options) throws IOException {
        return load(file, trust, options, List.of());
    }

    /**
     * Like {@link #load(Path, TrustPolicy)}, with options, for a file that may be encrypted.
     *
     * @param identities who decrypts a file whose name ends in {@value dev.lockstep.loader.age.EncryptedName#ENDING}; the caller's to close
     * @throws dev.lockstep.loader.age.AgeException if it cannot be decrypted, or the encrypted file was changed
     */
    public static Model load(Path file, TrustPolicy trust, LoadOptions options, List<? extends AgeIdentity> identities) throws IOException {
        try (var checkpoint = CheckpointLoader.open(file, trust, options.openOptions(), identities)) {
            return Model.load(checkpoint, options);
        }
    }

    /**
     * Verifies a checkpoint of an encoder and loads it, with one worker thread per processor.
     *
     * @return the caller's to close
     * @throws dev.lockstep.loader.ModelFormatException also if it is no encoder
     * @see #load(Path, TrustPolicy)
     */
    public static Embedder loadEmbedder(Path file, TrustPolicy trust) throws IOException {
        return loadEmbedder(file, trust, LoadOptions.defaults(), List.of());
    }

    /** Like {@link #loadEmbedder(Path, TrustPolicy)}, with options, for a file that may be encrypted. */
    public static Embedder loadEmbedder(Path file, TrustPolicy trust, LoadOptions options, List<? extends AgeIdentity> identities)
            throws IOException {
        try (var checkpoint = CheckpointLoader.open(file, trust, options.openOptions(), identities)) {
            return Embedder.load(checkpoint, options);
        }
    }
}
