package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Signs a model, a file or a directory, with a key, alone or with its certificate: OpenSSF Model Signing v1.0, sigstore bundle
 * v0.3.
 *
 * <p>Every regular file of a directory is signed, hidden ones too, except {@code .git}, {@code .gitignore},
 * {@code .gitattributes} and {@code .github} at its top, the signature file itself, the folder of its
 * cosignatures and what the caller excludes.
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
        NewBundle bundle = NewBundle.sign(signer, payload, signature);
        SignatureFile.write(signature, bundle.json());
        return bundle.manifest();
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
        Path real = SignatureFile.realPath(signature);
        SignatureFile.belongingTo(real).forEach(path -> exclusions.add(directory, path));
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
