package dev.lockstep.app;

import dev.lockstep.loader.GgufMetadata.FloatType;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.Metadata.Value;
import tools.jackson.databind.node.ObjectNode;

/** The settings of a checkpoint as JSON. Lists, such as the vocabulary, are only counted. */
final class MetadataJson {
    private MetadataJson() {
    }

    static ObjectNode of(Metadata metadata) {
        var node = Json.object();
        metadata.keys().forEach(key -> put(node, key, metadata.get(key).orElseThrow()));
        return node;
    }

    private static void put(ObjectNode node, String key, Value value) {
        switch (value) {
            case Metadata.IntegerValue integer -> node.put(key, integer.value());
            case Metadata.HugeIntegerValue huge -> node.put(key, Long.toUnsignedString(huge.bits()));
            case Metadata.FloatValue number when Double.isFinite(number.value()) && number.type() == FloatType.FLOAT32 ->
                    node.put(key, (float) number.value());
            case Metadata.FloatValue number when Double.isFinite(number.value()) -> node.put(key, number.value());
            // JSON has no such numbers
            case Metadata.FloatValue number -> node.put(key, String.valueOf(number.value()));
            case Metadata.BooleanValue truth -> node.put(key, truth.value());
            case Metadata.TextValue text -> node.put(key, text.value());
            case Metadata.TextListValue list -> count(node, key, value, list.value().size());
            case Metadata.NumberListValue list -> count(node, key, value, list.value().size());
        }
    }

    private static void count(ObjectNode node, String key, Value value, int size) {
        node.putObject(key).put("type", value.typeName()).put("count", size);
    }
}
