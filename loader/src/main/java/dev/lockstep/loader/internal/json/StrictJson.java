package dev.lockstep.loader.internal.json;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
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
 * @param faults what a fault in it means for the caller
 */
public record StrictJson(JsonNode node, String file, String place, Faults faults) {
    /** No longer text is read. A manifest of 100,000 files stays below it. */
    public static final int MAX_BYTES = 16 << 20;

    /** Bounds the memory a text can cost; a manifest of 100,000 files has 800,000 tokens. */
    private static final long MAX_TOKENS = 1_500_000;

    /** A sigstore bundle has 7 levels. */
    public static final int MAX_DEPTH = 32;

    public static final int MAX_NUMBER_DIGITS = 100;

    private static final int MAX_LONG_DIGITS = 19;

    /** All whole numbers up to here are doubles. */
    private static final long MAX_EXACT_NUMBER = 1L << 53;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonText.factory(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .maxStringLength(MAX_BYTES)
                    .maxNumberLength(MAX_NUMBER_DIGITS)
                    .build()))
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** Makes the exception for a fault. */
    @FunctionalInterface
    public interface Faults {
        /** @param cause the failure underneath, or null */
        RuntimeException fault(String file, String problem, Throwable cause);
    }

    /** Reads a text that must be one object. */
    public static StrictJson parse(byte[] utf8, String file, Faults faults) {
        if (utf8.length > MAX_BYTES) {
            throw faults.fault(file, "is larger than " + MAX_BYTES + " bytes", null);
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
            return new StrictJson(MAPPER.readTree(text), file, "", faults).requireObject();
        } catch (CharacterCodingException e) {
            throw faults.fault(file, "is not UTF-8 text", e);
        } catch (JacksonException e) {
            throw faults.fault(file, "is not well-formed JSON: " + e.getOriginalMessage(), e);
        } catch (NumberFormatException e) {
            // what Jackson lets through for an exponent that no number of Java has
            throw faults.fault(file, "is not well-formed JSON: a number has an exponent out of all bounds", e);
        }
    }

    private StrictJson requireObject() {
        if (!node.isObject()) {
            throw fault("must be a JSON object");
        }
        return this;
    }

    public boolean has(String member) {
        return node.has(member);
    }

    /** Names of all members, in their order. */
    public List<String> names() {
        return List.copyOf(node.propertyNames());
    }

    /** Refuses members that the schema does not know: nobody has said what they mean. */
    public void allowOnly(Set<String> members) {
        for (String name : node.propertyNames()) {
            if (!members.contains(name)) {
                throw fault("has an unknown member \"" + name + '"');
            }
        }
    }

    public StrictJson object(String member) {
        return new StrictJson(required(member), file, within(member), faults).requireObject();
    }

    public List<StrictJson> objects(String member) {
        var objects = new ArrayList<StrictJson>();
        for (JsonNode element : array(member)) {
            String elementPlace = within(member) + '[' + objects.size() + ']';
            objects.add(new StrictJson(element, file, elementPlace, faults).requireObject());
        }
        return objects;
    }

    /** The same where the member may be absent: protobuf's JSON leaves out what is empty. */
    public List<StrictJson> optionalObjects(String member) {
        return has(member) ? objects(member) : List.of();
    }

    public List<String> texts(String member) {
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
    public String text(String member) {
        return optionalText(member).orElseThrow(() -> fault("member \"" + member + "\" is missing or empty"));
    }

    /** Refuses another text than this one. */
    public void require(String member, String value) {
        String actual = text(member);
        if (!actual.equals(value)) {
            throw fault("has " + member + " \"" + actual + "\"; \"" + value + "\" is accepted");
        }
    }

    /** A string that may be left out; null and empty are faults: whoever writes them means something, and nobody can tell what. */
    public Optional<String> textIfPresent(String member) {
        return has(member) ? Optional.of(text(member)) : Optional.empty();
    }

    /** A point in time, as {@code 2026-11-26T12:00:00Z}, that may be left out. */
    public Optional<Instant> instantIfPresent(String member) {
        return textIfPresent(member).map(text -> {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw fault("member \"" + member + "\" is no time like \"2026-11-26T12:00:00Z\"");
            }
        });
    }

    /** A string; absent, null and empty are the same, as in protobuf's JSON. */
    public Optional<String> optionalText(String member) {
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
    public long positiveNumber(String member) {
        JsonNode value = required(member);
        // not a double: 2^53 + 1 is no other number than it says
        BigDecimal number = value.isNumber() ? value.decimalValue() : BigDecimal.ZERO;
        boolean inRange = number.signum() > 0 && number.compareTo(BigDecimal.valueOf(MAX_EXACT_NUMBER)) <= 0;
        if (!inRange || number.stripTrailingZeros().scale() > 0) {
            throw fault("member \"" + member + "\" must be a whole number from 1 to " + MAX_EXACT_NUMBER);
        }
        return number.longValueExact();
    }

    /** A whole number from 0, as protobuf's JSON writes the long ones: decimal digits in a string. Absent and 0 are the same there. */
    public long decimal(String member) {
        JsonNode value = node.get(member);
        if (value == null) {
            return 0;
        }
        String digits = value.isString() ? value.stringValue() : value.isIntegralNumber() ? value.asString() : "";
        boolean wellFormed = !digits.isEmpty() && digits.length() <= MAX_LONG_DIGITS && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        try {
            return Long.parseLong(wellFormed ? digits : "");
        } catch (NumberFormatException e) {
            throw fault("member \"" + member + "\" must be a whole number from 0 to " + Long.MAX_VALUE);
        }
    }

    public boolean flag(String member) {
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

    /** Bytes written as base64. The JDK's decoder takes missing padding and stray bits at the end; comparing with its encoder does not. */
    public byte[] base64(String member) {
        return base64(member, text(member));
    }

    /** The same where the member may be absent. */
    public Optional<byte[]> optionalBase64(String member) {
        return optionalText(member).map(text -> base64(member, text));
    }

    /** An array of byte strings, none of them empty; it may be absent. */
    public List<byte[]> optionalBase64s(String member) {
        return has(member) ? texts(member).stream().map(text -> base64(member, text)).toList() : List.of();
    }

    private byte[] base64(String member, String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw fault("member \"" + member + "\" is not base64");
        }
        if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw fault("member \"" + member + "\" is not canonical base64");
        }
        return bytes;
    }

    /** A fault in this object. */
    public RuntimeException fault(String problem) {
        return fault(faults, problem);
    }

    /** A fault in this object that means something else. */
    public RuntimeException fault(Faults others, String problem) {
        return others.fault(file, place.isEmpty() ? problem : place + ' ' + problem, null);
    }
}
