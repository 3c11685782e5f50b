package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.List;
import java.util.Optional;

/**
 * SentencePiece's vocabularies in a {@code tokenizer.json}: what its normalizers and pre-tokenizers do to spaces, in GGUF's words.
 */
final class SentencePieceComponents {
    /** U+2581. */
    static final String SPACE_MARK = "\u2581";

    private static final String RUN_OF_SPACES = " {2,}";

    private final Vocabulary vocabulary;
    private boolean spacesMarked;
    private boolean spacesMerged;
    private boolean wordsSplit;
    private boolean prefix;
    private String prefixRule;

    private SentencePieceComponents(TokenizerJsonParts parts, Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        parts.components("normalizer", "normalizers").forEach(this::normalizer);
        parts.components("pre_tokenizer", "pretokenizers").forEach(this::preTokenizer);
        if (!spacesMarked) {
            throw parts.model().fault("has no component that marks spaces with U+2581, which is not supported");
        }
    }

    /** BPE over characters, with bytes for those that are no tokens. */
    static void translate(TokenizerJsonParts parts, Vocabulary vocabulary) {
        var components = new SentencePieceComponents(parts, vocabulary);
        if (components.wordsSplit) {
            throw parts.model().fault("is BPE whose pre_tokenizer splits words at U+2581, which is not supported");
        }
        components.set("llama", true);
        Optional<String> unknown = parts.model().optionalText("unk_token");
        if (unknown.isPresent()) {
            components.setUnknown(vocabulary.requireId(unknown.get(), "unk_token"));
        }
    }

    /** Scored pieces. */
    static void translateUnigram(TokenizerJsonParts parts, Vocabulary vocabulary) {
        var components = new SentencePieceComponents(parts, vocabulary);
        StrictJson model = parts.model();
        components.set("t5", Components.flag(model, "byte_fallback", false));
        if (model.has("unk_id") && !model.node().get("unk_id").isNull()) {
            long id = TokenizerFiles.id(model, "unk_id");
            if (id >= vocabulary.size()) {
                throw model.fault("has unk_id " + id + " and " + vocabulary.size() + " tokens");
            }
            components.setUnknown((int) id);
        }
        if (components.wordsSplit) {
            components.retireAcrossWords();
        }
    }

    private void normalizer(StrictJson normalizer) {
        switch (normalizer.text("type")) {
            case "Prepend" -> {
                normalizer.require("prepend", SPACE_MARK);
                prefix = true;
            }
            case "Replace" -> replace(normalizer);
            case "Precompiled" -> normalizer.optionalBase64("precompiled_charsmap").ifPresent(
                    map -> vocabulary.set("precompiled_charsmap", SentencePieceModel.bytes(map)));
            case "Strip" -> {
                // of spaces at the begin a later Replace leaves one, which is the prefix
                Components.requireFlag(normalizer, "strip_right", true);
            }
            default -> throw Components.unsupported(normalizer, "Prepend, Replace, Precompiled and Strip");
        }
    }

    private void replace(StrictJson normalizer) {
        StrictJson pattern = normalizer.object("pattern");
        String content = normalizer.text("content");
        if (pattern.has("Regex")) {
            pattern.require("Regex", RUN_OF_SPACES);
            if (!content.equals(SPACE_MARK) && !content.equals(" ")) {
                throw normalizer.fault("replaces runs of spaces by " + Vocabulary.quoted(content) + ", which is not supported");
            }
            spacesMerged = true;
        } else {
            pattern.require("String", " ");
            normalizer.require("content", SPACE_MARK);
            spacesMarked = true;
        }
    }

    private void preTokenizer(StrictJson preTokenizer) {
        switch (preTokenizer.text("type")) {
            case "Metaspace" -> metaspace(preTokenizer);
            case "WhitespaceSplit" -> spacesMerged = true;
            case "Split" -> {
                // after spaces were replaced this finds none (gemma)
                StrictJson pattern = preTokenizer.object("pattern");
                pattern.require(pattern.has("Regex") ? "Regex" : "String", " ");
                if (!spacesMarked) {
                    throw preTokenizer.fault("cuts at spaces that no normalizer replaced, which is not supported");
                }
            }
            default -> throw Components.unsupported(preTokenizer, "Metaspace and WhitespaceSplit");
        }
    }

    private void metaspace(StrictJson metaspace) {
        metaspace.require("replacement", SPACE_MARK);
        wordsSplit = Components.flag(metaspace, "split", true);
        String scheme = metaspace.optionalText("prepend_scheme")
                .orElse(Components.flag(metaspace, "add_prefix_space", true) ? "always" : "never");
        if (!List.of("always", "first", "never").contains(scheme)) {
            throw metaspace.fault("has the unknown prepend_scheme " + Vocabulary.quoted(scheme));
        }
        prefix = !scheme.equals("never");
        prefixRule = prefix ? "metaspace-" + scheme : null;
        spacesMarked = true;
    }

    private void set(String model, boolean bytes) {
        for (int id = 0; id < vocabulary.size(); id++) {
            if (bytes && vocabulary.spelling(id) != null && isByte(vocabulary.spelling(id))) {
                vocabulary.setKind(id, TokenKind.BYTE);
            }
        }
        vocabulary.set("model", model);
        vocabulary.set("pre", "default");
        vocabulary.set("add_space_prefix", prefix);
        vocabulary.set("remove_extra_whitespaces", spacesMerged);
        if (prefixRule != null) {
            vocabulary.setOwn("space_prefix", prefixRule);
        }
    }

    private void setUnknown(int id) {
        vocabulary.setKind(id, TokenKind.UNKNOWN);
        vocabulary.setId("unknown_token_id", id);
    }

    /** Where words are cut before pieces are sought, no piece with a space in it but at its begin is ever found. */
    private void retireAcrossWords() {
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.spelling(id) != null && vocabulary.kind(id) == TokenKind.NORMAL && vocabulary.spelling(id).lastIndexOf(SPACE_MARK) > 0) {
                vocabulary.setKind(id, TokenKind.UNUSED);
            }
        }
    }

    /** Spelled like {@code <0x0A>}. */
    private static boolean isByte(String spelling) {
        return spelling.length() == 6 && spelling.startsWith("<0x") && spelling.endsWith(">")
                && Character.digit(spelling.charAt(3), 16) >= 0 && Character.digit(spelling.charAt(4), 16) >= 0;
    }
}
