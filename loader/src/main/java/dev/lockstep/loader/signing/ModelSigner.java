package dev.lockstep.loader.signing;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Signs a model, a file or a directory, with an elliptic-curve key, alone or with its certificate: OpenSSF Model Signing v1.0, sigstore bundle v0.3.
 *
 * <p>Every regular file of a directory is signed, hidden ones too, except {@code .git}, {@code .gitignore},
 * {@code .gitattributes} and {@code .github} at its top, the signature file itself and what the caller excludes.
 */
public final class ModelSigner {
    private ModelSigner() {
    }

    /**
     * Signs a model with a bare key, each file hashed as a whole with SHA-256.
     *
     * @see #sign(Path, SigningIdentity, HashPlan, Path, List)
     */
    public static SignedManifest sign(Path model, KeyPair keys, Path signature, List<Path> ignorePaths) {
        return sign(model, SigningIdentity.of(keys), HashPlan.SHA_256, signature, ignorePaths);
    }

    /**
     * Signs a model and writes the signature file in one step: it is there whole, or as it was before.
     *
     * @param model a regular file, or a directory without symbolic links
     * @param signer certificates must be valid now, meant for signing, and issued one by the other
     * @param plan how files are hashed
     * @param signature the file to write; an older signature is replaced, any other file is not
     * @param ignorePaths files and folders to leave out, relative to the model or absolute; recorded in the signature
     * @return what was signed, read back from the signature
     * @throws SigningException if the model cannot be signed or the signature not be written
     */
    public static SignedManifest sign(Path model, SigningIdentity signer, HashPlan plan, Path signature, List<Path> ignorePaths) {
        SignatureFile.requireReplaceable(signature);
        byte[] payload = statement(model, plan, signature, ignorePaths).toJson();
        byte[] message = Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload);
        byte[] bundle = bundle(signer, payload, Dsse.sign(signer.keys().getPrivate(), SigningAlgorithm.of(signer.publicKey()), message));
        // Before it is written: what this library would refuse, nobody should be given.
        SignedManifest manifest = readBack(bundle, signature, signer.asTrusted());
        SignatureFile.write(signature, bundle);
        return manifest;
    }

    private static SignedManifest readBack(byte[] bundle, Path signature, TrustedSigners trusted) {
        try {
            return BundleVerifier.verify(bundle, signature.toString(), trusted);
        } catch (ModelSignatureException e) {
            throw new SigningException(signature.toString(), "the new signature does not verify, so it is not written"
                    + " (does the public key belong to the private key?): " + e.getMessage(), e);
        }
    }

    private static byte[] bundle(SigningIdentity signer, byte[] payload, byte[] signature) {
        var json = new JsonMapper();
        var bundle = json.createObjectNode();
        bundle.put("mediaType", SignatureBundle.MEDIA_TYPE);
        var material = bundle.putObject("verificationMaterial");
        signer.describe(material);
        material.putArray("tlogEntries");
        var envelope = bundle.putObject("dsseEnvelope");
        envelope.put("payload", Base64.getEncoder().encodeToString(payload));
        envelope.put("payloadType", Dsse.IN_TOTO);
        envelope.putArray("signatures").addObject()
                .put("sig", Base64.getEncoder().encodeToString(signature))
                .put("keyid", "");
        return json.writeValueAsBytes(bundle);
    }

    private static Statement statement(Path model, HashPlan plan, Path signature, List<Path> ignorePaths) {
        try {
            Path real = model.toRealPath();
            return Files.isDirectory(real)
                    ? directoryStatement(real, plan, signature, ignorePaths)
                    : fileStatement(model, plan, signature, ignorePaths);
        } catch (NoSuchFileException e) {
            throw new SigningException(model.toString(), "does not exist", e);
        } catch (IOException e) {
            throw new SigningException(model.toString(), "cannot be read: " + e, e);
        }
    }

    private static Statement fileStatement(Path model, HashPlan plan, Path signature, List<Path> ignorePaths) throws IOException {
        if (!ModelTree.attributesOf(model).isRegularFile()) {
            throw new SigningException(model.toString(), "is not a regular file; links are not signed");
        }
        if (!ignorePaths.isEmpty()) {
            throw new SigningException(model.toString(), "is a single file, so there is nothing to ignore");
        }
        if (Files.exists(signature) && Files.isSameFile(model, signature)) {
            throw new SigningException(signature.toString(), "is the model itself; write the signature elsewhere");
        }
        String name = lastPart(model.toAbsolutePath().normalize());
        try (var hasher = new FileHasher(plan)) {
            FileDigests digests = hasher.digests(model);
            if (digests.digests().isEmpty()) {
                throw new SigningException(model.toString(), "is empty, so it has no shards to sign");
            }
            return Statement.of(name, plan, Map.of(name, digests), List.of());
        }
    }

    private static Statement directoryStatement(Path directory, HashPlan plan, Path signature, List<Path> ignorePaths)
            throws IOException {
        Exclusions exclusions = exclusions(directory, signature, ignorePaths);
        ModelTree tree = ModelTree.list(directory, exclusions);
        if (!tree.oddities().isEmpty()) {
            throw new SigningException(directory.toString(), "cannot sign " + Printable.list(tree.oddities())
                    + ": a link or special file, or a name that is not UTF-8 or holds a backslash; replace, rename or"
                    + " ignore it");
        }
        if (tree.files().isEmpty()) {
            throw new SigningException(directory.toString(), "holds no files to sign");
        }
        var digests = new LinkedHashMap<String, FileDigests>();
        try (var hasher = new FileHasher(plan)) {
            for (var file : tree.files().entrySet()) {
                digests.put(file.getKey(), hasher.digests(file.getValue()));
            }
        }
        String name = directory.getFileName() == null ? "model" : lastPart(directory);
        if (digests.values().stream().allMatch(file -> file.digests().isEmpty())) {
            throw new SigningException(directory.toString(), "holds only empty files, which have no shards to sign");
        }
        return Statement.of(name, plan, digests, exclusions.names());
    }

    private static Exclusions exclusions(Path directory, Path signature, List<Path> ignorePaths) throws IOException {
        var exclusions = new Exclusions();
        for (Path path : ignorePaths) {
            if (!exclusions.add(directory, path)) {
                throw new SigningException(path.toString(), "cannot be ignored: it is not below " + directory);
            }
        }
        exclusions.add(directory, SignatureFile.realPath(signature));
        return exclusions;
    }

    private static String lastPart(Path path) {
        try {
            String name = ResourceName.lastPart(path);
            if (ResourceName.isCanonical(name)) {
                return name;
            }
        } catch (CharacterCodingException e) {
            throw new SigningException(path.toString(), "has a name that is not UTF-8; rename it", e);
        }
        throw new SigningException(path.toString(), "has a name that no signature can hold; rename it");
    }
}
