package dev.lockstep.loader.internal.safetensors;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.safetensors.HeaderParser.Announced;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The strict safetensors reader: eight bytes of length, a JSON header, then the values of all tensors side by side. It follows the
 * written rules where the reference program is more lenient: the header begins with its brace and is padded with spaces only, no name
 * appears twice, and the tensors cover the rest of the file exactly, so that nothing can hide between or behind them. A file that breaks
 * a rule is a {@link ModelFormatException}; memory and time are bounded by the header's size.
 */
public final class SafetensorsReader {
    private static final int LENGTH_BYTES = Long.BYTES;

    private final ByteSource source;

    private SafetensorsReader(ByteSource source) {
        this.source = source;
    }

    /** The tensors of a file, in the order of their bytes. They read from the source, which is borrowed. */
    public static List<StoredTensor> read(ByteSource source) {
        return new SafetensorsReader(source).tensors();
    }

    private List<StoredTensor> tensors() {
        int headerBytes = headerBytes();
        byte[] header = new byte[headerBytes];
        source.copy(LENGTH_BYTES, header, 0, headerBytes);
        List<Announced> announced = HeaderParser.parse(header, source.name(), LENGTH_BYTES);
        List<StoredTensor> tensors = place(announced, LENGTH_BYTES + (long) headerBytes);
        source.discard(0, LENGTH_BYTES + (long) headerBytes);
        return tensors;
    }

    private int headerBytes() {
        if (source.byteSize() < LENGTH_BYTES) {
            throw new ModelFormatException(source.name(), 0, "", "has " + source.byteSize()
                    + " bytes; a safetensors file begins with the eight bytes of its header's length");
        }
        byte[] field = new byte[LENGTH_BYTES];
        source.copy(0, field, 0, LENGTH_BYTES);
        long length = ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN).getLong();
        long possible = Math.min(source.byteSize() - LENGTH_BYTES, LoadLimits.MAX_SAFETENSORS_HEADER_BYTES);
        if (length < 1 || length > possible) {
            throw new ModelFormatException(source.name(), 0, "", "announces a header of " + Long.toUnsignedString(length)
                    + " bytes; it must have 1 to " + possible);
        }
        return (int) length;
    }

    /** Tensors follow one another in some order: no gap to hide data in, no overlap, nothing outside of the file. */
    private List<StoredTensor> place(List<Announced> announced, long dataStart) {
        List<StoredTensor> tensors = new ArrayList<>();
        long next = 0;
        for (Announced tensor : inByteOrder(announced)) {
            if (tensor.begin() != next) {
                throw fault(tensor, "begins at byte " + tensor.begin() + " of the data, but the tensor before it ends at " + next);
            }
            long byteSize = byteSize(tensor);
            if (tensor.end() - tensor.begin() != byteSize) {
                throw fault(tensor, "has " + (tensor.end() - tensor.begin()) + " bytes, but " + tensor.type() + ' ' + tensor.shape()
                        + " takes " + byteSize);
            }
            tensors.add(new SafetensorsTensor(source, tensor.name(), tensor.type(), tensor.shape(), dataStart + next, byteSize));
            next = tensor.end();
        }
        requireEnd(dataStart, next);
        return tensors;
    }

    /** Empty tensors lie before one that begins at the same byte. */
    private static List<Announced> inByteOrder(List<Announced> announced) {
        return announced.stream().sorted(Comparator.comparingLong(Announced::begin).thenComparingLong(Announced::end)).toList();
    }

    private long byteSize(Announced tensor) {
        try {
            return tensor.shape().stream().reduce((long) tensor.type().bytes(), Math::multiplyExact);
        } catch (ArithmeticException overflow) {
            throw fault(tensor, "the size of shape " + tensor.shape() + " does not fit in 63 bits");
        }
    }

    private void requireEnd(long dataStart, long dataBytes) {
        long available = source.byteSize() - dataStart;
        if (dataBytes != available) {
            throw new ModelFormatException(source.name(), dataStart, "", "the tensors take " + dataBytes
                    + " bytes, but the file has " + available + " behind its header");
        }
    }

    private ModelFormatException fault(Announced tensor, String problem) {
        return new ModelFormatException(source.name(), ModelFormatException.NO_OFFSET, tensor.name(), problem);
    }
}
