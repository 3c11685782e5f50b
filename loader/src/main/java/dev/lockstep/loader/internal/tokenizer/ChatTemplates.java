package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.internal.json.StrictJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The chat templates of a folder, by GGUF's keys: {@code chat_template.jinja}, else {@code chat_template.json}, else what
 * {@code tokenizer_config.json} says. As in the transformers library, the newer file wins.
 */
final class ChatTemplates {
    private static final String KEY = "tokenizer.chat_template";
    private static final String MEMBER = "chat_template";
    private static final String DEFAULT_NAME = "default";

    private ChatTemplates() { }

    static Map<String, String> read(String folder, Map<String, byte[]> files, Optional<StrictJson> config) {
        Map<String, String> templates = new LinkedHashMap<>();
        byte[] jinja = files.get("chat_template.jinja");
        byte[] json = files.get("chat_template.json");
        if (jinja != null) {
            put(templates, KEY, TokenizerFiles.text(jinja, folder + "/chat_template.jinja"), folder + "/chat_template.jinja");
        } else if (json != null) {
            add(templates, StrictJson.parse(json, folder + "/chat_template.json", TokenizerFiles::fault));
        } else {
            config.ifPresent(file -> add(templates, file));
        }
        return templates;
    }

    /** One template, or a list of named ones of which "default" is the one without a name. */
    private static void add(Map<String, String> templates, StrictJson file) {
        JsonNode value = file.node().get(MEMBER);
        if (value == null || !value.isArray()) {
            file.optionalText(MEMBER).ifPresent(template -> put(templates, KEY, template, file.file()));
            return;
        }
        for (StrictJson named : file.objects(MEMBER)) {
            String name = named.text("name");
            put(templates, name.equals(DEFAULT_NAME) ? KEY : KEY + '.' + name, named.text("template"), file.file());
        }
    }

    private static void put(Map<String, String> templates, String key, String template, String file) {
        if (template.length() > LoadLimits.MAX_TEXT_BYTES || key.length() > LoadLimits.MAX_KEY_BYTES) {
            throw TokenizerFiles.fault(file, "has a chat template of more than " + LoadLimits.MAX_TEXT_BYTES + " bytes", null);
        }
        if (templates.putIfAbsent(key, template) != null) {
            throw TokenizerFiles.fault(file, "has two chat templates of one name", null);
        }
    }
}
