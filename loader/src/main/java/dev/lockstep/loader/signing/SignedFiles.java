package dev.lockstep.loader.signing;

import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.ModelTree.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the files of a signed list lie: each under its name, or encrypted under its {@link EncryptedName}. A name that is listed is that
 * file and no other, also if it ends as encrypted ones do. If both lie there, one of them is not signed, and which one would be used is
 * not for a verifier to guess: that is refused, unless one of them is ignored.
 */
final class SignedFiles {
    private final Path directory;
    private final SignedManifest manifest;
    private final Exclusions exclusions;
    private final List<Path> ignorePaths;
    private final TreeProblems problems;
    private final Map<String, StoredFile> files = new LinkedHashMap<>();
    /** Names of what stands for signed files. */
    private final Set<String> encryptedNames = new HashSet<>();

    private SignedFiles(Path directory, Path signature, SignedManifest manifest, VerifyOptions options) throws IOException {
        this.directory = directory;
        this.manifest = manifest;
        this.exclusions = exclusions(directory, signature, manifest, options);
        this.ignorePaths = options.ignorePaths();
        this.problems = new TreeProblems(directory, signature);
    }

    /**
     * The files of a directory by their signed names.
     *
     * @throws ModelSignatureException if one is missing, ambiguous or not a regular file, or more are there than the options forgive
     */
    static Map<String, StoredFile> inDirectory(Path directory, Path signature, SignedManifest manifest, VerifyOptions options)
            throws IOException {
        if (manifest.names().contains(ResourceName.SINGLE_FILE)) {
            throw new ModelSignatureException(Reason.FILE_MISSING, signature.toString(),
                    "is the signature of a single file, not of a directory; name the file");
        }
        var located = new SignedFiles(directory, signature, manifest, options);
        for (String name : manifest.names()) {
            located.locate(name);
        }
        if (!options.ignoreUnsignedFiles()) {
            located.requireNothingElse();
        }
        located.problems.throwIfAny();
        return located.files;
    }

    /** What lies in a directory for the signed files, after they were verified; both files where one of two is ignored. */
    static List<Path> present(Path directory, SignedManifest manifest) {
        return manifest.names().stream().flatMap(name -> {
            Path plain = ResourceName.resolve(directory, name);
            Path encrypted = ResourceName.resolve(directory, EncryptedName.of(name));
            if (manifest.names().contains(EncryptedName.of(name)) || !Files.isRegularFile(encrypted, LinkOption.NOFOLLOW_LINKS)) {
                return Stream.of(plain);
            }
            return Files.isRegularFile(plain, LinkOption.NOFOLLOW_LINKS) ? Stream.of(plain, encrypted) : Stream.of(encrypted);
        }).toList();
    }

    private void locate(String name) throws IOException {
        Path plain;
        try {
            plain = ResourceName.resolve(directory, name);
        } catch (IllegalArgumentException e) {
            // No file on this system can have the name, so the file is not there.
            problems.missing(name);
            return;
        }
        Optional<Path> encrypted = encrypted(name);
        switch (ModelTree.kindOf(directory, plain)) {
            case REGULAR_FILE -> found(name, plain, encrypted);
            case MISSING -> encrypted.ifPresentOrElse(file -> files.put(name, new StoredFile(file, true)), () -> problems.missing(name));
            case OTHER -> problems.notRegular(name);
        }
    }

    private Optional<Path> encrypted(String name) {
        String encryptedName = EncryptedName.of(name);
        try {
            Path file = ResourceName.resolve(directory, encryptedName);
            if (!manifest.names().contains(encryptedName) && ModelTree.kindOf(directory, file) == Kind.REGULAR_FILE) {
                encryptedNames.add(encryptedName);
                return Optional.of(file);
            }
        } catch (IOException | IllegalArgumentException e) {
            // The name is too long by its ending, for one: where no file can have it, none has.
        }
        return Optional.empty();
    }

    /** Ignoring excuses what is not signed; a signed name it hides only for a caller who names that very file. */
    private void found(String name, Path plain, Optional<Path> encrypted) {
        if (encrypted.isEmpty() || exclusions.covers(EncryptedName.of(name))) {
            files.put(name, new StoredFile(plain, false));
        } else if (ignorePaths.stream().anyMatch(path -> directory.resolve(path).normalize().equals(plain))) {
            files.put(name, new StoredFile(encrypted.get(), true));
        } else {
            problems.ambiguous(name, EncryptedName.of(name));
        }
    }

    private void requireNothingElse() throws IOException {
        ModelTree tree = ModelTree.list(directory, exclusions);
        for (var file : tree.files().entrySet()) {
            String name = file.getKey();
            // no shard speaks of an empty file, so a signer of shards cannot list it
            boolean unlisted = manifest.plan().isSharded() && Files.size(file.getValue()) == 0;
            if (!manifest.names().contains(name) && !encryptedNames.contains(name) && !unlisted) {
                problems.extra(name);
            }
        }
        tree.oddities().stream().filter(name -> !manifest.names().contains(name)).forEach(problems::notRegular);
    }

    private static Exclusions exclusions(Path directory, Path signature, SignedManifest manifest, VerifyOptions options) throws IOException {
        var exclusions = new Exclusions();
        exclusions.addNames(manifest.ignorePaths());
        // The name it was given and, if that is a link, the file it leads to.
        SignatureFile.belongingTo(SignatureFile.realPath(signature)).forEach(path -> exclusions.add(directory, path));
        exclusions.add(directory, signature.toRealPath());
        options.ignorePaths().forEach(path -> exclusions.add(directory, path));
        return exclusions;
    }
}
