package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.internal.json.StrictJson;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Which token begins a text, ends one, and so on: what {@code tokenizer_config.json} says, else {@code special_tokens_map.json}, else
 * (for the tokens that end generation) {@code generation_config.json}.
 */
final class TokenRoles {
    /** More than any model has; each costs a little at every token. */
    private static final int MAX_STOPS = 64;

    private final Vocabulary vocabulary;
    private final Optional<StrictJson> config;
    private final Optional<StrictJson> specialTokens;

    private TokenRoles(Vocabulary vocabulary, Optional<StrictJson> config, Optional<StrictJson> specialTokens) {
        this.vocabulary = vocabulary;
        this.config = config;
        this.specialTokens = specialTokens;
    }

    /** Sets the ids of all roles, and when they are added to a text. */
    static void set(Vocabulary vocabulary, Optional<PostProcessor> postProcessor, Optional<StrictJson> config,
            Optional<StrictJson> specialTokens) {
        var roles = new TokenRoles(vocabulary, config, specialTokens);
        roles.set("bos_token", "bos_token_id");
        roles.set("eos_token", "eos_token_id");
        roles.set("unk_token", "unknown_token_id");
        roles.set("sep_token", "seperator_token_id");
        roles.set("pad_token", "padding_token_id");
        roles.set("cls_token", "cls_token_id");
        roles.set("mask_token", "mask_token_id");
        roles.setAdded("add_bos_token", "bos_token_id", postProcessor.map(PostProcessor::begin));
        roles.setAdded("add_eos_token", "eos_token_id", postProcessor.map(PostProcessor::end));
        if (vocabulary.isOfModel(WordPieceVocabulary.MODEL)) {
            roles.setAdded("add_sep_token", "seperator_token_id", postProcessor.map(PostProcessor::end));
        }
    }

    /**
     * Sets the tokens that end generation. Like transformers, this makes a generation configuration of the model's settings where there is
     * none; settings may be those of a class with another vocabulary, whose ids no answer can have.
     */
    static void setStops(Vocabulary vocabulary, Optional<StrictJson> generation, Optional<StrictJson> settings) {
        generation.ifPresentOrElse(file -> setStops(vocabulary, stops(vocabulary, file, true)),
                () -> settings.ifPresent(file -> setStops(vocabulary, stops(vocabulary, file, false))));
    }

    private static Set<Integer> stops(Vocabulary vocabulary, StrictJson file, boolean strict) {
        Set<Integer> stops = new LinkedHashSet<>();
        JsonNode value = file.node().get("eos_token_id");
        for (JsonNode id : value == null || value.isNull() ? List.<JsonNode>of() : value.isArray() ? value : List.of(value)) {
            boolean known = id.isInt() && vocabulary.spelling(id.intValue()) != null;
            if (strict && !known || stops.size() == MAX_STOPS) {
                throw file.fault("member \"eos_token_id\" must be up to " + MAX_STOPS + " ids of the vocabulary");
            }
            if (known) {
                stops.add(id.intValue());
            }
        }
        return stops;
    }

    private void set(String role, String key) {
        spelling(role).ifPresent(spelling -> vocabulary.id(spelling).ifPresent(id -> vocabulary.setId(key, id)));
    }

    /** Files name roles that their vocabulary does not have; such a role is none. */
    private Optional<String> spelling(String role) {
        Optional<String> named = config.flatMap(file -> spelling(file, role));
        return named.isPresent() ? named : specialTokens.flatMap(file -> spelling(file, role));
    }

    /** A role is a spelling, or an added token that has one. */
    private static Optional<String> spelling(StrictJson file, String role) {
        JsonNode value = file.node().get(role);
        return value != null && value.isObject() ? file.object(role).optionalText("content") : file.optionalText(role);
    }

    /** @param added what the post-processor adds, possibly nothing; empty if there is none and the custom of the kind of vocabulary counts */
    private void setAdded(String flag, String key, Optional<Optional<String>> added) {
        Optional<Boolean> said = config.filter(file -> file.has(flag) && !file.node().get(flag).isNull()).map(file -> file.flag(flag));
        Optional<String> token = added.flatMap(processor -> processor);
        if (token.isPresent() && said.orElse(true)) {
            // what is added is what the post-processor says, whatever the role's token is called
            vocabulary.setId(key, vocabulary.requireId(token.get(), "the post_processor's token"));
        }
        if (said.isPresent() || added.isPresent()) {
            vocabulary.set(flag, said.orElse(token.isPresent()) && vocabulary.has(key));
        }
    }

    /** GGUF has three places for tokens that end generation: end of text, of turn and of message. */
    private static void setStops(Vocabulary vocabulary, Set<Integer> stops) {
        OptionalInt end = vocabulary.settingId("eos_token_id");
        if (end.isEmpty() && !stops.isEmpty()) {
            vocabulary.setId("eos_token_id", stops.iterator().next());
            end = vocabulary.settingId("eos_token_id");
        }
        end.ifPresent(stops::remove);
        int[] others = stops.stream().mapToInt(Integer::intValue).toArray();
        if (others.length > 0) {
            vocabulary.setId("eot_token_id", others[0]);
        }
        if (others.length > 1) {
            vocabulary.setId("eom_token_id", others[1]);
        }
        if (others.length > 2) {
            vocabulary.setOwn("stop_ids", Metadata.NumberListValue.of(others));
        }
    }
}
