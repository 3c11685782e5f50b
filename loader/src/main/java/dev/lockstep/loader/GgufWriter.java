package dev.lockstep.loader;

import dev.lockstep.loader.internal.gguf.GgufOutput;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Writes a GGUF v3 file from front to back (ggml-org/ggml, docs/gguf.md), in as little memory as the caller's pieces take. What
 * it writes, the strict reader of this package reads.
 *
 * <p>All or nothing: the bytes go to a temporary file beside the target, and only {@link #finish()} gives it the target's name.
 * {@link #close()} without it deletes the temporary file. When the process ends, nothing more is written; who writes for long holds a
 * lease of some {@link SecureArena} around the writer, so that the end waits for {@link #close()}.
 *
 * <p><b>Ownership.</b> Whoever creates the writer closes it; segments are borrowed for one call. <b>Threads.</b> One at a time.
 */
public final class GgufWriter implements AutoCloseable {
    /** Every tensor starts on a multiple of this many bytes. */
    public static final int ALIGNMENT = 32;

    private static final int VERSION = 3;

    /** What happens to a file that has the target's name already. */
    public enum Existing {
        /** It stays, and nothing is written. */
        REFUSE,
        /** It is replaced, in one step, when the new file is complete. */
        REPLACE
    }

    private final Path target;
    private final Existing existing;
    private final List<GgufTensor> tensors;
    private final Path temporary;
    private final FileChannel channel;
    private final GgufOutput out;
    /** Index of the tensor being written. */
    private int current;
    /** Bytes of it that are written. */
    private long written;
    private boolean finished;

    private GgufWriter(Path target, Existing existing, List<GgufTensor> tensors) throws IOException {
        this.target = target;
        this.existing = existing;
        this.tensors = List.copyOf(tensors);
        this.temporary = target.resolveSibling("." + target.getFileName() + '.' + UUID.randomUUID() + ".tmp");
        this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.out = new GgufOutput(channel);
    }

    /**
     * Begins a file: writes its header.
     *
     * @param tensors all tensors of the file, in the order in which they will be written
     * @throws IllegalArgumentException if the reader would refuse the header: two tensors of one name, or too much of something
     * @throws FileAlreadyExistsException if the target exists and is not to be replaced
     * @throws IOException if it cannot be written; nothing stays behind
     */
    public static GgufWriter create(Path target, Existing existing, GgufMetadata metadata, List<GgufTensor> tensors)
            throws IOException {
        requireReadable(metadata, tensors);
        requireTarget(target, existing);
        var writer = new GgufWriter(target, existing, tensors);
        try {
            writer.header(metadata);
            return writer;
        } catch (Throwable t) {
            writer.abandon(t);
            throw t;
        }
    }

    /**
     * Checks before long work that a file could be written there.
     *
     * @throws FileAlreadyExistsException if it exists and is not to be replaced
     * @throws NoSuchFileException if its folder does not
     */
    public static void requireTarget(Path target, Existing existing) throws IOException {
        requireFolder(target);
        requireFree(target, existing);
    }

    private static void requireReadable(GgufMetadata metadata, List<GgufTensor> tensors) {
        requireAtMost(LoadLimits.MAX_METADATA_ENTRIES, metadata.size(), "metadata entries");
        requireAtMost(LoadLimits.MAX_TENSORS, tensors.size(), "tensors");
        Set<String> names = new HashSet<>();
        for (GgufTensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("there are two tensors named " + tensor.name());
            }
        }
    }

    private static void requireAtMost(long limit, long count, String what) {
        if (count > limit) {
            throw new IllegalArgumentException(count + " " + what + ", the limit is " + limit);
        }
    }

    private static void requireFolder(Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NoSuchFileException(String.valueOf(folder), null, "no such folder");
        }
    }

    private static void requireFree(Path target, Existing existing) throws IOException {
        if (existing == Existing.REFUSE && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString(), null, "exists and is not overwritten");
        }
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString(), null, "is a folder");
        }
    }

    private void header(GgufMetadata metadata) throws IOException {
        for (byte letter : "GGUF".getBytes(StandardCharsets.US_ASCII)) {
            out.i8(letter);
        }
        out.i32(VERSION);
        out.i64(tensors.size());
        out.i64(metadata.size());
        metadata.write(out);
        long dataOffset = 0;
        for (GgufTensor tensor : tensors) {
            announce(tensor, dataOffset);
            dataOffset = Math.addExact(dataOffset, Math.ceilDiv(tensor.byteSize(), ALIGNMENT) * ALIGNMENT);
        }
        requireAtMost(LoadLimits.MAX_HEADER_BYTES, out.offset(), "bytes of header");
        out.pad(ALIGNMENT);
    }

    /** GGUF lists the fastest dimension first. */
    private void announce(GgufTensor tensor, long dataOffset) throws IOException {
        out.text(tensor.name());
        out.i32(tensor.shape().size());
        for (long size : tensor.shape().reversed()) {
            out.i64(size);
        }
        out.i32(tensor.type().ggmlId());
        out.i64(dataOffset);
    }

    /**
     * Appends bytes to a tensor. A tensor may come in any number of pieces; the next one begins when it is complete.
     *
     * @param tensor name of the tensor, which must be the next incomplete one
     * @param bytes blocks in file order, no more than are missing
     * @throws IllegalArgumentException if another tensor is due, or these are too many bytes for it; nothing was written then
     */
    public void write(String tensor, MemorySegment bytes) throws IOException {
        requireOpen();
        GgufTensor due = current < tensors.size() ? tensors.get(current) : null;
        if (due == null || !due.name().equals(tensor)) {
            throw new IllegalArgumentException("tensor " + tensor + " is written out of turn; next is "
                    + (due == null ? "nothing, all are complete" : due.name()));
        }
        if (bytes.byteSize() > due.byteSize() - written) {
            throw new IllegalArgumentException(tensor + ": " + bytes.byteSize() + " bytes are too many, "
                    + (due.byteSize() - written) + " of " + due.byteSize() + " are missing");
        }
        out.bytes(bytes);
        written += bytes.byteSize();
        if (written == due.byteSize()) {
            out.pad(ALIGNMENT);
            current++;
            written = 0;
        }
    }

    /**
     * Completes the file: forces it to disk and gives it its name.
     *
     * @throws IllegalStateException if a tensor is incomplete
     * @throws FileAlreadyExistsException if meanwhile a file of that name has appeared that is not to be replaced
     */
    public void finish() throws IOException {
        requireOpen();
        if (current < tensors.size()) {
            GgufTensor due = tensors.get(current);
            throw new IllegalStateException(due.name() + " is incomplete: " + written + " of " + due.byteSize() + " bytes");
        }
        out.flush();
        channel.force(true);
        channel.close();
        requireFree(target, existing);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        finished = true;
    }

    private void requireOpen() throws IOException {
        if (!channel.isOpen()) {
            throw new IllegalStateException("the writer is closed");
        }
        if (SecureArena.isProcessEnding()) {
            // what the bytes are made of may have been wiped meanwhile
            throw new IOException("the process ends; " + target + " is not written");
        }
    }

    private void abandon(Throwable reason) {
        try {
            close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Without {@link #finish()} before: deletes what was written. Idempotent. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!finished) {
            Files.deleteIfExists(temporary);
        }
    }
}
