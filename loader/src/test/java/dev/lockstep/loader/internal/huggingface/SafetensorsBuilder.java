package dev.lockstep.loader.internal.huggingface;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;

/** Writes small safetensors files: a length, a JSON header, the values. */
public final class SafetensorsBuilder {
    private final StringJoiner header = new StringJoiner(",", "{", "}");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Adds a tensor of F32. */
    public SafetensorsBuilder floats(String name, List<Long> shape, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor(name, "F32", shape, bytes.array());
    }

    /** Adds a tensor of any type. */
    public SafetensorsBuilder tensor(String name, String type, List<Long> shape, byte[] values) {
        header.add('"' + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + data.size() + ','
                + (data.size() + values.length) + "]}");
        data.writeBytes(values);
        return this;
    }

    /** The file. */
    public byte[] build() {
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(json.length).put(json).put(data.toByteArray()).array();
    }
}
