package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import io.jhdf.Constants;
import io.jhdf.ObjectHeader;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessageV4;
import io.jhdf.object.message.DataLayoutMessage.CompactDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ContiguousDataLayoutMessage;
import io.jhdf.object.message.DataSpace;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import io.jhdf.object.message.FilterPipelineMessage;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Makes tensors of the headers of datasets, each checked against the file. Confined to the thread of the structures. */
final class Datasets {
    /** HDF5's own limit (H5S_MAX_RANK). */
    private static final int MAX_RANK = 32;

    /** The data space without values. */
    private static final int NULL_SPACE = 2;

    private final ByteSource source;
    private final BoundedStorage storage;
    private final SecureArena memory;
    private final Extents extents;

    /**
     * @param memory for small tensors that stand among the structures; the caller owns it
     * @param extents where to note which bytes of the file are whose
     */
    Datasets(ByteSource source, BoundedStorage storage, SecureArena memory, Extents extents) {
        this.source = source;
        this.storage = storage;
        this.memory = memory;
        this.extents = extents;
    }

    static boolean isDataset(ObjectHeader header) {
        return header.hasMessageOfType(DataSpaceMessage.class);
    }

    /** @param dtype what an attribute says that the values are */
    StoredTensor tensor(String path, ObjectHeader header, Optional<String> dtype) {
        var type = header.getMessageOfType(DataTypeMessage.class).getDataType();
        ElementType element = ElementType.of(type, dtype).orElseThrow(() ->
                fault(path, header, "holds " + ElementType.describe(type) + "; " + ElementType.SUPPORTED));
        DataSpace space = header.getMessageOfType(DataSpaceMessage.class).getDataSpace();
        List<Long> shape = shape(path, header, space);
        long byteSize = byteSize(path, header, element, shape);
        DataLayoutMessage layout = header.getMessageOfType(DataLayoutMessage.class);
        boolean isFiltered = header.hasMessageOfType(FilterPipelineMessage.class);
        return switch (layout) {
            case ContiguousDataLayoutMessage contiguous when !isFiltered -> contiguous(path, header, element, shape, byteSize, contiguous);
            case CompactDataLayoutMessage compact when !isFiltered -> compact(path, header, element, shape, byteSize, compact);
            case ChunkedDataLayoutMessage chunked -> chunked(path, header, element, space, chunked.getChunkDimensions());
            case ChunkedDataLayoutMessageV4 chunked -> {
                int[] chunk = chunked.getChunkDimensions();
                // the size of a value follows
                yield chunked(path, header, element, space, Arrays.copyOf(chunk, Math.max(0, chunk.length - 1)));
            }
            default -> throw fault(path, header, "has filters, but no chunks for them");
        };
    }

    private List<Long> shape(String path, ObjectHeader header, DataSpace space) {
        List<Long> shape = LongStream.of(space.getDimensionsAsLong()).boxed().toList();
        if (shape.size() > MAX_RANK) {
            throw fault(path, header, "has " + shape.size() + " dimensions; up to " + MAX_RANK + " are possible");
        }
        if (space.getType() == NULL_SPACE || shape.stream().anyMatch(dimension -> dimension <= 0)) {
            throw fault(path, header, "has no values");
        }
        return shape;
    }

    private long byteSize(String path, ObjectHeader header, ElementType element, List<Long> shape) {
        try {
            return Math.multiplyExact(shape.stream().reduce(1L, Math::multiplyExact), element.stored().bytes());
        } catch (ArithmeticException e) {
            throw fault(path, header, "the shape " + shape + " has more values than there can be");
        }
    }

    private StoredTensor contiguous(String path, ObjectHeader header, ElementType element, List<Long> shape, long byteSize,
            ContiguousDataLayoutMessage layout) {
        long address = layout.getAddress();
        if (address == Constants.UNDEFINED_ADDRESS) {
            throw fault(path, header, "was created but never written");
        }
        if (layout.getSize() != byteSize && layout.getSize() != -1) {
            throw fault(path, header, "has " + layout.getSize() + " bytes where its shape " + shape + " makes " + byteSize);
        }
        if (address > source.byteSize() - byteSize) {
            throw fault(path, header, "has " + byteSize + " bytes from byte " + address + " on, but the file has " + source.byteSize());
        }
        extents.add(address, byteSize, path);
        return new ContiguousTensor(path, element, shape, byteSize, source, address);
    }

    private StoredTensor compact(String path, ObjectHeader header, ElementType element, List<Long> shape, long byteSize,
            CompactDataLayoutMessage layout) {
        ByteBuffer values = layout.getDataBuffer();
        if (values.limit() != byteSize) {
            throw fault(path, header, "has " + values.limit() + " bytes where its shape " + shape + " makes " + byteSize);
        }
        return held(path, element, shape, values);
    }

    /** A tensor of its own of the numbers in an attribute. */
    StoredTensor held(String name, ElementType element, List<Long> shape, ByteBuffer values) {
        MemorySegment copy = memory.allocate(values.limit());
        for (int i = 0; i < values.limit(); i++) {
            copy.set(LittleEndian.BYTE, i, values.get(i));
        }
        if (element.swapped()) {
            ByteSwap.inPlace(copy, element.stored().bytes());
        }
        return new HeldTensor(name, source.name(), element.stored(), shape, copy);
    }

    private StoredTensor chunked(String path, ObjectHeader header, ElementType element, DataSpace space, int[] chunk) {
        long[] shape = space.getDimensionsAsLong();
        if (chunk.length != shape.length || chunk.length == 0 || Arrays.stream(chunk).anyMatch(dimension -> dimension <= 0)) {
            throw fault(path, header, "has chunks of shape " + Arrays.toString(chunk) + ", but the shape " + Arrays.toString(shape));
        }
        var grid = new ChunkGrid(shape, Arrays.stream(chunk).asLongStream().toArray(), element.stored().bytes());
        ChunkIndexReader.requireModest(grid, problem -> fault(path, header, problem));
        ChunkFilters filters = header.hasMessageOfType(FilterPipelineMessage.class)
                ? ChunkFilters.of(header.getMessageOfType(FilterPipelineMessage.class), grid.elementBytes(), problem -> fault(path, header, problem))
                : ChunkFilters.NONE;
        Chunks chunks = chunks(path, header, grid, filters, space);
        for (int i = 0; i < chunks.count(); i++) {
            extents.add(chunks.addresses()[i], chunks.sizes()[i], path);
        }
        return new ChunkedTensor(path, element, LongStream.of(shape).boxed().toList(), source, grid, chunks, filters);
    }

    private Chunks chunks(String path, ObjectHeader header, ChunkGrid grid, ChunkFilters filters, DataSpace space) {
        var reader = new ChunkIndexReader(storage, grid, filters, problem -> fault(path, header, problem));
        try {
            return switch (header.getMessageOfType(DataLayoutMessage.class)) {
                case ChunkedDataLayoutMessage layout -> reader.read(layout);
                case ChunkedDataLayoutMessageV4 layout -> reader.read(layout, space);
                default -> throw new IllegalStateException("not chunked");
            };
        } catch (RuntimeException e) {
            throw Malformed.of(source.name(), header.getAddress(), path, e);
        }
    }

    private ModelFormatException fault(String path, ObjectHeader header, String problem) {
        return new ModelFormatException(source.name(), header.getAddress(), path, problem);
    }
}
