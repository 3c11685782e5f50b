package dev.lockstep.loader.internal.json;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** How every JSON text is read, whether as a tree or piece by piece: as UTF-8 and nothing else, and with no member twice. */
public final class JsonText {
    private JsonText() {
    }

    /** Makes parsers with bounds. */
    public static JsonFactory factory(StreamReadConstraints constraints) {
        return JsonFactory.builder().streamReadConstraints(constraints).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    }

    /** The first {@code count} bytes as text, by a decoder that reports what is malformed; a parser of bytes guesses their encoding. */
    public static Reader utf8(byte[] bytes, int count) {
        return new InputStreamReader(new ByteArrayInputStream(bytes, 0, count), StandardCharsets.UTF_8.newDecoder());
    }
}
