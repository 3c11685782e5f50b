package dev.lockstep.app.synth;

import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufMetadata.FloatType;
import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.StringTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A SentencePiece vocabulary of any size that no text was ever trained on: the special tokens, all bytes, and then a, b, … z,
 * aa, ab, … each without and with a space before it. It tokenizes any text and spells any token.
 */
final class SyntheticVocabulary {
    private static final String PREFIX = "tokenizer.ggml.";

    /** SentencePiece's mark of a space. */
    private static final String SPACE = "\u2581";

    private static final int UNKNOWN = 0;
    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int BYTES = 256;
    private static final int LETTERS = 26;

    private static final long NORMAL_TYPE = 1;
    private static final long UNKNOWN_TYPE = 2;
    private static final long CONTROL_TYPE = 3;
    private static final long BYTE_TYPE = 6;

    private final List<String> tokens = new ArrayList<>();
    private final List<Long> types = new ArrayList<>();

    private SyntheticVocabulary(int size) {
        add("<unk>", UNKNOWN_TYPE);
        add("<s>", CONTROL_TYPE);
        add("</s>", CONTROL_TYPE);
        for (int value = 0; value < BYTES; value++) {
            add(String.format(Locale.ROOT, "<0x%02X>", value), BYTE_TYPE);
        }
        add(SPACE, NORMAL_TYPE);
        for (int word = 1; tokens.size() < size; word++) {
            add(letters(word), NORMAL_TYPE);
            if (tokens.size() < size) {
                add(SPACE + letters(word), NORMAL_TYPE);
            }
        }
    }

    private void add(String token, long type) {
        tokens.add(token);
        types.add(type);
    }

    /** The words over a … z in order of length: 1 is a, 26 is z, 27 is aa. */
    private static String letters(int word) {
        var letters = new StringBuilder();
        for (int rest = word; rest > 0; rest = (rest - 1) / LETTERS) {
            letters.append((char) ('a' + (rest - 1) % LETTERS));
        }
        return letters.reverse().toString();
    }

    /** Adds a vocabulary of {@code size} tokens, some 300 at least. */
    static void add(GgufMetadata metadata, int size) {
        var vocabulary = new SyntheticVocabulary(size);
        metadata.text(PREFIX + "model", "llama")
                .text(PREFIX + "pre", "default")
                .texts(PREFIX + "tokens", StringTable.of(vocabulary.tokens))
                .numbers(PREFIX + "scores", FloatType.FLOAT32, scores(size))
                .integers(PREFIX + "token_type", IntegerType.INT32,
                        vocabulary.types.stream().mapToLong(Long::longValue).toArray())
                .uint32(PREFIX + "bos_token_id", BEGIN)
                .uint32(PREFIX + "eos_token_id", END)
                .uint32(PREFIX + "unknown_token_id", UNKNOWN)
                .bool(PREFIX + "add_bos_token", true)
                .bool(PREFIX + "add_space_prefix", true);
    }

    /** Earlier tokens are better, as in a vocabulary sorted by frequency. */
    private static double[] scores(int size) {
        double[] scores = new double[size];
        for (int id = 0; id < size; id++) {
            scores[id] = -id;
        }
        return scores;
    }
}
