package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.StringTable;
import dev.lockstep.loader.internal.json.JsonText;
import dev.lockstep.loader.internal.json.StrictJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A {@code tokenizer.json}, taken apart: its vocabulary and merges are read as a stream (they may have a million entries), the rest
 * as small trees. Bounded and strict as {@link StrictJson} is.
 */
final class TokenizerJsonParts {
    private static final int MAX_TOKENS = 16_000_000;

    /** What is kept as trees. */
    private static final Set<String> PARTS = Set.of("normalizer", "pre_tokenizer", "post_processor", "decoder", "added_tokens");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonText.factory(StreamReadConstraints.builder()
                    .maxNestingDepth(StrictJson.MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .maxStringLength(LoadLimits.MAX_TEXT_BYTES)
                    .maxNumberLength(StrictJson.MAX_NUMBER_DIGITS)
                    .build()))
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final String file;
    private final Vocabulary vocabulary;
    private final Map<String, JsonNode> parts = new HashMap<>();
    private final Map<String, JsonNode> modelMembers = new HashMap<>();
    private StringTable merges = StringTable.EMPTY;

    private TokenizerJsonParts(String file, int vocabSize) {
        this.file = file;
        this.vocabulary = new Vocabulary(file, vocabSize);
    }

    static TokenizerJsonParts read(byte[] json, String file, int vocabSize) {
        if (json.length > LoadLimits.MAX_HEADER_BYTES) {
            throw fault(file, "is larger than " + LoadLimits.MAX_HEADER_BYTES + " bytes");
        }
        var parts = new TokenizerJsonParts(file, vocabSize);
        try (JsonParser parser = MAPPER.createParser(JsonText.utf8(json, json.length))) {
            parts.readDocument(parser);
        } catch (JacksonException e) {
            throw fault(file, "is not well-formed JSON in UTF-8: " + e.getOriginalMessage());
        } catch (NumberFormatException e) {
            // what Jackson lets through for an exponent that no number of Java has
            throw fault(file, "is not well-formed JSON: a number has an exponent out of all bounds");
        }
        return parts;
    }

    private static ModelFormatException fault(String file, String problem) {
        return new ModelFormatException(file, ModelFormatException.NO_OFFSET, "", problem);
    }

    private ModelFormatException fault(String problem) {
        return fault(file, problem);
    }

    private void readDocument(JsonParser parser) {
        requireToken(parser.nextToken(), JsonToken.START_OBJECT, "the file", "an object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String member = parser.currentName();
            JsonToken value = parser.nextToken();
            if (member.equals("model")) {
                requireToken(value, JsonToken.START_OBJECT, "model", "an object");
                readModel(parser);
            } else if (PARTS.contains(member)) {
                parts.put(member, BoundedTree.read(parser));
            } else {
                parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw fault("goes on after its end");
        }
    }

    private void readModel(JsonParser parser) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String member = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (member) {
                case "vocab" -> {
                    if (value == JsonToken.START_ARRAY) {
                        readScoredVocabulary(parser);
                    } else {
                        requireToken(value, JsonToken.START_OBJECT, "model.vocab", "an object or an array");
                        readVocabulary(parser);
                    }
                }
                case "merges" -> {
                    requireToken(value, JsonToken.START_ARRAY, "model.merges", "an array");
                    readMerges(parser);
                }
                default -> {
                    // settings are plain values
                    if (value.isScalarValue()) {
                        modelMembers.put(member, BoundedTree.read(parser));
                    }
                    parser.skipChildren();
                }
            }
        }
    }

    private void readVocabulary(JsonParser parser) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String token = parser.currentName();
            requireToken(parser.nextToken(), JsonToken.VALUE_NUMBER_INT, "an id in model.vocab", "a number");
            vocabulary.putNew(parser.getLongValue(), token, TokenKind.NORMAL);
        }
    }

    /** Pairs of a token and its score; a token's place is its id. */
    private void readScoredVocabulary(JsonParser parser) {
        for (int id = 0; parser.nextToken() != JsonToken.END_ARRAY; id++) {
            requireToken(parser.currentToken(), JsonToken.START_ARRAY, "model.vocab[" + id + ']', "an array");
            requireToken(parser.nextToken(), JsonToken.VALUE_STRING, "the token of model.vocab[" + id + ']', "a string");
            vocabulary.put(id, parser.getString(), TokenKind.NORMAL);
            if (!parser.nextToken().isNumeric()) {
                throw fault("the score of model.vocab[" + id + "] must be a number");
            }
            vocabulary.score(id, parser.getFloatValue());
            requireToken(parser.nextToken(), JsonToken.END_ARRAY, "the end of model.vocab[" + id + ']', "after a token and its score");
        }
    }

    /** Lines "left right", or pairs of strings. */
    private void readMerges(JsonParser parser) {
        var table = new TextTable();
        for (int rank = 0; parser.nextToken() != JsonToken.END_ARRAY; rank++) {
            String line = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : pair(parser, rank);
            if (!table.add(line)) {
                throw fault("model.merges[" + rank + "] is half of a character");
            }
        }
        merges = table.toTable();
    }

    private String pair(JsonParser parser, int rank) {
        String place = "model.merges[" + rank + ']';
        requireToken(parser.currentToken(), JsonToken.START_ARRAY, place, "a string or an array of two");
        requireToken(parser.nextToken(), JsonToken.VALUE_STRING, place, "an array of two strings");
        String left = parser.getString();
        requireToken(parser.nextToken(), JsonToken.VALUE_STRING, place, "an array of two strings");
        String right = parser.getString();
        requireToken(parser.nextToken(), JsonToken.END_ARRAY, place, "an array of two strings");
        if (left.indexOf(' ') >= 0 || right.indexOf(' ') >= 0) {
            throw fault(place + " joins tokens with a plain space in them, which is not supported");
        }
        return left + ' ' + right;
    }

    private void requireToken(JsonToken actual, JsonToken expected, String what, String expectation) {
        if (actual != expected) {
            throw fault(what + " must be " + expectation);
        }
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    StringTable merges() {
        return merges;
    }

    /** A component; absent and null are the same. */
    Optional<StrictJson> component(String member) {
        JsonNode node = parts.get(member);
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isObject()) {
            throw fault(member + " must be an object");
        }
        return Optional.of(new StrictJson(node, file, member, (name, problem, cause) -> fault(name, problem)));
    }

    /** The components of a member, one after the other; none if it is absent. */
    List<StrictJson> components(String member, String sequenceMember) {
        return component(member).map(component -> Components.flatten(component, sequenceMember)).orElse(List.of());
    }

    /** The members of {@code model} but its vocabulary and merges. */
    StrictJson model() {
        JsonNode node = MAPPER.createObjectNode().setAll(modelMembers);
        return new StrictJson(node, file, "model", (name, problem, cause) -> fault(name, problem));
    }

    /** {@code added_tokens}, none if it is absent. */
    List<StrictJson> addedTokens() {
        JsonNode node = MAPPER.createObjectNode().setAll(Map.of("added_tokens", parts.getOrDefault("added_tokens", MAPPER.createArrayNode())));
        return new StrictJson(node, file, "", (name, problem, cause) -> fault(name, problem)).objects("added_tokens");
    }
}
