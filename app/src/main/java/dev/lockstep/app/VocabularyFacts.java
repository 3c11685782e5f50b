package dev.lockstep.app;

import dev.lockstep.loader.Metadata;
import dev.lockstep.models.Tokenizer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * What there is to say about a vocabulary.
 *
 * @param tokenizer one that can be used
 */
record VocabularyFacts(Metadata metadata, Tokenizer tokenizer) {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String SPECIAL = "_token_id";

    private Optional<String> stated(String name) {
        return metadata.text(PREFIX + name);
    }

    /** Ids of the special tokens by role, as the checkpoint names it: bos, eos, unknown, padding; those that exist. */
    private Map<String, Integer> specialTokens() {
        var ids = new TreeMap<String, Integer>();
        for (String key : metadata.keys()) {
            if (key.startsWith(PREFIX) && key.endsWith(SPECIAL)) {
                String role = key.substring(PREFIX.length(), key.length() - SPECIAL.length());
                metadata.integer(key).filter(id -> id >= 0 && id < tokenizer.vocabularySize()).ifPresent(id -> ids.put(role, id.intValue()));
            }
        }
        return ids;
    }

    String text() {
        String special = specialTokens().entrySet().stream()
                .map(each -> ", " + each.getKey() + " " + each.getValue() + " \"" + tokenizer.piece(each.getValue()) + '"').collect(Collectors.joining());
        return Printable.text(stated("model").orElse("") + stated("pre").map(pre -> " (" + pre + ")").orElse("") + ", "
                + tokenizer.vocabularySize() + " tokens" + special);
    }

    ObjectNode json() {
        var node = Json.object().put("model", stated("model").orElse(null)).put("preTokenizer", stated("pre").orElse(null))
                .put("tokens", tokenizer.vocabularySize()).put("addsBeginOfText", tokenizer.addsBeginOfText())
                .put("addsEndOfText", tokenizer.addsEndOfText()).put("addsSpacePrefix", tokenizer.addsSpacePrefix());
        var special = node.putArray("specialTokens");
        specialTokens().forEach((role, id) -> special.addObject().put("role", role).put("id", id).put("piece", tokenizer.piece(id)));
        return node;
    }
}
