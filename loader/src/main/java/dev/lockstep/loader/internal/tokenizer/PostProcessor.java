package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Which tokens a {@code post_processor} puts around a text.
 *
 * @param begin spelling of the one before it
 * @param end spelling of the one after it
 */
record PostProcessor(Optional<String> begin, Optional<String> end) {
    static final PostProcessor NONE = new PostProcessor(Optional.empty(), Optional.empty());

    /** @param components those of {@code post_processor}, one after the other */
    static PostProcessor of(List<StrictJson> components) {
        PostProcessor result = NONE;
        for (StrictJson component : components) {
            switch (component.text("type")) {
                case "ByteLevel" -> { } // moves offsets only
                case "TemplateProcessing" -> result = template(component);
                case "BertProcessing", "RobertaProcessing" ->
                        result = new PostProcessor(Optional.of(first(component, "cls")), Optional.of(first(component, "sep")));
                default -> throw Components.unsupported(component, "ByteLevel, TemplateProcessing, BertProcessing and RobertaProcessing");
            }
        }
        return result;
    }

    private static PostProcessor template(StrictJson component) {
        Optional<String> begin = Optional.empty();
        Optional<String> end = Optional.empty();
        boolean textSeen = false;
        for (StrictJson part : component.objects("single")) {
            if (part.has("Sequence") && !textSeen) {
                textSeen = true;
            } else if (part.has("SpecialToken") && (textSeen ? end : begin).isEmpty()) {
                Optional<String> token = Optional.of(part.object("SpecialToken").text("id"));
                begin = textSeen ? begin : token;
                end = textSeen ? token : end;
            } else {
                throw component.fault("puts more around a text than one token before and one after it, which is not supported");
            }
        }
        return new PostProcessor(begin, end);
    }

    /** The spelling in a pair of a spelling and an id. */
    private static String first(StrictJson component, String member) {
        JsonNode pair = component.node().get(member);
        if (pair == null || !pair.isArray() || pair.size() != 2 || !pair.get(0).isString()) {
            throw component.fault("member \"" + member + "\" must be a token and its id");
        }
        return pair.get(0).stringValue();
    }
}
