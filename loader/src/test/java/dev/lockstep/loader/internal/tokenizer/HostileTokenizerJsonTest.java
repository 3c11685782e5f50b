package dev.lockstep.loader.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.ModelFormatException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A {@code tokenizer.json} costs no more than it says, and has one meaning. */
class HostileTokenizerJsonTest {
    private static final String TOKENIZER = """
            {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, %s
             "model": {"type": "BPE", %s "vocab": {"a": 0, "é": 1}, "merges": []}}""";

    private static final int MANY = 2_000_000;

    private static TokenizerJsonParts read(String json, Charset charset) {
        return TokenizerJsonParts.read(json.getBytes(charset), "tokenizer.json", 2);
    }

    private static void assertRefused(String json, Charset charset) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> read(json, charset)).withMessageContaining("is not well-formed JSON");
    }

    private static String lists() {
        return '[' + "[],".repeat(MANY) + "0]";
    }

    @Test
    void whatNobodyReadsTakesNoMemory() {
        var parts = read(TOKENIZER.formatted("\"of_others\": " + lists() + ',', "\"of_others\": " + lists() + ','), StandardCharsets.UTF_8);
        assertThat(parts.vocabulary().size()).isEqualTo(2);
        assertThat(parts.model().names()).containsExactly("type");
    }

    @Test
    void treesAreBounded() {
        assertRefused(TOKENIZER.formatted("\"decoder\": " + lists() + ',', ""), StandardCharsets.UTF_8);
    }

    @Test
    void isUtf8() {
        assertRefused(TOKENIZER.formatted("", ""), StandardCharsets.UTF_16);
        assertRefused(TOKENIZER.formatted("", ""), StandardCharsets.ISO_8859_1);
    }
}
