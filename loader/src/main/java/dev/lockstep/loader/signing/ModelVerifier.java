package dev.lockstep.loader.signing;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.ModelTree.Kind;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
     * @param model the signed file or directory
     * @param signature the signature file; inside the model neither it nor the folder of its cosignatures is a part of it
     * @throws ModelSignatureException if anything is wrong
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
            Map<String, Path> files = Files.isDirectory(model)
                    ? signedFiles(model.toRealPath(), signature, manifest, options)
                    : singleFile(model, signature, manifest);
            compare(files, model, manifest);
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

    /** The signed files of a model that has been verified. */
    public static List<Path> filesOf(Path model, SignedManifest manifest) {
        return Files.isDirectory(model) ? manifest.names().stream().map(name -> ResourceName.resolve(model, name)).toList() : List.of(model);
    }

    private static Map<String, Path> singleFile(Path model, Path signature, SignedManifest manifest)
            throws IOException {
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
        if (manifest.nameOfSingleFile(fileName).isEmpty()) {
            throw new ModelSignatureException(Reason.FILE_MISSING, signature.toString(), "is not a signature of the"
                    + " single file \"" + fileName + "\" but of " + Printable.list(manifest.names()));
        }
        return Map.of(manifest.names().iterator().next(), model);
    }

    private static String nameOf(Path file) {
        try {
            return ResourceName.lastPart(file);
        } catch (CharacterCodingException e) {
            throw new ModelSignatureException(Reason.FILE_NOT_REGULAR, file.toString(),
                    "has a name that is not UTF-8", e);
        }
    }

    private static Map<String, Path> signedFiles(Path directory, Path signature, SignedManifest manifest,
            VerifyOptions options) throws IOException {
        if (manifest.names().contains(ResourceName.SINGLE_FILE)) {
            throw new ModelSignatureException(Reason.FILE_MISSING, signature.toString(),
                    "is the signature of a single file, not of a directory; name the file");
        }
        var problems = new TreeProblems(directory, signature);
        var files = new LinkedHashMap<String, Path>();
        for (String name : manifest.names()) {
            locate(directory, name, files, problems);
        }
        if (!options.ignoreUnsignedFiles()) {
            ModelTree tree = ModelTree.list(directory, exclusions(directory, signature, manifest, options));
            for (var file : tree.files().entrySet()) {
                // no shard speaks of an empty file, so a signer of shards cannot list it
                boolean unlisted = manifest.plan().isSharded() && Files.size(file.getValue()) == 0;
                if (!manifest.names().contains(file.getKey()) && !unlisted) {
                    problems.extra(file.getKey());
                }
            }
            tree.oddities().stream().filter(name -> !manifest.names().contains(name)).forEach(problems::notRegular);
        }
        problems.throwIfAny();
        return files;
    }

    private static void locate(Path directory, String name, Map<String, Path> files, TreeProblems problems)
            throws IOException {
        Path file;
        try {
            file = ResourceName.resolve(directory, name);
        } catch (IllegalArgumentException e) {
            // No file on this system can have the name, so the file is not there.
            problems.missing(name);
            return;
        }
        switch (ModelTree.kindOf(directory, file)) {
            case REGULAR_FILE -> files.put(name, file);
            case MISSING -> problems.missing(name);
            case OTHER -> problems.notRegular(name);
        }
    }

    private static Exclusions exclusions(Path directory, Path signature, SignedManifest manifest,
            VerifyOptions options) throws IOException {
        var exclusions = new Exclusions();
        exclusions.addNames(manifest.ignorePaths());
        // The name it was given and, if that is a link, the file it leads to.
        SignatureFile.belongingTo(SignatureFile.realPath(signature)).forEach(path -> exclusions.add(directory, path));
        exclusions.add(directory, signature.toRealPath());
        options.ignorePaths().forEach(path -> exclusions.add(directory, path));
        return exclusions;
    }

    private static void compare(Map<String, Path> files, Path model, SignedManifest manifest) {
        List<String> changed = new ArrayList<>();
        try (var hasher = new FileHasher(manifest.plan())) {
            files.forEach((name, file) -> {
                if (!manifest.digestsOf(name).orElseThrow().areOfSameBytes(hash(hasher, file))) {
                    changed.add(name);
                }
            });
        }
        if (!changed.isEmpty()) {
            throw new ModelSignatureException(Reason.DIGEST_MISMATCH, model.toString(), "other bytes than were signed"
                    + " in " + Printable.list(changed) + "; get an unchanged copy");
        }
    }

    private static FileDigests hash(FileHasher hasher, Path file) {
        try {
            return hasher.digests(file);
        } catch (IOException e) {
            throw SignatureFile.unreadable(file.toString(), e);
        }
    }
}
