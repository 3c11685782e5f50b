package dev.lockstep.models.internal.saved;

import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.age.OwnerMac;
import dev.lockstep.models.SavedSessionException;
import dev.lockstep.models.SavedSessionException.Reason;
import dev.lockstep.models.Token;
import dev.lockstep.models.internal.SessionShape;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What stands before the logits and the cache of a saved session. Offsets are in bytes, numbers int32 little-endian.
 *
 * @param kvType how keys and values are stored
 * @param model identity of the model, {@value #DIGEST_BYTES} bytes as hex digits
 * @param position positions that the cache holds, at least 1
 * @param pending a generated token that is not among them, or {@link Token#NONE}
 */
record SessionHeader(KvType kvType, String model, SessionShape shape, int position, int pending) {
    private static final byte[] MAGIC = "LKSTPSES".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int DIGEST_BYTES = 32;

    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    private static final int KV_TYPE_OFFSET = VERSION_OFFSET + Integer.BYTES;
    private static final int SALT_OFFSET = KV_TYPE_OFFSET + Integer.BYTES;
    private static final int MODEL_OFFSET = SALT_OFFSET + OwnerMac.SALT_BYTES;
    private static final int LAYERS_OFFSET = MODEL_OFFSET + DIGEST_BYTES;
    private static final int KV_HEADS_OFFSET = LAYERS_OFFSET + Integer.BYTES;
    private static final int KEY_DIM_OFFSET = KV_HEADS_OFFSET + Integer.BYTES;
    private static final int VALUE_DIM_OFFSET = KEY_DIM_OFFSET + Integer.BYTES;
    private static final int VOCABULARY_OFFSET = VALUE_DIM_OFFSET + Integer.BYTES;
    private static final int BLOCK_OFFSET = VOCABULARY_OFFSET + Integer.BYTES;
    private static final int POSITION_OFFSET = BLOCK_OFFSET + Integer.BYTES;
    private static final int PENDING_OFFSET = POSITION_OFFSET + Integer.BYTES;

    /** Bytes of a header. */
    static final int BYTES = PENDING_OFFSET + Integer.BYTES;

    /** What the MAC is made with: all that can be read before it is checked. */
    static byte[] salt(MemorySegment payload) {
        return payload.asSlice(SALT_OFFSET, OwnerMac.SALT_BYTES).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Writes this, with a salt. */
    void write(MemorySegment target, byte[] salt) {
        put(target, MAGIC_OFFSET, MAGIC);
        put(target, VERSION_OFFSET, VERSION);
        put(target, KV_TYPE_OFFSET, code(kvType));
        put(target, SALT_OFFSET, salt);
        put(target, MODEL_OFFSET, HexFormat.of().parseHex(model));
        put(target, LAYERS_OFFSET, shape.nLayers());
        put(target, KV_HEADS_OFFSET, shape.nKvHeads());
        put(target, KEY_DIM_OFFSET, shape.keyDim());
        put(target, VALUE_DIM_OFFSET, shape.valueDim());
        put(target, VOCABULARY_OFFSET, shape.vocabSize());
        put(target, BLOCK_OFFSET, KvLayout.BLOCK);
        put(target, POSITION_OFFSET, position);
        put(target, PENDING_OFFSET, pending);
    }

    /**
     * Reads the header of an authentic payload.
     *
     * @throws SavedSessionException if it is none of this version, or contradicts itself
     */
    static SessionHeader read(MemorySegment payload, String file) {
        if (!Arrays.equals(bytes(payload, MAGIC_OFFSET, MAGIC.length), MAGIC)) {
            throw malformed(file, "is no saved session");
        }
        if (number(payload, VERSION_OFFSET) != VERSION || number(payload, BLOCK_OFFSET) != KvLayout.BLOCK) {
            throw malformed(file, "was saved by another version of Lockstep");
        }
        var shape = new SessionShape(number(payload, LAYERS_OFFSET), number(payload, KV_HEADS_OFFSET), number(payload, KEY_DIM_OFFSET),
                number(payload, VALUE_DIM_OFFSET), number(payload, VOCABULARY_OFFSET));
        var header = new SessionHeader(kvType(number(payload, KV_TYPE_OFFSET), file),
                HexFormat.of().formatHex(bytes(payload, MODEL_OFFSET, DIGEST_BYTES)), shape, number(payload, POSITION_OFFSET),
                number(payload, PENDING_OFFSET));
        if (header.position < 1 || header.pending != Token.NONE && (header.pending < 0 || header.pending >= shape.vocabSize())) {
            throw malformed(file, "stands at an impossible position or token");
        }
        return header;
    }

    /** Positions of a context that are taken, the pending token's included. */
    long taken() {
        return (long) position + (pending == Token.NONE ? 0 : 1);
    }

    /** Not the ordinal: files outlive the order of constants. */
    private static int code(KvType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q8_0 -> 2;
        };
    }

    private static KvType kvType(int code, String file) {
        return Arrays.stream(KvType.values()).filter(type -> code(type) == code).findFirst()
                .orElseThrow(() -> malformed(file, "has a cache of an unknown type"));
    }

    static SavedSessionException malformed(String file, String problem) {
        return new SavedSessionException(Reason.MALFORMED, file, problem);
    }

    private static int number(MemorySegment payload, int offset) {
        return payload.get(LittleEndian.INT, offset);
    }

    private static byte[] bytes(MemorySegment payload, int offset, int count) {
        return payload.asSlice(offset, count).toArray(ValueLayout.JAVA_BYTE);
    }

    private static void put(MemorySegment target, int offset, int number) {
        target.set(LittleEndian.INT, offset, number);
    }

    private static void put(MemorySegment target, int offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }
}
