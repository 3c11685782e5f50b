package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;

/** A signature on disk: read within bounds, written without ever leaving half of one or destroying anything else. */
final class SignatureFile {
    private SignatureFile() {
    }

    /** @throws ModelSignatureException if it cannot be read, or is larger than any signature */
    static byte[] read(Path signature, OpenOption... options) {
        try (var in = Files.newInputStream(signature, options)) {
            byte[] bytes = in.readNBytes(SignatureBundle.MAX_BYTES + 1);
            if (bytes.length > SignatureBundle.MAX_BYTES) {
                throw SignatureBundle.tooLarge(signature.toString());
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(signature.toString(), e);
        }
    }

    static ModelSignatureException unreadable(String file, IOException e) {
        return new ModelSignatureException(Reason.FILE_UNREADABLE, file, "cannot be read: " + e, e);
    }

    /** Refuses a path under which something other than a signature lies: weights are easily named by mistake. */
    static void requireReplaceable(Path signature) {
        if (!Files.exists(signature, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            byte[] content = ModelVerifier.readSignature(signature);
            if (!StrictJson.parse(content, signature.toString(), ModelSignatureException.faults(Reason.BUNDLE_MALFORMED)).has("dsseEnvelope")) {
                throw new SigningException(signature.toString(), "exists and is no signature; it is not overwritten");
            }
        } catch (ModelSignatureException e) {
            throw new SigningException(signature.toString(), "exists and is no signature; it is not overwritten", e);
        }
    }

    /** The path without links, of a file that need not exist yet. */
    static Path realPath(Path signature) throws IOException {
        Path absolute = signature.toAbsolutePath();
        return absolute.getParent().toRealPath().resolve(absolute.getFileName());
    }

    /** The signature itself, its cosignatures, its release statement and the cosignatures of that: no parts of a model. */
    static List<Path> belongingTo(Path signature) {
        Path release = SignedRelease.place(signature);
        return List.of(signature, SignatureSet.folder(signature), release, SignatureSet.folder(release));
    }

    /** Writes a signature in one step. */
    static void write(Path signature, byte[] content) {
        try {
            WholeFile.replace(signature, content);
        } catch (IOException e) {
            throw new SigningException(signature.toString(), "cannot be written: " + e, e);
        }
    }
}
