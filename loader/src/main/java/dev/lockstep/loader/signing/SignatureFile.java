package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

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

    /** Writes a file beside the target, forces it to disk, and moves it there in one step. */
    static void write(Path signature, byte[] content) {
        Path temporary = signature.resolveSibling("." + signature.getFileName() + '.' + UUID.randomUUID() + ".tmp");
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                var source = ByteBuffer.wrap(content);
                while (source.hasRemaining()) {
                    channel.write(source);
                }
                channel.force(true);
            }
            Files.move(temporary, signature, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(temporary, e);
            throw new SigningException(signature.toString(), "cannot be written: " + e, e);
        }
    }

    private static void delete(Path temporary, IOException reason) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
