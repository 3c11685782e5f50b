package dev.lockstep.loader.signing;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * All signatures of one statement, as read and nothing of them trusted yet: the primary one, and the cosignatures in the folder
 * beside it, {@code model.sig.d} for {@code model.sig}. Every one is a bundle of its own over the same bytes. Immutable.
 *
 * <p>In that folder lie regular files whose names end in {@code .sig}. Entries whose names begin with a dot are left alone: those of
 * a writer that was interrupted do, and what the desktop leaves behind. Anything else is refused; no link is followed.
 */
public final class SignatureSet {
    /** Room for every signer of a release that anybody has asked for; each costs a file of up to 16 MiB to parse. */
    public static final int MAX_COSIGNATURES = 16;

    private static final String ENDING = ".sig";

    /** Enough for a person to tell the keys of a release apart. */
    private static final int ID_DIGITS_IN_NAME = 16;

    private final List<SignatureBundle> bundles;

    private SignatureSet(List<SignatureBundle> bundles) {
        this.bundles = List.copyOf(bundles);
    }

    /**
     * Reads the primary signature and its cosignatures.
     *
     * @param signature the primary one
     * @throws ModelSignatureException if one is malformed or of another payload ({@link Reason#PAYLOAD_DIFFERS}), or the folder holds
     *     something else or too many
     */
    public static SignatureSet read(Path signature) {
        SignatureBundle primary = SignatureBundle.parse(ModelVerifier.readSignature(signature), signature.toString());
        var bundles = new ArrayList<SignatureBundle>();
        bundles.add(primary);
        for (Path file : cosignatures(signature)) {
            SignatureBundle bundle = SignatureBundle.parse(SignatureFile.read(file, LinkOption.NOFOLLOW_LINKS), file.toString());
            bundles.add(overPayloadOf(primary, bundle));
        }
        return new SignatureSet(bundles);
    }

    /** A signature without cosignatures. */
    static SignatureSet of(SignatureBundle primary) {
        return new SignatureSet(List.of(primary));
    }

    /** The bundle with the very array of the primary payload: one copy is kept of a payload, however many sign it. */
    private static SignatureBundle overPayloadOf(SignatureBundle primary, SignatureBundle bundle) {
        if (!bundle.payloadType().equals(primary.payloadType()) || !Arrays.equals(bundle.payload(), primary.payload())) {
            throw new ModelSignatureException(Reason.PAYLOAD_DIFFERS, bundle.file(), "does not sign the same statement as "
                    + primary.file() + "; remove it, or have its signer cosign again");
        }
        return new SignatureBundle(bundle.file(), bundle.material(), primary.payload(), primary.payloadType(), bundle.signature());
    }

    /** Where the cosignatures of a signature lie. */
    public static Path folder(Path signature) {
        return signature.resolveSibling(signature.getFileName() + ".d");
    }

    /** Where the cosignature of a key lies. The name is for people; who signed is in the file. */
    public static Path cosignature(Path signature, KeyId key) {
        return folder(signature).resolve(key.hex().substring(0, ID_DIGITS_IN_NAME) + ENDING);
    }

    /** The files of the cosignatures in the order of their names; none if there is no folder. */
    static List<Path> cosignatures(Path signature) {
        Path folder = folder(signature);
        try {
            if (!ModelTree.attributesOf(folder).isDirectory()) {
                throw new ModelSignatureException(Reason.FILE_NOT_REGULAR, folder.toString(), "is no folder; links are not followed");
            }
            return list(folder);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw SignatureFile.unreadable(folder.toString(), e);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (entry.getFileName().toString().startsWith(".")) {
                    continue;
                }
                requireSignatureFile(entry);
                if (files.size() == MAX_COSIGNATURES) {
                    throw new ModelSignatureException(Reason.SIGNATURE_SET_INVALID, folder.toString(), "holds more than "
                            + MAX_COSIGNATURES + " signatures");
                }
                files.add(entry);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        files.sort(Comparator.comparing(file -> file.getFileName().toString(), ResourceName.CODE_POINT_ORDER));
        return files;
    }

    private static void requireSignatureFile(Path entry) throws IOException {
        if (!entry.getFileName().toString().endsWith(ENDING)) {
            throw new ModelSignatureException(Reason.SIGNATURE_SET_INVALID, entry.toString(), "is no signature by its name, in a folder"
                    + " that is for *" + ENDING + " alone; remove it");
        }
        if (!ModelTree.attributesOf(entry).isRegularFile()) {
            throw new ModelSignatureException(Reason.FILE_NOT_REGULAR, entry.toString(), "is not a regular file; links are not followed");
        }
    }

    /** The primary one first. */
    List<SignatureBundle> bundles() {
        return bundles;
    }

    /** How many signatures there are, good or bad. */
    public int size() {
        return bundles.size();
    }
}
