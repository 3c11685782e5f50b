package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Where a signature is written, without ever leaving half of one or destroying anything else. */
final class SignatureFile {
    private SignatureFile() {
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
