package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.Metadata;
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

    static Metadata of(Path path) {
        try {
            return new GgufMetadata(path).metadata();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Metadata metadata() {
        Map<String, Metadata.Value> typed = new HashMap<>();
        values.forEach((key, value) -> typed.put(key, typed(value)));
        return new Metadata(file, typed);
    }

    private static Metadata.Value typed(Object value) {
        return switch (value) {
            case String text -> new Metadata.TextValue(text);
            case Boolean flag -> new Metadata.BooleanValue(flag);
            case Integer unsigned -> new Metadata.IntegerValue(Integer.toUnsignedLong(unsigned));
            case Float number -> new Metadata.FloatValue(number);
            case Double number -> new Metadata.FloatValue(number);
            case Number integer -> new Metadata.IntegerValue(integer.longValue());
            case List<?> list when list.getFirst() instanceof String ->
                    new Metadata.TextListValue(StringTable.of(list.stream().map(String.class::cast).toList()));
            case List<?> list when list.getFirst() instanceof Float -> Metadata.NumberListValue.of(floats(list));
            case List<?> list -> Metadata.NumberListValue.of(list.stream().mapToInt(i -> ((Number) i).intValue()).toArray());
            default -> throw new IllegalStateException("value=" + value);
        };
    }

    private static float[] floats(List<?> list) {
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (Float) list.get(i);
        }
        return floats;
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
