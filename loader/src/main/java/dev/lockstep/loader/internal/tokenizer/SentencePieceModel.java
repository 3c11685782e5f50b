package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.internal.gguf.GgufNumbers;
import dev.lockstep.loader.internal.gguf.GgufValueType;
import java.nio.ByteBuffer;

/**
 * Translates a {@code tokenizer.model} of SentencePiece: the message ModelProto of
 * <a href="https://github.com/google/sentencepiece/blob/v0.2.0/src/sentencepiece_model.proto">sentencepiece_model.proto</a>.
 */
final class SentencePieceModel {
    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    private final Vocabulary vocabulary;
    private final ProtobufReader model;
    private int pieces;
    private long type = UNIGRAM;
    private boolean suffix;
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhitespaces = true;
    private boolean escapeWhitespaces = true;
    private byte[] charsMap = {};
    private long unknown;
    private long begin = 1;
    private long end = 2;
    private long padding = -1;

    private SentencePieceModel(byte[] model, String file, int vocabSize) {
        this.vocabulary = new Vocabulary(file, vocabSize);
        this.model = new ProtobufReader(model, file);
    }

    static Vocabulary read(byte[] model, String file, int vocabSize) {
        var translation = new SentencePieceModel(model, file, vocabSize);
        translation.readModel();
        translation.set();
        return translation.vocabulary;
    }

    private void readModel() {
        for (int field = model.nextField(); field != 0; field = model.nextField()) {
            switch (field) {
                case 1 -> readPiece(model.message());
                case 2 -> readTrainer(model.message());
                case 3 -> readNormalizer(model.message());
                default -> model.skip();
            }
        }
    }

    private void readPiece(ProtobufReader piece) {
        String text = "";
        float score = 0;
        long kind = TokenKind.NORMAL.number;
        for (int field = piece.nextField(); field != 0; field = piece.nextField()) {
            switch (field) {
                case 1 -> text = piece.text();
                case 2 -> score = piece.float32();
                case 3 -> kind = piece.number();
                default -> piece.skip();
            }
        }
        if (TokenKind.of(kind) == null) {
            throw vocabulary.fault("piece " + pieces + " is of the unknown type " + kind);
        }
        vocabulary.put(pieces, text, TokenKind.of(kind));
        vocabulary.score(pieces, score);
        pieces++;
    }

    private void readTrainer(ProtobufReader trainer) {
        for (int field = trainer.nextField(); field != 0; field = trainer.nextField()) {
            switch (field) {
                case 3 -> type = trainer.number();
                case 24 -> suffix = trainer.number() != 0;
                case 40 -> unknown = (int) trainer.number();
                case 41 -> begin = (int) trainer.number();
                case 42 -> end = (int) trainer.number();
                case 43 -> padding = (int) trainer.number();
                default -> trainer.skip();
            }
        }
    }

    private void readNormalizer(ProtobufReader normalizer) {
        for (int field = normalizer.nextField(); field != 0; field = normalizer.nextField()) {
            switch (field) {
                case 2 -> charsMap = normalizer.bytes();
                case 3 -> addDummyPrefix = normalizer.number() != 0;
                case 4 -> removeExtraWhitespaces = normalizer.number() != 0;
                case 5 -> escapeWhitespaces = normalizer.number() != 0;
                default -> normalizer.skip();
            }
        }
    }

    private void set() {
        if (type != UNIGRAM && type != BPE) {
            throw vocabulary.fault("has the model type " + type + ", which is not supported; supported are " + UNIGRAM + " (unigram) and "
                    + BPE + " (BPE)");
        }
        if (suffix || !escapeWhitespaces) {
            throw vocabulary.fault("puts spaces behind words or leaves them unmarked, which is not supported");
        }
        vocabulary.set("model", type == BPE ? "llama" : "t5");
        vocabulary.set("pre", "default");
        vocabulary.set("add_space_prefix", addDummyPrefix);
        vocabulary.set("remove_extra_whitespaces", removeExtraWhitespaces);
        if (charsMap.length > 0) {
            vocabulary.set("precompiled_charsmap", bytes(charsMap));
        }
        setId("unknown_token_id", unknown);
        setId("bos_token_id", begin);
        setId("eos_token_id", end);
        setId("padding_token_id", padding);
    }

    private void setId(String key, long id) {
        if (id >= 0 && id < pieces) {
            vocabulary.setId(key, (int) id);
        }
    }

    /** A list of UINT8, as GGUF stores a map of characters. */
    static Metadata.Value bytes(byte[] bytes) {
        return new Metadata.NumberListValue(new GgufNumbers(GgufValueType.UINT8, ByteBuffer.wrap(bytes)));
    }
}
