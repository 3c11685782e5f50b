package dev.lockstep.guard.audit.export;

import java.util.Map;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Lines of JSON, in ASCII. */
final class JsonLine {
    private static final JsonMapper MAPPER = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonLine() {
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static void put(ObjectNode object, Map<String, Object> values) {
        values.forEach((name, value) -> {
            if (value instanceof Long number) {
                object.put(name, number);
            } else {
                object.put(name, value.toString());
            }
        });
    }

    static String of(ObjectNode object) {
        return MAPPER.writeValueAsString(object);
    }
}
