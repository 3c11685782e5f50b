package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What all components of a {@code tokenizer.json} have in common: a type, options that may be null, and sequences of them. */
final class Components {
    private Components() { }

    /** A component, or those of a Sequence, sequences in it included. */
    static List<StrictJson> flatten(StrictJson component, String sequenceMember) {
        if (!component.text("type").equals("Sequence")) {
            return List.of(component);
        }
        List<StrictJson> all = new ArrayList<>();
        for (StrictJson part : component.objects(sequenceMember)) {
            all.addAll(flatten(part, sequenceMember));
        }
        return all;
    }

    /** An option that may be absent or null. */
    static boolean flag(StrictJson component, String member, boolean otherwise) {
        JsonNode value = component.node().get(member);
        return value == null || value.isNull() ? otherwise : component.flag(member);
    }

    /** Refuses another value of an option than the one that is supported; absent and null mean that one. */
    static void requireFlag(StrictJson component, String member, boolean supported) {
        if (flag(component, member, supported) != supported) {
            throw component.fault("has " + member + ' ' + !supported + ", which is not supported");
        }
    }

    static RuntimeException unsupported(StrictJson component, String supported) {
        return component.fault("is a " + component.text("type") + ", which is not supported here; supported are " + supported);
    }
}
