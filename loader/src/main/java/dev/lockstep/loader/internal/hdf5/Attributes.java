package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.gguf.Utf8;
import io.jhdf.GlobalHeap;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import io.jhdf.object.message.AttributeMessage;
import io.jhdf.object.message.DataSpace;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** The attributes of one object. Only those that are asked for are looked at. Confined to the thread of the structures. */
final class Attributes {
    /** Length of the text, address of the heap, index in it. */
    private static final int HEAP_ID_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

    /** Header and content of a heap. */
    private static final int HEAP_READS = 2;

    private final BoundedStorage storage;
    private final String owner;
    private final Map<String, AttributeMessage> byName;
    private final Map<Long, GlobalHeap> heaps;

    /**
     * @param owner path of the object, for messages
     * @param heaps those of the file that were read, by their addresses
     */
    Attributes(BoundedStorage storage, String owner, Map<String, AttributeMessage> byName, Map<Long, GlobalHeap> heaps) {
        this.storage = storage;
        this.owner = owner;
        this.byName = byName;
        this.heaps = heaps;
    }

    /** A single text, of fixed or variable length. */
    Optional<String> text(String name) {
        return Optional.ofNullable(byName.get(name)).map(message -> switch (message.getDataType()) {
            case StringData _ -> fixedText(name, message);
            case VariableLength type when type.isVariableLengthString() -> variableText(name, message);
            default -> throw fault(name, "holds " + ElementType.describe(message.getDataType()) + ", expected a text");
        });
    }

    private String fixedText(String name, AttributeMessage message) {
        ByteBuffer bytes = single(name, message, message.getDataType().getSize());
        ((StringData) message.getDataType()).getStringPaddingHandler().setBufferLimit(bytes);
        return utf8(name, bytes);
    }

    private String variableText(String name, AttributeMessage message) {
        ByteBuffer id = single(name, message, HEAP_ID_BYTES);
        int length = id.getInt();
        long address = id.getLong();
        if (length == 0) {
            return "";
        }
        GlobalHeap heap = heaps.computeIfAbsent(address, each -> {
            storage.begin(HEAP_READS, 0);
            return new GlobalHeap(storage, each);
        });
        ByteBuffer text = heap.getObjectData(id.getInt());
        if (length < 0 || length > text.limit()) {
            throw fault(name, "is a text of " + Integer.toUnsignedString(length) + " bytes, of which there are " + text.limit());
        }
        return utf8(name, text.limit(length));
    }

    private ByteBuffer single(String name, AttributeMessage message, int bytes) {
        ByteBuffer data = message.getDataBuffer();
        boolean isSingle = LongStream.of(message.getDataSpace().getDimensionsAsLong()).allMatch(dimension -> dimension == 1);
        if (!isSingle || data == null || data.limit() != bytes) {
            throw fault(name, "must be a single text");
        }
        return data;
    }

    private String utf8(String name, ByteBuffer text) {
        if (text.remaining() > LoadLimits.MAX_TEXT_BYTES) {
            throw fault(name, "is longer than " + LoadLimits.MAX_TEXT_BYTES + " bytes");
        }
        byte[] bytes = new byte[text.remaining()];
        text.get(bytes);
        if (!Utf8.isValid(bytes, 0, bytes.length)) {
            throw fault(name, "is not valid UTF-8");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * Numbers that stand beside a dataset.
     *
     * @param values in the byte order of the file
     */
    record Numbers(ElementType type, List<Long> shape, ByteBuffer values) { }

    Optional<Numbers> numbers(String name) {
        return Optional.ofNullable(byName.get(name)).map(message -> {
            ElementType type = ElementType.of(message.getDataType()).orElseThrow(() -> fault(name,
                    "holds " + ElementType.describe(message.getDataType()) + "; " + ElementType.SUPPORTED));
            DataSpace space = message.getDataSpace();
            List<Long> shape = LongStream.of(space.getDimensionsAsLong()).boxed().toList();
            ByteBuffer values = message.getDataBuffer();
            long bytes = Math.multiplyExact(space.getTotalLength(), type.stored().bytes());
            if (values == null || values.limit() != bytes) {
                throw fault(name, "has no values");
            }
            return new Numbers(type, shape, values);
        });
    }

    private ModelFormatException fault(String name, String problem) {
        return new ModelFormatException(storage.name(), ModelFormatException.NO_OFFSET, owner, "attribute \"" + name + "\" " + problem);
    }
}
