package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.List;
import java.util.Optional;

/**
 * SentencePiece's vocabularies in a {@code tokenizer.json}: what its normalizers and pre-tokenizers do to spaces, in GGUF's words.
 */
final class SentencePieceComponents {
    /** U+2581. */
    private static final String SPACE_MARK = "\u2581";

    private final StrictJson model;
    private final Vocabulary vocabulary;
    private boolean spacesMarked;
    private boolean prefix;
    private boolean prefixFirstOnly;

    private SentencePieceComponents(StrictJson model, Vocabulary vocabulary) {
        this.model = model;
        this.vocabulary = vocabulary;
    }

    /** BPE over characters, with bytes for those that are no tokens. */
    static void translate(TokenizerJsonParts parts, Vocabulary vocabulary) {
        var components = new SentencePieceComponents(parts.model(), vocabulary);
        parts.components("normalizer", "normalizers").forEach(components::normalizer);
        parts.components("pre_tokenizer", "pretokenizers").forEach(components::preTokenizer);
        if (!components.spacesMarked) {
            throw parts.model().fault("has byte_fallback but no component marks spaces with U+2581, which is not supported");
        }
        components.setKinds();
        vocabulary.set("model", "llama");
        vocabulary.set("pre", "default");
        vocabulary.set("add_space_prefix", components.prefix);
        if (components.prefixFirstOnly) {
            vocabulary.setOwn("space_prefix_first_only", true);
        }
    }

    private void normalizer(StrictJson normalizer) {
        switch (normalizer.text("type")) {
            case "Prepend" -> {
                normalizer.require("prepend", SPACE_MARK);
                prefix = true;
            }
            case "Replace" -> {
                normalizer.object("pattern").require("String", " ");
                normalizer.require("content", SPACE_MARK);
                spacesMarked = true;
            }
            default -> throw Components.unsupported(normalizer, "Prepend and Replace");
        }
    }

    private void preTokenizer(StrictJson preTokenizer) {
        switch (preTokenizer.text("type")) {
            case "Metaspace" -> metaspace(preTokenizer);
            case "Split" -> {
                // after spaces were replaced this finds none (gemma)
                preTokenizer.object("pattern").require("String", " ");
                if (!spacesMarked) {
                    throw preTokenizer.fault("cuts at spaces that no normalizer replaced, which is not supported");
                }
            }
            default -> throw Components.unsupported(preTokenizer, "Metaspace");
        }
    }

    private void metaspace(StrictJson metaspace) {
        metaspace.require("replacement", SPACE_MARK);
        Components.requireFlag(metaspace, "split", false);
        String scheme = metaspace.optionalText("prepend_scheme")
                .orElse(Components.flag(metaspace, "add_prefix_space", true) ? "always" : "never");
        switch (scheme) {
            case "always" -> prefix = true;
            case "first" -> {
                prefix = true;
                prefixFirstOnly = true;
            }
            case "never" -> { }
            default -> throw metaspace.fault("has the unknown prepend_scheme \"" + scheme + '"');
        }
        spacesMarked = true;
    }

    private void setKinds() {
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.spelling(id) != null && isByte(vocabulary.spelling(id))) {
                vocabulary.setKind(id, TokenKind.BYTE);
            }
        }
        Optional<String> unknown = model.optionalText("unk_token");
        if (unknown.isPresent()) {
            int id = vocabulary.requireId(unknown.get(), "unk_token");
            vocabulary.setKind(id, TokenKind.UNKNOWN);
            vocabulary.setId("unknown_token_id", id);
        }
    }

    /** Spelled like {@code <0x0A>}. */
    static boolean isByte(String spelling) {
        return spelling.length() == 6 && spelling.startsWith("<0x") && spelling.endsWith(">")
                && List.of(3, 4).stream().allMatch(at -> Character.digit(spelling.charAt(at), 16) >= 0);
    }
}
