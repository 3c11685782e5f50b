package dev.lockstep.loader;

import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.signing.BundleVerifier;
import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.ModelVerifier;
import dev.lockstep.loader.signing.SignatureSet;
import dev.lockstep.loader.signing.SignedManifest;
import dev.lockstep.loader.trust.PolicyVerifier;
import dev.lockstep.loader.trust.PolicyVerifier.Assessment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * What somebody who is trusted says of the files of a checkpoint.
 *
 * @param model what the signer would call the file that was named, or the folder
 * @param version of the model that a release statement gives it, 0 without
 * @param onUse what to do once the files are known to be those, and can be used: with all that were read
 */
record Vouched(SignedManifest manifest, String model, long version, Consumer<List<Path>> onUse) {
    /**
     * Verifies the signature of a file or a folder, and asks the trust policy if there is one.
     *
     * @throws ModelSignatureException if there is none that is trusted, or the policy does not allow it
     */
    static Vouched by(Path model, TrustPolicy trust) {
        Path plain = EncryptedName.plain(model).orElse(model);
        Path signature = trust.signature().orElseGet(() -> findSignature(model, plain));
        SignedManifest manifest = BundleVerifier.verify(SignatureSet.read(signature), trust.signers());
        String name = String.valueOf(plain.getFileName());
        if (trust.rules().isEmpty()) {
            return new Vouched(manifest, name, 0, _ -> { });
        }
        PolicyVerifier rules = trust.rules().get();
        Assessment first = allowed(rules, model, signature, manifest, existingFiles(model, manifest));
        rules.insist(first);
        long version = first.release().map(release -> release.statement().version()).orElse(0L);
        // of a model that is named by one of its files, others are read as well
        return new Vouched(manifest, name, version, read -> rules.remember(allowed(rules, model, signature, manifest, read)));
    }

    private static Assessment allowed(PolicyVerifier rules, Path model, Path signature, SignedManifest manifest, List<Path> files) {
        Assessment assessment = rules.assess(EncryptedName.plain(model).orElse(model), signature, manifest, files);
        assessment.decision().requireAllowed(model.toString());
        return assessment;
    }

    /** What is missing is found to be when it is read; whoever could put it there could also put it there later. */
    private static List<Path> existingFiles(Path model, SignedManifest manifest) {
        List<Path> existing = ModelVerifier.filesOf(model, manifest).stream().filter(Files::exists).toList();
        return existing.isEmpty() ? List.of(model) : existing;
    }

    private static Path findSignature(Path model, Path plain) {
        List<Path> places = Files.isDirectory(model, LinkOption.NOFOLLOW_LINKS)
                ? List.of(model.resolve("model.sig"))
                : List.of(plain.resolveSibling(plain.getFileName() + ".sig"), plain.resolveSibling("model.sig"));
        return places.stream()
                .filter(place -> Files.exists(place, LinkOption.NOFOLLOW_LINKS))
                .findFirst()
                .orElseThrow(() -> new ModelSignatureException(Reason.SIGNATURE_MISSING, plain.toString(),
                        "has no signature (looked for " + places.stream().map(place -> place.getFileName().toString())
                                .reduce((a, b) -> a + " and " + b).orElseThrow() + (places.size() == 1 ? " in it)" : " beside it)")));
    }

    HashPlan plan() {
        return manifest.plan();
    }

    /** True if a file of this name, without a folder, is among the signed ones. */
    boolean lists(String name) {
        return manifest.names().contains(signedName(name));
    }

    /** Older signers give a single file no name; it is the one that was named, and nothing beside it. */
    private String signedName(String name) {
        return name.equals(model) ? manifest.nameOfSingleFile(name).orElse(name) : name;
    }

    void requireListed(String name, long byteSize) {
        manifest.requireListed(name, byteSize);
    }

    void requireDigests(String name, FileDigests digests) {
        manifest.requireDigests(signedName(name), digests);
    }

    Provenance provenance(String identity) {
        return new Provenance.Signed(identity, manifest.signers(), manifest.subjectName());
    }

    /**
     * Asks the policy about the files that were read, and remembers that they are used.
     *
     * @throws ModelSignatureException if it does not allow them
     */
    void use(List<Path> read) {
        onUse.accept(read);
    }
}
