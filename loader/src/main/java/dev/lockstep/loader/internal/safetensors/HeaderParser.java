package dev.lockstep.loader.internal.safetensors;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.json.JsonText;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON of a safetensors header token by token: a tree of it would take many times its size. One object, whose members are
 * tensors and a map of texts called {@value #METADATA}; strict in everything, see {@link SafetensorsReader}.
 */
final class HeaderParser {
    static final String METADATA = "__metadata__";

    /** Digits of the largest number that fits into a long, less one: no overflow, and no file is larger. */
    private static final int MAX_DIGITS = 18;

    /** A tensor's members hold a list; nothing is deeper. */
    private static final int MAX_DEPTH = 3;

    /** Names are made to be read by people; the longest known have 200 characters. */
    private static final int MAX_NAME_CHARS = 10_000;

    /** Names are not canonicalized: they come once each, and could be made to collide. */
    private static final JsonFactory JSON = JsonText.factory(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).maxNameLength(MAX_NAME_CHARS).build())
            .rebuild()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();

    private static final List<String> MEMBERS = List.of("dtype", "shape", "data_offsets");

    /**
     * A tensor as the header has it.
     *
     * @param begin first byte, from the start of the data
     * @param end byte behind the last
     */
    record Announced(String name, StoredTensor.Type type, List<Long> shape, long begin, long end) { }

    private final String file;
    private final long byteOffset;
    private final JsonParser json;
    private String subject = "";

    private HeaderParser(String file, long byteOffset, JsonParser json) {
        this.file = file;
        this.byteOffset = byteOffset;
        this.json = json;
    }

    /**
     * Tensors in the order of the header.
     *
     * @param file for messages
     * @param byteOffset of the header in the file, for messages
     */
    static List<Announced> parse(byte[] header, String file, long byteOffset) {
        int end = header.length;
        while (end > 0 && header[end - 1] == ' ') {
            end--;
        }
        if (end == 0 || header[0] != '{' || header[end - 1] != '}') {
            throw new ModelFormatException(file, byteOffset, "", "the header must be a JSON object that begins with { and is"
                    + " followed by spaces only");
        }
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), JsonText.utf8(header, end))) {
            return new HeaderParser(file, byteOffset, json).tensors();
        } catch (JacksonException e) {
            throw new ModelFormatException(file, byteOffset, "", "the header is not well-formed JSON in UTF-8: " + e.getOriginalMessage());
        }
    }

    private List<Announced> tensors() {
        var tensors = new ArrayList<Announced>();
        require(JsonToken.START_OBJECT, "the header must be an object");
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            subject = json.currentName();
            if (subject.equals(METADATA)) {
                metadata();
            } else if (tensors.size() == LoadLimits.MAX_TENSORS) {
                throw fault("there are more than " + LoadLimits.MAX_TENSORS + " tensors");
            } else {
                tensors.add(tensor());
            }
        }
        subject = "";
        if (json.nextToken() != null) {
            throw fault("something follows the header's object");
        }
        return tensors;
    }

    private void metadata() {
        require(JsonToken.START_OBJECT, "must be an object");
        for (int entries = 0; json.nextToken() == JsonToken.PROPERTY_NAME; entries++) {
            if (entries == LoadLimits.MAX_METADATA_ENTRIES) {
                throw fault("has more than " + LoadLimits.MAX_METADATA_ENTRIES + " entries");
            }
            require(JsonToken.VALUE_STRING, "must hold texts only");
        }
    }

    private Announced tensor() {
        require(JsonToken.START_OBJECT, "must be an object with " + MEMBERS);
        Optional<StoredTensor.Type> type = Optional.empty();
        Optional<List<Long>> shape = Optional.empty();
        Optional<List<Long>> offsets = Optional.empty();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            switch (json.currentName()) {
                case "dtype" -> type = Optional.of(type());
                case "shape" -> shape = Optional.of(numbers("shape", LoadLimits.MAX_STORED_DIMENSIONS));
                case "data_offsets" -> offsets = Optional.of(numbers("data_offsets", 2));
                default -> throw fault("has an unknown member \"" + json.currentName() + "\"; known are " + MEMBERS);
            }
        }
        boolean complete = type.isPresent() && shape.isPresent() && offsets.filter(list -> list.size() == 2).isPresent();
        if (!complete) {
            throw fault("must have " + MEMBERS + ", the last with two numbers");
        }
        long begin = offsets.get().getFirst();
        long end = offsets.get().getLast();
        if (begin > end) {
            throw fault("begins at byte " + begin + " and ends at " + end);
        }
        return new Announced(subject, type.get(), shape.get(), begin, end);
    }

    private StoredTensor.Type type() {
        require(JsonToken.VALUE_STRING, "dtype must be a text");
        String name = json.getString();
        return Arrays.stream(StoredTensor.Type.values()).filter(type -> type.name().equals(name)).findFirst()
                .orElseThrow(() -> fault("is of type \"" + name + "\"; supported are " + Arrays.toString(StoredTensor.Type.values())));
    }

    private List<Long> numbers(String member, int max) {
        require(JsonToken.START_ARRAY, member + " must be a list");
        var numbers = new ArrayList<Long>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (numbers.size() == max) {
                throw fault(member + " has more than " + max + " numbers");
            }
            numbers.add(number(member));
        }
        return numbers;
    }

    private long number(String member) {
        boolean digits = json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getStringLength() <= MAX_DIGITS
                && json.getString().chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw fault(member + " must hold whole numbers of at most " + MAX_DIGITS + " digits, from 0");
        }
        return json.getLongValue();
    }

    private void require(JsonToken token, String problem) {
        if (json.nextToken() != token) {
            throw fault(problem);
        }
    }

    private ModelFormatException fault(String problem) {
        return new ModelFormatException(file, byteOffset, subject, problem);
    }
}
