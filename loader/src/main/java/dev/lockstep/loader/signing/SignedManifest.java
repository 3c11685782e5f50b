package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a trusted signer has signed: which files, each with its digests. Comes only out of verification, so to hold one is
 * the proof. It says nothing about the files on disk until their digests have been compared. Immutable.
 *
 * <p>A file that is not in here is not signed, whatever was ignored on the way: load nothing else.
 */
public final class SignedManifest {
    private final List<Signer> signers;
    private final String file;
    private final Statement statement;

    /** @param signers at least one */
    SignedManifest(List<Signer> signers, String file, Statement statement) {
        this.signers = List.copyOf(signers);
        this.file = file;
        this.statement = statement;
    }

    /** The first of {@link #signers}. */
    public Signer signer() {
        return signers.getFirst();
    }

    /** Who signed and is trusted, each key once, in the order of the signatures; at least one. */
    public List<Signer> signers() {
        return signers;
    }

    /** What the signer called the model: for people, not for decisions. */
    public String subjectName() {
        return statement.subjectName();
    }

    /** One digest for the whole model, 64 hex digits: equal roots are equal models. */
    public String rootDigest() {
        return statement.rootDigest();
    }

    /** Names of the signed files in signed order; {@code .} alone for a single file from an older signer. */
    public Set<String> names() {
        return Collections.unmodifiableSet(files().keySet());
    }

    /** What the signer says was left out, as written. It excuses extra files, it never hides a signed one. */
    public List<String> ignorePaths() {
        return statement.ignorePaths();
    }

    /** How files are hashed: what digests must be computed to be compared with the signed ones. */
    public HashPlan plan() {
        return statement.plan();
    }

    /** The signed digests of a file by its canonical name, relative to the model, parts joined by {@code /}. */
    public Optional<FileDigests> digestsOf(String name) {
        return Optional.ofNullable(files().get(name));
    }

    /** All signed digests, as hex digits: of the files, or of their shards. */
    public Set<String> digestTexts() {
        return statement.resources().entries().values().stream().map(HexFormat.of()::formatHex).collect(Collectors.toUnmodifiableSet());
    }

    private Map<String, FileDigests> files() {
        return statement.resources().files();
    }

    /**
     * The canonical name of a single file, if this is the signature of one with the name {@code fileName}, the last part of its
     * path. Older signers call every single file {@code .} instead.
     */
    public Optional<String> nameOfSingleFile(String fileName) {
        return files().size() == 1
                ? names().stream().filter(name -> name.equals(ResourceName.SINGLE_FILE) || name.equals(fileName)).findFirst()
                : Optional.empty();
    }

    /**
     * Compares what can be compared before a file is read.
     *
     * @param fileName the last part of its path
     * @param byteSize its size by now, or {@link FileDigests#UNKNOWN}
     * @throws ModelSignatureException if the file is not signed, or has another size than the signed one, where that is known
     */
    public void requireListed(String fileName, long byteSize) {
        String name = nameOfSingleFile(fileName).orElse(fileName);
        FileDigests signed = files().get(name);
        if (signed == null) {
            throw new ModelSignatureException(Reason.FILE_EXTRA, fileName, "is not covered by the signature " + file);
        }
        boolean known = signed.byteSize() != FileDigests.UNKNOWN && byteSize != FileDigests.UNKNOWN;
        if (known && signed.byteSize() != byteSize) {
            throw new ModelSignatureException(Reason.DIGEST_MISMATCH, fileName, "has " + byteSize + " bytes, but " + signed.byteSize()
                    + " were signed in " + file + "; get an unchanged copy of it");
        }
    }

    /**
     * Compares the digests of a file's bytes with the signed ones.
     *
     * @param name canonical name of the file
     * @param digests of the very bytes that will be used, by the {@link #plan}
     * @throws ModelSignatureException if the file is not signed or its bytes are not the signed ones
     */
    public void requireDigests(String name, FileDigests digests) {
        FileDigests signed = files().get(name);
        if (signed == null) {
            throw new ModelSignatureException(Reason.FILE_EXTRA, name, "is not covered by the signature " + file);
        }
        if (!signed.areOfSameBytes(digests)) {
            throw new ModelSignatureException(Reason.DIGEST_MISMATCH, name, "is not the file that was signed in "
                    + file + "; get an unchanged copy of it");
        }
    }

    @Override
    public String toString() {
        return "SignedManifest[" + Printable.text(subjectName()) + ", " + names().size() + " files, signer " + signer().key()
                + ']';
    }
}
