package dev.lockstep.tests.fuzz;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.tokenizer.TokenizerFiles;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Small tokenizer files of every kind, and the property of all that are read as one. */
final class TinyTokenizers {
    private static final byte[] TEXT = "The  b\u00e9st <s>123 \u65e5\u672c\n".getBytes(StandardCharsets.UTF_8);

    /** Rows of an embedding that nobody has: more than any of the files has tokens. */
    private static final int VOCAB_SIZE = 512;

    private static final JsonMapper JSON = new JsonMapper();

    private TinyTokenizers() {
    }

    /** True if a file makes a tokenizer, which then tokenizes a text. */
    static boolean accepts(String name, byte[] bytes) throws Exception {
        return Parsing.accepts(bytes.length, Set.of(ModelFormatException.class), () -> {
            Map<String, Metadata.Value> metadata = TokenizerFiles.metadata("fuzz", Map.of(name, bytes), VOCAB_SIZE);
            Tokenizer tokenizer = Tokenizers.of(new Metadata("fuzz", metadata));
            Tokens.decode(tokenizer, Tokens.encode(tokenizer, TEXT, true));
        });
    }

    /** By name; the smallest that have all parts. */
    static Map<String, byte[]> json() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("byte-level", JSON.writeValueAsBytes(byteLevel()));
        files.put("byte-fallback", JSON.writeValueAsBytes(byteFallback()));
        files.put("unigram", JSON.writeValueAsBytes(unigram()));
        files.put("word-piece", JSON.writeValueAsBytes(wordPiece()));
        return files;
    }

    private static ObjectNode root(String... special) {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < special.length; id++) {
            added.addObject().put("id", id).put("content", special[id]).put("single_word", false).put("lstrip", false).put("rstrip", id == 0)
                    .put("normalized", false).put("special", true);
        }
        return root;
    }

    private static void vocab(ObjectNode model, List<String> tokens) {
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocab.put(tokens.get(id), id);
        }
    }

    private static ObjectNode byteLevel() {
        List<String> tokens = new ArrayList<>(List.of("<s>"));
        for (int value = 0; value < 256; value++) {
            tokens.add(Vocabularies.spelling(value));
        }
        tokens.addAll(List.of("he", "The"));
        ObjectNode root = root("<s>");
        root.putObject("normalizer").put("type", "NFC");
        ArrayNode steps = root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        steps.addObject().put("type", "Digits").put("individual_digits", true);
        steps.addObject().put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
        ArrayNode single = root.putObject("post_processor").put("type", "TemplateProcessing").putArray("single");
        single.addObject().putObject("SpecialToken").put("id", "<s>").put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        root.putObject("decoder").put("type", "ByteLevel");
        ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token").put("byte_fallback", false);
        vocab(model, tokens);
        model.putArray("merges").add("h e").add("T he");
        return root;
    }

    private static ObjectNode byteFallback() {
        List<String> tokens = new ArrayList<>(List.of("<s>"));
        for (int value = 0; value < 256; value++) {
            tokens.add(String.format("<0x%02X>", value));
        }
        tokens.addAll(List.of("\u2581", "T", "h", "e", "he", "\u2581T"));
        ObjectNode root = root("<s>");
        ArrayNode normalizers = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "Prepend").put("prepend", "\u2581");
        normalizers.addObject().put("type", "Replace").put("content", "\u2581").putObject("pattern").put("String", " ");
        root.putObject("decoder").put("type", "ByteFallback");
        ObjectNode model = root.putObject("model").put("type", "BPE").put("byte_fallback", true);
        vocab(model, tokens);
        ArrayNode merges = model.putArray("merges");
        merges.addArray().add("h").add("e");
        merges.addArray().add("\u2581").add("T");
        return root;
    }

    private static ObjectNode unigram() {
        ObjectNode root = root("<unk>");
        ArrayNode normalizers = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "Precompiled").put("precompiled_charsmap", Base64.getEncoder().encodeToString(charsMap()));
        normalizers.addObject().put("type", "Replace").put("content", " ").putObject("pattern").put("Regex", " {2,}");
        root.putObject("pre_tokenizer").put("type", "Metaspace").put("replacement", "\u2581").put("prepend_scheme", "always").put("split", true);
        ObjectNode model = root.putObject("model").put("type", "Unigram").put("unk_id", 0).put("byte_fallback", false);
        ArrayNode vocab = model.putArray("vocab");
        for (String piece : List.of("<unk>", "\u2581", "T", "he", "\u2581The", "1")) {
            vocab.addArray().add(piece).add(-1.5 * vocab.size());
        }
        return root;
    }

    private static ObjectNode wordPiece() {
        ObjectNode root = root("[UNK]", "[CLS]", "[SEP]");
        root.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true).put("handle_chinese_chars", true).putNull("strip_accents")
                .put("lowercase", true);
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        ObjectNode processor = root.putObject("post_processor").put("type", "BertProcessing");
        processor.putArray("sep").add("[SEP]").add(2);
        processor.putArray("cls").add("[CLS]").add(1);
        ObjectNode model = root.putObject("model").put("type", "WordPiece").put("unk_token", "[UNK]").put("continuing_subword_prefix", "##");
        vocab(model, List.of("[UNK]", "[CLS]", "[SEP]", "the", "be", "##st", "1", "##2"));
        return root;
    }

    /** Replaces T by t: a double array of two levels, laid out by hand. */
    private static byte[] charsMap() {
        int units = 512;
        ByteBuffer map = ByteBuffer.allocate(4 + 4 * units + 2).order(ByteOrder.LITTLE_ENDIAN);
        map.putInt(0, 4 * units).putInt(4, 256 << 10);
        int node = 256 ^ 'T';
        map.putInt(4 + 4 * node, (node ^ 1) << 10 | 1 << 8 | 'T').putInt(8, 1 << 31);
        map.put(4 + 4 * units, (byte) 't');
        return map.array();
    }

    /** A SentencePiece model: a few pieces of all types, and both specifications. */
    static byte[] model() {
        var out = new ByteArrayOutputStream();
        piece(out, "<unk>", 0, 2);
        piece(out, "<s>", 0, 3);
        piece(out, "</s>", 0, 3);
        for (int value = 0; value < 256; value++) {
            piece(out, String.format("<0x%02X>", value), 0, 6);
        }
        piece(out, "\u2581", -1, 1);
        piece(out, "T", -2, 1);
        piece(out, "\u2581T", -3, 1);
        piece(out, "[x]", 0, 4);
        // BPE, and the unknown token's id (field 40, a tag of two bytes)
        message(out, 2, new byte[] {3 << 3, 2, (byte) (40 << 3 & 0x7F | 0x80), 40 << 3 >> 7, 0});
        var normalizer = new ByteArrayOutputStream();
        message(normalizer, 2, charsMap());
        normalizer.writeBytes(new byte[] {3 << 3, 1, 4 << 3, 0});
        message(out, 3, normalizer.toByteArray());
        return out.toByteArray();
    }

    private static void piece(ByteArrayOutputStream out, String text, float score, int type) {
        var piece = new ByteArrayOutputStream();
        message(piece, 1, text.getBytes(StandardCharsets.UTF_8));
        piece.write(2 << 3 | 5);
        piece.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(score).array());
        piece.writeBytes(new byte[] {3 << 3, (byte) type});
        message(out, 1, piece.toByteArray());
    }

    private static void message(ByteArrayOutputStream out, int field, byte[] content) {
        out.write(field << 3 | 2);
        int rest = content.length;
        for (; rest >= 0x80; rest >>>= 7) {
            out.write(rest & 0x7F | 0x80);
        }
        out.write(rest);
        out.writeBytes(content);
    }
}
