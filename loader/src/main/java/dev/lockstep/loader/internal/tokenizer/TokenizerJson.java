package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import dev.lockstep.loader.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Translates a {@code tokenizer.json} of the
 * <a href="https://github.com/huggingface/tokenizers/tree/v0.21.0/tokenizers/src">tokenizers</a> library.
 */
final class TokenizerJson {
    /** What turns tokens back into text; all of these are what the vocabularies of GGUF do by themselves. */
    private static final Set<String> DECODERS = Set.of("ByteLevel", "ByteFallback", "Fuse", "Metaspace", "Replace", "Strip", "WordPiece");

    private final TokenizerJsonParts parts;
    private final StrictJson model;
    private final Vocabulary vocabulary;
    private final List<AddedToken> addedTokens = new ArrayList<>();

    private TokenizerJson(TokenizerJsonParts parts) {
        this.parts = parts;
        this.model = parts.model();
        this.vocabulary = parts.vocabulary();
    }

    /** Reads the vocabulary and all settings but those that only other files know: the roles of tokens. */
    static TokenizerJson read(byte[] json, String file, int vocabSize) {
        var tokenizer = new TokenizerJson(TokenizerJsonParts.read(json, file, vocabSize));
        tokenizer.translate();
        return tokenizer;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    PostProcessor postProcessor() {
        return PostProcessor.of(parts.components("post_processor", "processors"));
    }

    List<AddedToken> addedTokens() {
        return addedTokens;
    }

    private void translate() {
        for (StrictJson decoder : parts.components("decoder", "decoders")) {
            requireUsual(decoder);
        }
        String type = type();
        switch (type) {
            case "BPE" -> translateBpe();
            case "WordPiece" -> translateWordPiece();
            case "Unigram" -> SentencePieceComponents.translateUnigram(parts, vocabulary);
            default -> throw model.fault("is of type \"" + type + "\", which is not supported; supported are BPE, Unigram and WordPiece");
        }
        for (StrictJson added : parts.addedTokens()) {
            addedTokens.add(AddedToken.read(added, TokenizerFiles.id(added, "id")));
        }
    }

    private static void requireUsual(StrictJson decoder) {
        String type = decoder.text("type");
        if (!DECODERS.contains(type)) {
            throw Components.unsupported(decoder, String.join(", ", DECODERS.stream().sorted().toList()));
        }
        if (type.equals("Replace")) {
            decoder.object("pattern").require("String", SentencePieceComponents.SPACE_MARK);
            decoder.require("content", " ");
        }
        if (type.equals("Strip")) {
            decoder.require("content", " ");
            if (TokenizerFiles.id(decoder, "start") > 1 || TokenizerFiles.id(decoder, "stop") != 0) {
                throw decoder.fault("strips more than one space at the beginning, which is not supported");
            }
        }
    }

    /** Old files leave the type out; what else is there tells it. */
    private String type() {
        Optional<String> type = model.optionalText("type");
        return type.orElseGet(() -> parts.merges().size() > 0 ? "BPE" : model.has("unk_id") ? "Unigram" : "WordPiece");
    }

    private void translateBpe() {
        if (model.has("dropout") && !model.node().get("dropout").isNull()) {
            throw model.fault("has dropout, which makes ids random and is not supported");
        }
        requireEmpty("continuing_subword_prefix");
        requireEmpty("end_of_word_suffix");
        vocabulary.setMerges(parts.merges());
        if (Components.flag(model, "byte_fallback", false)) {
            Components.requireFlag(model, "ignore_merges", false);
            SentencePieceComponents.translate(parts, vocabulary);
            scoreByMerges();
        } else {
            translateByteLevel();
        }
    }

    private void requireEmpty(String member) {
        if (model.optionalText(member).isPresent()) {
            throw model.fault("has a " + member + ", which is not supported");
        }
    }

    private void translateByteLevel() {
        List<StrictJson> preTokenizers = parts.components("pre_tokenizer", "pretokenizers");
        if (preTokenizers.isEmpty()) {
            throw model.fault("is BPE over characters without byte_fallback, which is not supported; with it, or with ByteLevel, it is");
        }
        for (StrictJson normalizer : parts.components("normalizer", "normalizers")) {
            if (!normalizer.text("type").equals("NFC")) {
                throw Components.unsupported(normalizer, "NFC");
            }
            vocabulary.setOwn("normalizer", "nfc");
        }
        boolean ignoresMerges = Components.flag(model, "ignore_merges", false);
        PreTokenizers.Rule rule = PreTokenizers.byteLevel(preTokenizers, ignoresMerges);
        vocabulary.set("model", "gpt2");
        vocabulary.set("pre", rule.name());
        if (rule.ignoresMerges() != ignoresMerges) {
            vocabulary.setOwn("ignore_merges", ignoresMerges);
        }
    }

    /** What SentencePiece would have written: the earlier a token is made by a merge, the higher its score. Merges, which are exact, count here. */
    private void scoreByMerges() {
        StringTable merges = parts.merges();
        for (int id = 0; id < vocabulary.size(); id++) {
            vocabulary.score(id, 0);
        }
        for (int rank = merges.size() - 1; rank >= 0; rank--) {
            int score = -rank;
            vocabulary.id(merges.text(rank).replace(" ", "")).ifPresent(id -> vocabulary.score(id, score));
        }
    }

    private void translateWordPiece() {
        if (!model.optionalText("continuing_subword_prefix").orElse("##").equals(WordPieceVocabulary.CONTINUATION)) {
            throw model.fault("has another continuing_subword_prefix than \"##\", which is not supported");
        }
        if (model.has("max_input_chars_per_word") && model.positiveNumber("max_input_chars_per_word") != WordPieceVocabulary.MAX_WORD) {
            throw model.fault("has another max_input_chars_per_word than " + WordPieceVocabulary.MAX_WORD + ", which is not supported");
        }
        String unknown = model.text("unk_token");
        List<StrictJson> normalizers = parts.components("normalizer", "normalizers");
        List<StrictJson> preTokenizers = parts.components("pre_tokenizer", "pretokenizers");
        if (normalizers.size() != 1 || !normalizers.getFirst().text("type").equals("BertNormalizer")
                || preTokenizers.size() != 1 || !preTokenizers.getFirst().text("type").equals("BertPreTokenizer")) {
            throw model.fault("is WordPiece without BertNormalizer and BertPreTokenizer, which is not supported");
        }
        StrictJson normalizer = normalizers.getFirst();
        Components.requireFlag(normalizer, "clean_text", true);
        Components.requireFlag(normalizer, "handle_chinese_chars", true);
        boolean lowercase = Components.flag(normalizer, "lowercase", true);
        int unknownId = vocabulary.requireId(unknown, "unk_token");
        vocabulary.setKind(unknownId, TokenKind.UNKNOWN);
        vocabulary.setId("unknown_token_id", unknownId);
        WordPieceVocabulary.translate(vocabulary, lowercase, Components.flag(normalizer, "strip_accents", lowercase));
    }
}
