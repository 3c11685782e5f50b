package dev.lockstep.loader.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the files of a folder become, and what is refused by name. */
class TokenizerFilesTest {
    private static final String BYTE_LEVEL = """
            {"version": "1.0", "truncation": null, "added_tokens": [
              {"id": 5, "content": "<|end|>", "special": false, "lstrip": false, "rstrip": true},
              {"id": 6, "content": "<s>", "special": true}, {"id": 7, "content": "[x]", "special": false}],
             "normalizer": null,
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]},
             "decoder": {"type": "ByteLevel"},
             "model": {"type": "BPE", "dropout": null, "vocab": {"a": 0, "b": 1, "ab": 2, "c": 3}, "merges": ["a b"]}}""";

    private static final String UNIGRAM = """
            {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"},
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
               {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": true}]},
             "model": {"type": "Unigram", "unk_id": 1, "vocab": [["<pad>", 0.0], ["<unk>", 0], ["\u2581a", -1.5], ["a\u2581b", -2]]}}""";

    private static Metadata translate(String... namesAndFiles) {
        Map<String, byte[]> files = new HashMap<>();
        for (int i = 0; i < namesAndFiles.length; i += 2) {
            files.put(namesAndFiles[i], namesAndFiles[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return new Metadata("folder", TokenizerFiles.metadata("folder", files, 10));
    }

    private static void assertRefused(String problem, String... namesAndFiles) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> translate(namesAndFiles)).withMessageContaining(problem);
    }

    private static int[] types(Metadata metadata) {
        return metadata.integers("tokenizer.ggml.token_type").orElseThrow();
    }

    @Test
    void byteLevelVocabularies() {
        Metadata metadata = translate("tokenizer.json", BYTE_LEVEL);
        assertThat(metadata.text("tokenizer.ggml.model")).hasValue("gpt2");
        assertThat(metadata.text("tokenizer.ggml.pre")).hasValue("gpt-2");
        assertThat(metadata.texts("tokenizer.ggml.merges").orElseThrow().text(0)).isEqualTo("a b");
        assertThat(metadata.bool("tokenizer.ggml.add_bos_token")).hasValue(true);
        assertThat(metadata.integer("tokenizer.ggml.bos_token_id")).hasValue(6L);
        assertThat(metadata.bool("tokenizer.ggml.add_eos_token")).hasValue(false);
        // what looks like structure is control, what does not is matched in any text; ids without a token are padding
        assertThat(types(metadata)).containsExactly(1, 1, 1, 1, 5, 3, 3, 4, 5, 5);
        assertThat(metadata.texts("tokenizer.ggml.tokens").orElseThrow().text(4)).isEqualTo("[PAD4]");
        assertThat(metadata.integers("lockstep.tokenizer.rstrip_ids").orElseThrow()).containsExactly(5);
    }

    @Test
    void unigramVocabularies() {
        Metadata metadata = translate("tokenizer.json", UNIGRAM);
        assertThat(metadata.text("tokenizer.ggml.model")).hasValue("t5");
        assertThat(metadata.floats("tokenizer.ggml.scores").orElseThrow()).startsWith(0, 0, -1.5f, -2);
        assertThat(metadata.bool("tokenizer.ggml.remove_extra_whitespaces")).hasValue(true);
        assertThat(metadata.bool("tokenizer.ggml.add_space_prefix")).hasValue(true);
        assertThat(metadata.integers("tokenizer.ggml.precompiled_charsmap").orElseThrow()).hasSize(3);
        // words are cut apart, so a piece of two is never found
        assertThat(types(metadata)).startsWith(1, 2, 1, 5);
    }

    @Test
    void wordPieceVocabularies() {
        String json = """
                {"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
                 "pre_tokenizer": {"type": "BertPreTokenizer"},
                 "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}},
                   {"SpecialToken": {"id": "[SEP]"}}]},
                 "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "un": 3, "##able": 4}}}""";
        Metadata metadata = translate("tokenizer.json", json);
        assertThat(metadata.texts("tokenizer.ggml.tokens").orElseThrow().text(3)).isEqualTo("\u2581un");
        assertThat(metadata.integer("tokenizer.ggml.bos_token_id")).hasValue(1L);
        assertThat(metadata.integer("tokenizer.ggml.seperator_token_id")).hasValue(2L);
        assertThat(metadata.bool("tokenizer.ggml.add_sep_token")).hasValue(true);
        assertThat(metadata.bool("tokenizer.ggml.normalizer.strip_accents")).hasValue(true);
    }

    @Test
    void rolesComeFromTheConfigurationFirst() {
        String config = "{\"bos_token\": {\"content\": \"a\"}, \"eos_token\": \"b\", \"add_bos_token\": false, \"unk_token\": \"none\"}";
        Metadata metadata = translate("tokenizer.json", BYTE_LEVEL, "tokenizer_config.json", config,
                "special_tokens_map.json", "{\"eos_token\": \"ab\", \"pad_token\": \"c\"}", "generation_config.json", "{\"eos_token_id\": [1, 5, 6, 7]}");
        assertThat(metadata.integer("tokenizer.ggml.bos_token_id")).hasValue(0L);
        assertThat(metadata.integer("tokenizer.ggml.eos_token_id")).hasValue(1L);
        assertThat(metadata.integer("tokenizer.ggml.padding_token_id")).hasValue(3L);
        assertThat(metadata.integer("tokenizer.ggml.unknown_token_id")).isEmpty();
        assertThat(metadata.bool("tokenizer.ggml.add_bos_token")).hasValue(false);
        assertThat(metadata.integer("tokenizer.ggml.eot_token_id")).hasValue(5L);
        assertThat(metadata.integer("tokenizer.ggml.eom_token_id")).hasValue(6L);
        assertThat(metadata.integers("lockstep.tokenizer.stop_ids").orElseThrow()).containsExactly(5, 6, 7);
    }

    @Test
    void theModelSaysWhereAnswersEndIfNothingElseDoes() {
        Metadata model = translate("tokenizer.json", BYTE_LEVEL, "config.json", "{\"eos_token_id\": [5, 6, 50256]}");
        assertThat(model.integer("tokenizer.ggml.eos_token_id")).hasValue(5L);
        assertThat(model.integer("tokenizer.ggml.eot_token_id")).hasValue(6L);
        Metadata generation = translate("tokenizer.json", BYTE_LEVEL, "generation_config.json", "{\"eos_token_id\": 7}", "config.json", "{\"eos_token_id\": 5}");
        assertThat(generation.integer("tokenizer.ggml.eos_token_id")).hasValue(7L);
        assertThat(generation.integer("tokenizer.ggml.eot_token_id")).isEmpty();
    }

    @Test
    void theConfigurationMayAddTokens() {
        String config = "{\"added_tokens_decoder\": {\"6\": {\"content\": \"<s>\", \"special\": false}, \"9\": {\"content\": \"[y]\"}}}";
        Metadata metadata = translate("tokenizer.json", BYTE_LEVEL, "tokenizer_config.json", config);
        assertThat(types(metadata)).containsExactly(1, 1, 1, 1, 5, 3, 3, 4, 5, 4);
        assertRefused("the id 2 is both \"ab\" and \"[y]\"", "tokenizer.json", BYTE_LEVEL, "tokenizer_config.json", config.replace("\"9\"", "\"2\""));
        assertRefused("which is no id", "tokenizer.json", BYTE_LEVEL, "tokenizer_config.json", config.replace("\"9\"", "\"-1\""));
    }

    @Test
    void chatTemplates() {
        String config = "{\"chat_template\": [{\"name\": \"default\", \"template\": \"T\"}, {\"name\": \"rag\", \"template\": \"R\"}]}";
        Metadata named = translate("tokenizer.json", BYTE_LEVEL, "tokenizer_config.json", config);
        assertThat(named.text("tokenizer.chat_template")).hasValue("T");
        assertThat(named.text("tokenizer.chat_template.rag")).hasValue("R");
        Metadata own = translate("tokenizer.json", BYTE_LEVEL, "tokenizer_config.json", config, "chat_template.jinja", "J\n");
        assertThat(own.text("tokenizer.chat_template")).hasValue("J\n");
        assertThat(own.text("tokenizer.chat_template.rag")).isEmpty();
    }

    @Test
    void olderVocabularies() {
        Metadata gpt2 = translate("vocab.json", "{\"a\": 0, \"b\": 1, \"ab\": 2}", "merges.txt", "#version: 0.2\na b\n",
                "added_tokens.json", "{\"<|x|>\": 3}", "tokenizer_config.json", "{\"tokenizer_class\": \"GPT2TokenizerFast\"}");
        assertThat(gpt2.text("tokenizer.ggml.pre")).hasValue("gpt-2");
        assertThat(types(gpt2)).startsWith(1, 1, 1, 3, 5);
        Metadata bert = translate("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##able\n", "tokenizer_config.json", "{\"do_lower_case\": false}");
        assertThat(bert.texts("tokenizer.ggml.tokens").orElseThrow().text(4)).isEqualTo("\u2581un");
        assertThat(bert.texts("tokenizer.ggml.tokens").orElseThrow().text(5)).isEqualTo("able");
        assertThat(bert.integer("tokenizer.ggml.cls_token_id")).hasValue(2L);
        assertThat(bert.bool("tokenizer.ggml.normalizer.lowercase")).hasValue(false);
        assertRefused("none of CodeGenTokenizer", "vocab.json", "{\"a\": 0}", "merges.txt", "", "tokenizer_config.json", "{}");
        assertRefused("has no vocabulary", "tokenizer_config.json", "{}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "\"normalizer\": null | \"normalizer\": {\"type\": \"NFKC\"} | normalizer is a NFKC, which is not supported here",
        "{\"type\": \"ByteLevel\", \"add_prefix_space\": false} | {\"type\": \"Whitespace\"} | pre_tokenizer is a Whitespace",
        "\"add_prefix_space\": false | \"add_prefix_space\": true | has add_prefix_space true",
        "{\"type\": \"ByteLevel\", \"add_prefix_space\": false} | {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a+)+$\"}, \"behavior\": \"Isolated\"} | ByteLevel is missing",
        "{\"type\": \"TemplateProcessing\" | {\"type\": \"Other\" | post_processor is a Other",
        "\"decoder\": {\"type\": \"ByteLevel\"} | \"decoder\": {\"type\": \"CTC\"} | decoder is a CTC",
        "\"decoder\": {\"type\": \"ByteLevel\"} | \"decoder\": {\"type\": \"Replace\", \"pattern\": {\"String\": \"_\"}, \"content\": \" \"} | has String \"_\"",
        "\"decoder\": {\"type\": \"ByteLevel\"} | \"decoder\": {\"type\": \"Strip\", \"content\": \" \", \"start\": 2, \"stop\": 0} | strips more than one space",
        "\"dropout\": null | \"dropout\": 0.1 | has dropout",
        "\"type\": \"BPE\" | \"type\": \"WordLevel\" | is of type \"WordLevel\"",
        "\"special\": true | \"special\": true, \"single_word\": true | has single_word true",
        "\"c\": 3 | \"c\": 2 | the id 2 is both \"ab\" and \"c\"",
        "\"c\": 3 | \"c\": 10 | has the id 10, but the embedding has 10 rows",
        "\"c\": 3 | \"c\": -1 | has the id -1",
        "\"c\": 3 | \"c\": 1.5 | must be a number",
        "\"c\": 3 | \"a\": 3 | is not well-formed JSON",
        "[\"a b\"] | [[\"a\", \"b c\"]] | plain space",
        "[\"a b\"] | [[\"a\"]] | must be an array of two strings",
        "[\"a b\"] | {} | model.merges must be an array",
        "{\"id\": \"<s>\"} | {\"id\": \"<t>\"} | \"<t>\" is not in the vocabulary",
        "\"id\": 6 | \"id\": 2 | the id 2 is both \"ab\" and \"<s>\"",
        "\"a b\"]}} | \"a b\"]}} x | is not well-formed JSON",
        "\"vocab\" | \"byte_fallback\": true, \"vocab\" | pre_tokenizer is a ByteLevel, which is not supported here"})
    void whatIsNotSupportedIsRefusedByName(String part, String other, String problem) {
        assertThat(BYTE_LEVEL).contains(part);
        assertRefused(problem, "tokenizer.json", BYTE_LEVEL.replace(part, other));
    }

    @Test
    void expressionsAreLookedUpAndNeverRun() {
        String split = "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Split\", \"pattern\": {\"Regex\": \"%s\"}, \"behavior\": \"Isolated\","
                + " \"invert\": false}, {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": false}]}";
        String component = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false}";
        String llama3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*"
                + "|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
        String json = BYTE_LEVEL.replace(component, split.formatted(llama3));
        assertThat(translate("tokenizer.json", json).text("tokenizer.ggml.pre")).hasValue("dbrx");
        String ignoring = json.replace("\"dropout\": null", "\"ignore_merges\": true");
        assertThat(translate("tokenizer.json", ignoring).text("tokenizer.ggml.pre")).hasValue("llama-bpe");
        assertRefused("a rule that is not supported: (a+)+$", "tokenizer.json", BYTE_LEVEL.replace(component, split.formatted("(a+)+$")));
    }

    private static byte[] model(int... bytes) {
        var out = new ByteArrayOutputStream();
        for (int value : bytes) {
            out.write(value);
        }
        return out.toByteArray();
    }

    @Test
    void brokenSentencePieceModelsAreRefusedWithThePlace() {
        for (byte[] broken : new byte[][] {model(0x0A), model(0x0A, 0x05, 1), model(0x0A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1),
            model(0x0F), model(0x00), model(0x0A, 0x02, 0x0A, 0x7F), model(0x0A, 0x03, 0x0A, 0x01, 0xFF), model(0x0A, 0x02, 0x18, 0x09),
            model(0x12, 0x02, 0x18, 0x07)}) {
            assertThatExceptionOfType(ModelFormatException.class)
                    .isThrownBy(() -> TokenizerFiles.metadata("folder", Map.of("tokenizer.model", broken), 10)).withMessageContaining("folder/tokenizer.model");
        }
    }
}
