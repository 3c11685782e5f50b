package dev.lockstep.loader;

import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.internal.OpenFile;
import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.internal.gguf.GgufReader;
import dev.lockstep.loader.signing.BundleVerifier;
import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.SignatureSet;
import dev.lockstep.loader.signing.SignedManifest;
import dev.lockstep.loader.trust.PolicyVerifier;
import dev.lockstep.loader.trust.PolicyVerifier.Assessment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Opens checkpoints: signature first, then the copy and its digest, then the header. Stateless and thread-safe.
 *
 * <p>The signature of {@code model.gguf} is looked for in {@code model.gguf.sig} and then in {@code model.sig} of the same
 * folder, which may cover other files as well; only the file that is loaded is compared.
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
     * Verifies and opens a checkpoint. A file whose name ends in {@value EncryptedName#ENDING} is decrypted into secure memory first; it goes by
     * the name without that ending, and the signature is of its plaintext, so that whoever encrypts it for a device need not sign it.
     *
     * @param file the model file
     * @param trust on whose word to load it
     * @param residency where its weights will be
     * @param identities who decrypts, tried in order; the caller's to close
     * @return the caller's to close; that zeroes the private copy
     * @throws ModelSignatureException if the policy does not allow this file: unsigned, signed by somebody else, or changed
     * @throws dev.lockstep.loader.age.AgeException if it cannot be decrypted, or the encrypted file was changed
     * @throws ModelFormatException if the file is trusted but malformed
     * @throws IOException if the file cannot be read
     */
    public static VerifiedCheckpoint open(Path file, TrustPolicy trust, Residency residency, List<? extends AgeIdentity> identities)
            throws IOException {
        requireFile(file);
        List<String> exposure = FileExposure.of(file);
        Path plain = EncryptedName.plain(file).orElse(file);
        boolean encrypted = !plain.equals(file);
        Optional<Vouched> vouched = trust.isUnsignedAllowed() ? Optional.empty() : Optional.of(vouched(file, plain, trust));
        if (vouched.isPresent()) {
            vouched.get().manifest.requireListed(plain.getFileName().toString(), encrypted ? FileDigests.UNKNOWN : Files.size(file));
        }
        HashPlan plan = vouched.map(each -> each.manifest.plan()).orElse(HashPlan.SHA_256);
        var bytes = encrypted
                ? CheckpointBytes.decrypt(file, plain.getFileName().toString(), plan, residency, identities)
                : CheckpointBytes.read(file, plan, residency);
        try {
            Provenance provenance = compare(bytes, vouched);
            var checkpoint = new VerifiedCheckpoint(bytes, GgufReader.read(bytes.source()), provenance, exposure);
            vouched.ifPresent(each -> each.remember.run());
            return checkpoint;
        } catch (Throwable t) {
            bytes.close();
            throw t;
        }
    }

    /**
     * What somebody who is trusted says of a file.
     *
     * @param remember what to do once the file is known to be that one, and can be used
     */
    private record Vouched(SignedManifest manifest, Runnable remember) { }

    private static void requireFile(Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is a folder; a model is a .gguf file");
        }
        OpenFile.requireRegularFile(file);
    }

    private static Vouched vouched(Path file, Path plain, TrustPolicy trust) {
        Path signature = trust.signature().orElseGet(() -> findSignature(plain));
        SignedManifest manifest = BundleVerifier.verify(SignatureSet.read(signature), trust.signers());
        if (trust.rules().isEmpty()) {
            return new Vouched(manifest, () -> { });
        }
        PolicyVerifier rules = trust.rules().get();
        Assessment assessment = rules.assess(plain, signature, manifest, List.of(file));
        assessment.decision().requireAllowed(file.toString());
        rules.insist(assessment);
        return new Vouched(manifest, () -> rules.remember(assessment));
    }

    private static Path findSignature(Path file) {
        List<Path> places = List.of(file.resolveSibling(file.getFileName() + ".sig"), file.resolveSibling("model.sig"));
        return places.stream()
                .filter(place -> Files.exists(place, LinkOption.NOFOLLOW_LINKS))
                .findFirst()
                .orElseThrow(() -> new ModelSignatureException(Reason.SIGNATURE_MISSING, file.toString(),
                        "has no signature (looked for " + places.get(0).getFileName() + " and " + places.get(1).getFileName()
                                + " beside it)"));
    }

    private static Provenance compare(CheckpointBytes bytes, Optional<Vouched> vouched) {
        FileDigests digests = bytes.digests();
        if (vouched.isEmpty()) {
            return new Provenance.Unverified(digests.identity());
        }
        SignedManifest signed = vouched.get().manifest;
        String name = bytes.source().name();
        signed.requireDigests(signed.nameOfSingleFile(name).orElse(name), digests);
        return new Provenance.Signed(digests.identity(), signed.signers(), signed.subjectName());
    }
}
