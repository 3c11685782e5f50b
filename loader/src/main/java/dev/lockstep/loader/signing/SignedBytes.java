package dev.lockstep.loader.signing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Small files that are read once, into memory, and are signed like a model of a single file. */
public final class SignedBytes {
    private SignedBytes() {
    }

    /**
     * Passes if somebody who is trusted has signed these bytes.
     *
     * @param name of the file they came from
     * @throws ModelSignatureException if nobody has
     */
    public static SignedManifest requireSigned(byte[] bytes, String name, Path signature, TrustedSigners trusted) {
        SignedManifest manifest = BundleVerifier.verify(SignatureSet.read(signature), trusted);
        manifest.requireDigests(manifest.nameOfSingleFile(name).orElse(name), digests(bytes, manifest.plan()));
        return manifest;
    }

    private static FileDigests digests(byte[] bytes, HashPlan plan) {
        try (var memory = SecureArena.open("bytes to hash")) {
            MemorySegment copy = memory.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
            var digest = new PlannedDigest(plan);
            digest.update(copy);
            return digest.finish();
        }
    }
}
