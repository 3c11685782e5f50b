package dev.lockstep.loader;

import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.internal.CheckpointHeader;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A checkpoint whose bytes were compared with a trusted signature, or for which the caller explicitly waived that; see
 * {@link #provenance()}. Only {@link CheckpointLoader} makes one. It holds a private copy of the file in secure memory, or the
 * open file; see {@link #residency()}.
 *
 * <p><b>Ownership.</b> The holder closes it, which zeroes the copy. <b>Threads.</b> One at a time.
 */
public final class VerifiedCheckpoint implements AutoCloseable {
    private final CheckpointBytes bytes;
    private final CheckpointHeader header;
    private final Provenance provenance;
    private final List<String> exposure;
    private final Path path;
    private final ModelGate gate;
    private LongConsumer progress = _ -> { };
    private boolean loadingBegan;
    private boolean givenAway;
    private boolean closed;

    /** A model asks for thousands of tensors by name, so looking through all of them each time would take minutes. */
    private final Map<String, TensorInfo> tensorsByName = new HashMap<>();

    VerifiedCheckpoint(CheckpointBytes bytes, CheckpointHeader header, Provenance provenance, List<String> exposure, Path path,
            ModelGate gate) {
        this.bytes = bytes;
        this.header = header;
        this.provenance = provenance;
        this.exposure = List.copyOf(exposure);
        this.path = path;
        this.gate = gate;
        header.tensors().forEach(tensor -> tensorsByName.put(tensor.name(), tensor));
    }

    /** Name of the file, without its folder. */
    public String name() {
        return bytes.source().name();
    }

    /** The file or folder that the caller named, and the gate was asked about. */
    public Path path() {
        return path;
    }

    /** Who was asked before it was opened, and is asked about what is made of it. */
    public ModelGate gate() {
        return gate;
    }

    /** Bytes of all files. */
    public long byteSize() {
        return bytes.fileBytes();
    }

    /** The container and its version, for people. */
    public String format() {
        return header.format();
    }

    /** Bytes of secure memory that the private copy of the file takes; 0 if it stays where it is. */
    public long copyBytes() {
        return residency() == Residency.RESIDENT ? byteSize() : 0;
    }

    /** Bytes of secure memory that matrices will take once they are loaded; the copy is gone then, or it is them. */
    public long matrixBytes() {
        return bytes.matrixBytes();
    }

    /** Where the weights will be. */
    public Residency residency() {
        return bytes.residency();
    }

    /**
     * 64 hex digits that stand for the weights as they are computed with: those of the provenance, unless they are quantized when they are
     * loaded.
     */
    public String weightsIdentity() {
        return bytes.identity(provenance.sha256());
    }

    public Provenance provenance() {
        return provenance;
    }

    /**
     * Who besides this user and the administrator could change the file or put another in its place, by owners and permissions, as
     * sentences; empty if nobody can. It endangers the next start, not this one: the bytes that are used are the bytes that were
     * verified.
     */
    public List<String> exposure() {
        return exposure;
    }

    public Metadata metadata() {
        return header.metadata();
    }

    /** All tensors, in file order. */
    public List<TensorInfo> tensors() {
        return header.tensors();
    }

    /**
     * A fault of one tensor, there or missing, named as the file names it, too.
     *
     * @param byteOffset where a GGUF file has it; a translated tensor is in no place
     */
    public ModelFormatException malformed(long byteOffset, String tensor, String problem) {
        String origin = header.origins().get(tensor);
        return origin == null
                ? new ModelFormatException(name(), byteOffset, tensor, problem)
                : new ModelFormatException(name(), ModelFormatException.NO_OFFSET, tensor + " (" + origin + ')', problem);
    }

    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(tensorsByName.get(name));
    }

    /**
     * Brings tensors to where kernels find them: vectors become float32 in the caller's arena, matrices become panels in the memory of
     * the private copy, which is the weights' from then on. This can be done once. Matrices of a {@linkplain Residency#MAPPED mapped}
     * file stay in it. After a failure the checkpoint is good for nothing but {@link #close()}.
     *
     * @param wanted tensors of this checkpoint with one or two dimensions, of computable types
     * @param arena where vectors go; the caller owns it, also when this fails half-way
     * @param panelRows rows per panel, as the kernels want them
     * @param threads threads that work on it, the caller's included
     * @return the caller's to close; once they are, the caller tells the {@link #gate()}
     * @throws IllegalStateException if the weights have been loaded
     */
    public Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows, int threads) {
        requireNotLoaded();
        // before, because what was half woven cannot be woven again
        loadingBegan = true;
        Weights weights = bytes.loadWeights(wanted, arena, panelRows, threads, progress);
        givenAway = true;
        return weights;
    }

    /**
     * Asks to be told how far loading is, if that takes more than a moment: if tensors are computed. By the thread that loads.
     *
     * @param bytesDone told how many of {@link #matrixBytes} are in place
     */
    public void onLoading(LongConsumer bytesDone) {
        progress = bytesDone;
    }

    /**
     * Copies whole rows of a tensor as they are stored: blocks of its type, in order. All other dimensions than the last count as rows.
     *
     * @param fromRow first row
     * @param target takes {@code target.byteSize()} bytes, which are whole rows; borrowed for the call
     * @throws IllegalArgumentException if these are not rows of the tensor
     * @throws IllegalStateException if the weights have been loaded
     */
    public void readTensor(TensorInfo tensor, long fromRow, MemorySegment target) {
        requireNotLoaded();
        long rowBytes = tensor.type().byteSize(tensor.columns());
        long rows = target.byteSize() / rowBytes;
        if (target.byteSize() % rowBytes != 0 || fromRow < 0 || rows > tensor.rows() - fromRow) {
            throw new IllegalArgumentException(tensor.name() + ": fromRow=" + fromRow + ", target.byteSize=" + target.byteSize()
                    + " must be whole ones of " + tensor.rows() + " rows of " + rowBytes + " bytes");
        }
        bytes.copyTensor(tensor, fromRow * rowBytes, target);
    }

    /**
     * Tells the gate that the weights which were made of this are gone before there was a model that could tell. Does nothing if none were
     * made: then {@link #close()} tells.
     */
    public void weightsAbandoned() {
        if (givenAway) {
            gate.closed(path, provenance, bytes.zeroing().bytes());
        }
    }

    private void requireNotLoaded() {
        if (loadingBegan) {
            throw new IllegalStateException("the weights of " + name() + " have been loaded");
        }
    }

    /** Zeroes and frees the private copy, or gives up the file, unless weights are made of it. Idempotent. */
    @Override
    public void close() {
        if (!givenAway && !closed) {
            closed = true;
            Closing.all(bytes::close, () -> gate.closed(path, provenance, bytes.zeroing().bytes()));
        }
    }
}
