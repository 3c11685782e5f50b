package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import dev.lockstep.models.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Small vocabularies made by hand; fields may be spoiled before {@link #build()}. */
final class VocabularyBuilder {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    String model;
    String pre;
    final List<String> tokens = new ArrayList<>();
    final List<Float> scores = new ArrayList<>();
    final List<Integer> types = new ArrayList<>();
    final List<String> merges = new ArrayList<>();
    long bosId = -1;
    long eosId = -1;
    long eotId = -1;
    long eomId = -1;
    long unkId = -1;
    Boolean addBos;
    Boolean addEos;
    Boolean addSpacePrefix;
    boolean withoutScores;
    boolean withoutTypes;

    /** {@code <unk> <s> </s>} and the 256 bytes, as ids 0, 1, 2 and 3 to 258. */
    static VocabularyBuilder sentencePiece() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "llama";
        vocabulary.token("<unk>", UNKNOWN).token("<s>", CONTROL).token("</s>", CONTROL);
        for (int value = 0; value < 256; value++) {
            vocabulary.token(String.format("<0x%02X>", value), BYTE);
        }
        return vocabulary;
    }

    /** The 256 bytes as ids 0 to 255. */
    static VocabularyBuilder byteLevel() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "gpt2";
        vocabulary.withoutScores = true;
        for (int value = 0; value < 256; value++) {
            vocabulary.token(new String(ByteAlphabet.spelling(value), StandardCharsets.UTF_8), NORMAL);
        }
        return vocabulary;
    }

    VocabularyBuilder token(String text, int type) {
        tokens.add(text);
        scores.add(0f);
        types.add(type);
        return this;
    }

    VocabularyBuilder piece(String text, double score) {
        token(text, NORMAL);
        scores.set(scores.size() - 1, (float) score);
        return this;
    }

    /** A merge and the token it makes. */
    VocabularyBuilder merge(String line) {
        merges.add(line);
        return token(line.replace(" ", ""), NORMAL);
    }

    int id(String token) {
        return tokens.indexOf(token);
    }

    Vocabulary build() {
        float[] scoreArray = new float[scores.size()];
        for (int i = 0; i < scoreArray.length; i++) {
            scoreArray[i] = scores.get(i);
        }
        return new Vocabulary("test.gguf", model, pre, StringTable.of(tokens), withoutScores ? null : scoreArray,
                withoutTypes ? null : types.stream().mapToInt(Integer::intValue).toArray(),
                merges.isEmpty() ? null : StringTable.of(merges), bosId, eosId, eotId, eomId, unkId, addBos, addEos,
                addSpacePrefix);
    }

    Tokenizer tokenizer() {
        return Tokenizers.of(build());
    }

    /** The spellings of the tokens that {@code text} becomes, without special tokens. */
    List<String> split(String text) {
        Tokenizer tokenizer = tokenizer();
        List<String> pieces = new ArrayList<>();
        for (int id : Texts.encode(tokenizer, text)) {
            pieces.add(tokenizer.piece(id));
        }
        return pieces;
    }
}
