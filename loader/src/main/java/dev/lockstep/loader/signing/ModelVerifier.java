package dev.lockstep.loader.signing;

import dev.lockstep.loader.age.AgeIdentities;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.internal.text.Printable;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.ModelTree.Kind;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies a model where it lies: the signature file against trusted signers, then every signed file against its digest,
 * then that nothing else is there.
 *
 * <p>The answer is about the moment of reading. A loader does not read the files again after this; it hashes its own
 * copy and compares with {@link SignedManifest#requireDigests}.
 */
public final class ModelVerifier {
    private ModelVerifier() {
    }

    /**
     * Verifies a file or a directory. Files are opened once, as regular files, and no symbolic link below the model is
     * followed. What is missing, extra or not a regular file is reported before anything is hashed.
     *
     * <p>Any file may lie there encrypted, as {@code name.age} instead of {@code name}. The signature is of its plaintext, which is
     * decrypted piece by piece into secure memory, hashed there, and nowhere else.
     *
     * @param model the signed file or directory
     * @param signature the signature file; inside the model neither it nor the folder of its cosignatures is a part of it
     * @throws ModelSignatureException if anything is wrong
     * @throws dev.lockstep.loader.age.AgeException if a file is encrypted for none of the identities, or was changed
     */
    public static SignedManifest verify(Path model, Path signature, TrustedSigners trusted, VerifyOptions options) {
        SignedManifest manifest = BundleVerifier.verify(SignatureSet.read(signature), trusted, options.legacyV02());
        requireSameFiles(model, signature, manifest, options);
        return manifest;
    }

    /**
     * The comparison alone.
     *
     * @throws ModelSignatureException if the model is not what was signed
     */
    static void requireSameFiles(Path model, Path signature, SignedManifest manifest, VerifyOptions options) {
        try {
            Map<String, StoredFile> files = Files.isDirectory(model)
                    ? SignedFiles.inDirectory(model.toRealPath(), signature, manifest, options)
                    : singleFile(model, signature, manifest);
            compare(files, model, manifest, options.identities());
        } catch (IOException e) {
            throw SignatureFile.unreadable(model.toString(), e);
        }
    }

    /**
     * The bytes of a signature file, for {@link BundleVerifier}.
     *
     * @throws ModelSignatureException if there is none, or it is larger than any signature
     */
    public static byte[] readSignature(Path signature) {
        if (!Files.isRegularFile(signature)) {
            throw new ModelSignatureException(Reason.SIGNATURE_MISSING, signature.toString(),
                    Files.exists(signature) ? "is not a file" : "there is no signature; sign the model with"
                            + " lockstep sign, or ask its publisher for one");
        }
        return SignatureFile.read(signature);
    }

    /** What lies there for the signed files of a model that has been verified: the files themselves, or encrypted ones. */
    public static List<Path> filesOf(Path model, SignedManifest manifest) {
        return Files.isDirectory(model) ? SignedFiles.present(model, manifest) : List.of(model);
    }

    private static Map<String, StoredFile> singleFile(Path model, Path signature, SignedManifest manifest) throws IOException {
        Kind kind;
        try {
            kind = ModelTree.attributesOf(model).isRegularFile() ? Kind.REGULAR_FILE : Kind.OTHER;
        } catch (NoSuchFileException e) {
            kind = Kind.MISSING;
        }
        if (kind != Kind.REGULAR_FILE) {
            throw new ModelSignatureException(kind == Kind.MISSING ? Reason.FILE_MISSING : Reason.FILE_NOT_REGULAR,
                    model.toString(), kind == Kind.MISSING ? "does not exist" : "is not a regular file; links are not"
                            + " followed, name the file itself");
        }
        String fileName = nameOf(model);
        Optional<String> plain = plainName(fileName, manifest);
        String signed = manifest.nameOfSingleFile(plain.orElse(fileName)).orElseThrow(() -> new ModelSignatureException(
                Reason.FILE_MISSING, signature.toString(), "is not a signature of the single file \"" + fileName + "\" but of "
                        + Printable.list(manifest.names())));
        return Map.of(signed, new StoredFile(model, plain.isPresent()));
    }

    /** A signed name is that file's own. Older signers give a single file none, so it goes by the ending, as it does for loaders. */
    private static Optional<String> plainName(String fileName, SignedManifest manifest) {
        return manifest.names().contains(fileName) ? Optional.empty() : EncryptedName.plain(fileName);
    }

    private static String nameOf(Path file) {
        try {
            return ResourceName.lastPart(file);
        } catch (CharacterCodingException e) {
            throw new ModelSignatureException(Reason.FILE_NOT_REGULAR, file.toString(),
                    "has a name that is not UTF-8", e);
        }
    }

    /** What a model is called by its signer and in trust policies: an encrypted file of its own goes by the name of its plaintext. */
    public static Path plaintextOf(Path model, SignedManifest manifest) {
        boolean encrypted = !Files.isDirectory(model) && plainName(nameOf(model), manifest).isPresent();
        return encrypted ? EncryptedName.plain(model).orElseThrow() : model;
    }

    private static void compare(Map<String, StoredFile> files, Path model, SignedManifest manifest, AgeIdentities identities) {
        List<String> changed = new ArrayList<>();
        try (var hasher = new FileHasher(manifest.plan())) {
            files.forEach((name, file) -> {
                if (!manifest.digestsOf(name).orElseThrow().areOfSameBytes(hash(hasher, file, identities))) {
                    changed.add(name);
                }
            });
        }
        if (!changed.isEmpty()) {
            throw new ModelSignatureException(Reason.DIGEST_MISMATCH, model.toString(), "other bytes than were signed"
                    + " in " + Printable.list(changed) + "; get an unchanged copy");
        }
    }

    private static FileDigests hash(FileHasher hasher, StoredFile file, AgeIdentities identities) {
        try {
            return file.encrypted() ? hasher.plaintextDigests(file.path(), identities.of(file.path())) : hasher.digests(file.path());
        } catch (IOException e) {
            throw SignatureFile.unreadable(file.path().toString(), e);
        }
    }
}
