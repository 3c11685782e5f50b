package dev.lockstep.loader.internal.files;

import dev.lockstep.loader.internal.json.StrictJson.Faults;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Small files that are read whole: keys, lists of them, policies. */
public final class BoundedFile {
    private static final int PIECE_BYTES = 64 << 10;

    private BoundedFile() {
    }

    /**
     * Reads a file through memory that is wiped: it may hold a key, which a stream of the JDK would leave in buffers of its own.
     *
     * @param soWhat ends the sentence about a file that is larger: {@code ", so it is no key file"}
     * @param faults makes the exception for a file that is missing, unreadable or larger; that a file is larger has no cause
     * @return the only copy, the caller's to overwrite if that matters
     */
    public static byte[] read(Path file, int maxBytes, String soWhat, Faults faults) {
        byte[] bytes;
        try {
            bytes = read(file, maxBytes);
        } catch (NoSuchFileException e) {
            throw faults.fault(file.toString(), "does not exist", e);
        } catch (IOException e) {
            throw faults.fault(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
        if (bytes.length > maxBytes) {
            Arrays.fill(bytes, (byte) 0);
            throw faults.fault(file.toString(), "is larger than " + maxBytes + " bytes" + soWhat, null);
        }
        return bytes;
    }

    /** More than asked for, but not much more, of a larger file. */
    private static byte[] read(Path file, int maxBytes) throws IOException {
        byte[] bytes = new byte[0];
        try (var channel = FileChannel.open(file, StandardOpenOption.READ); var arena = SecureArena.open("piece of a file")) {
            ByteBuffer piece = arena.allocate(PIECE_BYTES).asByteBuffer();
            while (bytes.length <= maxBytes && channel.read(piece) >= 0) {
                bytes = joined(bytes, piece.flip());
                piece.clear();
            }
            return bytes;
        } catch (IOException e) {
            Arrays.fill(bytes, (byte) 0);
            throw e;
        }
    }

    /** The array before is overwritten with zeros. */
    private static byte[] joined(byte[] before, ByteBuffer piece) {
        byte[] all = Arrays.copyOf(before, before.length + piece.remaining());
        piece.get(all, before.length, piece.remaining());
        Arrays.fill(before, (byte) 0);
        return all;
    }
}
