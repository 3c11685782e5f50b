package dev.lockstep.tests.fuzz;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.age.OwnerMac;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Saved sessions without their MAC, written by hand as docs/formats/saved-session.md has them. */
final class SavedSessionSeed {
    static final int HEADER_BYTES = 96;
    private static final int BLOCK_POSITIONS = 64;
    private static final int NO_TOKEN = -1;

    private SavedSessionSeed() {
    }

    /** One of each type of cache, by the name of its file: at the end of a block, behind it, and with a pending token. */
    static Map<String, byte[]> all() {
        var seeds = new LinkedHashMap<String, byte[]>();
        seeds.put("f32", session(0, KvType.F32, 64, NO_TOKEN));
        seeds.put("f16", session(1, KvType.F16, 65, NO_TOKEN));
        seeds.put("q8_0", session(2, KvType.Q8_0, 3, 7));
        return seeds;
    }

    private static byte[] session(int typeCode, KvType type, int position, int pending) {
        var shape = SavedSessionFuzzTest.SHAPE;
        int contentBytes = Math.toIntExact(shape.logitsBytes() + shape.cacheBytes(type, position));
        return ByteBuffer.allocate(HEADER_BYTES + contentBytes).order(ByteOrder.LITTLE_ENDIAN)
                .put("LKSTPSES".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(typeCode)
                .put(new byte[OwnerMac.SALT_BYTES])
                .put(HexFormat.of().parseHex(SavedSessionFuzzTest.MODEL))
                .putInt(shape.nLayers()).putInt(shape.nKvHeads()).putInt(shape.keyDim()).putInt(shape.valueDim()).putInt(shape.vocabSize())
                .putInt(BLOCK_POSITIONS).putInt(position).putInt(pending).array();
    }
}
