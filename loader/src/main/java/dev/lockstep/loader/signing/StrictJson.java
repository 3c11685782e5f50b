package dev.lockstep.loader.signing;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One object of a JSON text that two parsers could not read in two ways: UTF-8 only, no member twice, nothing after the
 * end, bounded in size, depth and number of values. Every fault names the file and the place in it.
 *
 * @param node the object
 * @param file the file it came from
 * @param place where in the file, as {@code predicate.resources[3]}; empty for the whole
 * @param reason what a fault in it means for the caller
 */
record StrictJson(JsonNode node, String file, String place, Reason reason) {
    /** Bounds the memory a text can cost; a manifest of 100,000 files has 800,000 tokens. */
    private static final long MAX_TOKENS = 1_500_000;

    /** A sigstore bundle has 7 levels. */
    static final int MAX_DEPTH = 32;

    private static final int MAX_NUMBER_DIGITS = 100;

    /** All whole numbers up to here are doubles. */
    private static final long MAX_EXACT_NUMBER = 1L << 53;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxTokenCount(MAX_TOKENS)
                            .maxStringLength(SignatureBundle.MAX_BYTES)
                            .maxNumberLength(MAX_NUMBER_DIGITS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Reads a text that must be one object. */
    static StrictJson parse(byte[] utf8, String file, Reason reason) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
            return new StrictJson(MAPPER.readTree(text), file, "", reason).requireObject();
        } catch (CharacterCodingException e) {
            throw new ModelSignatureException(reason, file, "is not UTF-8 text", e);
        } catch (JacksonException e) {
            throw new ModelSignatureException(reason, file, "is not well-formed JSON: " + e.getOriginalMessage(), e);
        }
    }

    private StrictJson requireObject() {
        if (!node.isObject()) {
            throw fault("must be a JSON object");
        }
        return this;
    }

    boolean has(String member) {
        return node.has(member);
    }

    /** Refuses members that the schema does not know: nobody has said what they mean. */
    void allowOnly(Set<String> members) {
        for (String name : node.propertyNames()) {
            if (!members.contains(name)) {
                throw fault("has an unknown member \"" + name + '"');
            }
        }
    }

    StrictJson object(String member) {
        return new StrictJson(required(member), file, within(member), reason).requireObject();
    }

    List<StrictJson> objects(String member) {
        var objects = new ArrayList<StrictJson>();
        for (JsonNode element : array(member)) {
            String elementPlace = within(member) + '[' + objects.size() + ']';
            objects.add(new StrictJson(element, file, elementPlace, reason).requireObject());
        }
        return objects;
    }

    List<String> texts(String member) {
        var texts = new ArrayList<String>();
        for (JsonNode element : array(member)) {
            if (!element.isString() || element.stringValue().isEmpty()) {
                throw fault("member \"" + member + "\" must hold non-empty strings only");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    private JsonNode array(String member) {
        JsonNode value = required(member);
        if (!value.isArray()) {
            throw fault("member \"" + member + "\" must be an array");
        }
        return value;
    }

    /** A non-empty string. */
    String text(String member) {
        return optionalText(member).orElseThrow(() -> fault("member \"" + member + "\" is missing or empty"));
    }

    /** A string; absent, null and empty are the same, as in protobuf's JSON. */
    Optional<String> optionalText(String member) {
        JsonNode value = node.get(member);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw fault("member \"" + member + "\" must be a string");
        }
        return Optional.of(value.stringValue()).filter(text -> !text.isEmpty());
    }

    /** A positive whole number, which may be written with a point: some signers know no others. */
    long positiveNumber(String member) {
        JsonNode value = required(member);
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number > 0) || number != Math.rint(number) || number > MAX_EXACT_NUMBER) {
            throw fault("member \"" + member + "\" must be a whole number from 1 to " + MAX_EXACT_NUMBER);
        }
        return (long) number;
    }

    boolean flag(String member) {
        JsonNode value = required(member);
        if (!value.isBoolean()) {
            throw fault("member \"" + member + "\" must be true or false");
        }
        return value.booleanValue();
    }

    private JsonNode required(String member) {
        JsonNode value = node.get(member);
        if (value == null) {
            throw fault("member \"" + member + "\" is missing");
        }
        return value;
    }

    private String within(String member) {
        return place.isEmpty() ? member : place + '.' + member;
    }

    /** A fault in this object. */
    ModelSignatureException fault(String problem) {
        return fault(reason, problem);
    }

    ModelSignatureException fault(Reason otherReason, String problem) {
        return new ModelSignatureException(otherReason, file, place.isEmpty() ? problem : place + ' ' + problem);
    }
}
