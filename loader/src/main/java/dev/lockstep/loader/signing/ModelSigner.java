package dev.lockstep.loader.signing;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Signs a model, a file or a directory, with an elliptic-curve key, alone or with its certificate: OpenSSF Model Signing v1.0, serialization "files",
 * SHA-256, sigstore bundle v0.3.
 *
 * <p>Every regular file of a directory is signed, hidden ones too, except {@code .git}, {@code .gitignore},
 * {@code .gitattributes} and {@code .github} at its top, the signature file itself and what the caller excludes.
 */
public final class ModelSigner {
    private ModelSigner() {
    }

    /**
     * Signs a model and writes the signature file in one step: it is there whole, or as it was before.
     *
     * @param model a regular file, or a directory without symbolic links
     * @param keys a key pair on one of the curves of {@link EcCurve}
     * @param signature the file to write; an older signature is replaced, any other file is not
     * @param ignorePaths files and folders to leave out, relative to the model or absolute; recorded in the signature
     * @return what was signed, read back from the signature
     * @throws SigningException if the model cannot be signed or the signature not be written
     */
    public static SignedManifest sign(Path model, KeyPair keys, Path signature, List<Path> ignorePaths) {
        var publicKey = (ECPublicKey) keys.getPublic();
        return sign(model, keys, json -> json.putObject("publicKey").put("hint", KeyId.of(publicKey).hex()),
                TrustedSigners.of(TrustedKeys.of(publicKey)), signature, ignorePaths);
    }

    /**
     * The same, with a certificate for the key. It must be valid now and meant for signing, and the chain must hold together.
     *
     * @param certificates of the key, of its issuer, and so on; the last one's issuer, or itself, is what verifiers have to trust
     */
    public static SignedManifest sign(Path model, KeyPair keys, List<X509Certificate> certificates, Path signature,
            List<Path> ignorePaths) {
        if (!isKeyOf(certificates.getFirst(), keys)) {
            throw new SigningException(signature.toString(), "cannot be made: the first certificate is not that of the private key");
        }
        return sign(model, keys, json -> putCertificates(json, certificates),
                TrustedSigners.of(TrustedCertificates.of(certificates.getLast())), signature, ignorePaths);
    }

    private static boolean isKeyOf(X509Certificate certificate, KeyPair keys) {
        return Arrays.equals(certificate.getPublicKey().getEncoded(), keys.getPublic().getEncoded());
    }

    private static void putCertificates(ObjectNode material, List<X509Certificate> certificates) {
        ArrayNode chain = material.putObject("x509CertificateChain").putArray("certificates");
        for (X509Certificate certificate : certificates) {
            try {
                chain.addObject().put("rawBytes", Base64.getEncoder().encodeToString(certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalArgumentException("a certificate has no encoding", e);
            }
        }
    }

    private static SignedManifest sign(Path model, KeyPair keys, Consumer<ObjectNode> material, TrustedSigners trusted,
            Path signature, List<Path> ignorePaths) {
        var publicKey = (ECPublicKey) keys.getPublic();
        SignatureFile.requireReplaceable(signature);
        byte[] payload = statement(model, signature, ignorePaths).toJson();
        byte[] message = Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload);
        byte[] bundle = bundle(material, payload, Dsse.sign(keys.getPrivate(), EcCurve.of(publicKey), message));
        // Before it is written: what this library would refuse, nobody should be given.
        SignedManifest manifest = readBack(bundle, signature, trusted);
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

    private static byte[] bundle(Consumer<ObjectNode> signer, byte[] payload, byte[] signature) {
        var json = new JsonMapper();
        var bundle = json.createObjectNode();
        bundle.put("mediaType", SignatureBundle.MEDIA_TYPE);
        var material = bundle.putObject("verificationMaterial");
        signer.accept(material);
        material.putArray("tlogEntries");
        var envelope = bundle.putObject("dsseEnvelope");
        envelope.put("payload", Base64.getEncoder().encodeToString(payload));
        envelope.put("payloadType", Dsse.IN_TOTO);
        envelope.putArray("signatures").addObject()
                .put("sig", Base64.getEncoder().encodeToString(signature))
                .put("keyid", "");
        return json.writeValueAsBytes(bundle);
    }

    private static Statement statement(Path model, Path signature, List<Path> ignorePaths) {
        try {
            Path real = model.toRealPath();
            return Files.isDirectory(real)
                    ? directoryStatement(real, signature, ignorePaths)
                    : fileStatement(model, signature, ignorePaths);
        } catch (NoSuchFileException e) {
            throw new SigningException(model.toString(), "does not exist", e);
        } catch (IOException e) {
            throw new SigningException(model.toString(), "cannot be read: " + e, e);
        }
    }

    private static Statement fileStatement(Path model, Path signature, List<Path> ignorePaths) throws IOException {
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
        try (var hasher = new FileHasher()) {
            return statement(name, Map.of(name, hasher.sha256(model)), List.of());
        }
    }

    private static Statement directoryStatement(Path directory, Path signature, List<Path> ignorePaths)
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
        var digests = new LinkedHashMap<String, byte[]>();
        try (var hasher = new FileHasher()) {
            for (var file : tree.files().entrySet()) {
                digests.put(file.getKey(), hasher.sha256(file.getValue()));
            }
        }
        String name = directory.getFileName() == null ? "model" : lastPart(directory);
        return statement(name, digests, exclusions.names());
    }

    private static Statement statement(String subjectName, Map<String, byte[]> digests, List<String> ignorePaths) {
        return new Statement(subjectName, Statement.rootOf(digests.values()), digests, ignorePaths);
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
