package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The metadata of a trusted little GGUF file, for tests only: no limits, no checks. */
final class GgufMetadata {
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final String file;
    private final Map<String, Object> values = new HashMap<>();
    private final ByteBuffer bytes;

    private GgufMetadata(Path path) throws IOException {
        file = path.getFileName().toString();
        bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(16);
        for (long left = bytes.getLong(); left > 0; left--) {
            String key = string();
            values.put(key, value(bytes.getInt()));
        }
    }

    static Vocabulary vocabulary(Path path) {
        try {
            return new GgufMetadata(path).vocabulary();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Vocabulary vocabulary() {
        return new Vocabulary(file, (String) get("model"), (String) get("pre"), strings("tokens"), floats("scores"),
                ints("token_type"), strings("merges"), id("bos_token_id"), id("eos_token_id"), id("eot_token_id"),
                id("eom_token_id"), id("unknown_token_id"), (Boolean) get("add_bos_token"),
                (Boolean) get("add_eos_token"), (Boolean) get("add_space_prefix"));
    }

    private Object get(String key) {
        return values.get("tokenizer.ggml." + key);
    }

    private long id(String key) {
        return get(key) == null ? -1 : Integer.toUnsignedLong((Integer) get(key));
    }

    private StringTable strings(String key) {
        return get(key) == null ? null : StringTable.of(list(key).stream().map(String.class::cast).toList());
    }

    private List<?> list(String key) {
        return (List<?>) get(key);
    }

    private float[] floats(String key) {
        if (get(key) == null) {
            return null;
        }
        float[] floats = new float[list(key).size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (Float) list(key).get(i);
        }
        return floats;
    }

    private int[] ints(String key) {
        return get(key) == null ? null : list(key).stream().mapToInt(Integer.class::cast).toArray();
    }

    private Object value(int type) {
        return switch (type) {
            case 0, 1 -> bytes.get();
            case 2, 3 -> bytes.getShort();
            case 4, 5 -> bytes.getInt();
            case 6 -> bytes.getFloat();
            case 7 -> bytes.get() != 0;
            case STRING -> string();
            case ARRAY -> array(bytes.getInt(), bytes.getLong());
            case 10, 11 -> bytes.getLong();
            case 12 -> bytes.getDouble();
            default -> throw new IllegalStateException("type=" + type);
        };
    }

    private List<Object> array(int type, long count) {
        List<Object> list = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            list.add(value(type));
        }
        return list;
    }

    private String string() {
        byte[] utf8 = new byte[Math.toIntExact(bytes.getLong())];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
