package dev.lockstep.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writes small safetensors files, and takes them apart: a length, a JSON header, the values. */
public final class SafetensorsBuilder {
    private final StringJoiner header = new StringJoiner(",", "{", "}");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** The tensors of a file, in the order of its header. */
    public static SequencedMap<String, Tensor> read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int start = Long.BYTES + (int) bytes.getLong();
            JsonNode header = new JsonMapper().readTree(Arrays.copyOfRange(bytes.array(), Long.BYTES, start));
            var tensors = new LinkedHashMap<String, Tensor>();
            for (var tensor : header.properties()) {
                JsonNode offsets = tensor.getValue().get("data_offsets");
                if (offsets != null) {
                    tensors.put(tensor.getKey(), new Tensor(tensor.getValue().get("dtype").asString(),
                            tensor.getValue().get("shape").valueStream().map(JsonNode::asLong).toList(),
                            Arrays.copyOfRange(bytes.array(), start + offsets.get(0).asInt(), start + offsets.get(1).asInt())));
                }
            }
            return tensors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A tensor as a file has it.
     *
     * @param shape slowest dimension first
     */
    public record Tensor(String type, List<Long> shape, byte[] values) { }

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
