package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.Map;
import java.util.Optional;

/** Vocabularies of before {@code tokenizer.json}: {@code vocab.json} with {@code merges.txt} (GPT-2), and {@code vocab.txt} (BERT). */
final class PlainVocabularies {
    /** What a class of tokenizers does is only in its code. From its name to GGUF's name of the same. */
    private static final Map<String, String> BYTE_LEVEL_CLASSES =
            Map.of("GPT2Tokenizer", "gpt-2", "CodeGenTokenizer", "gpt-2", "GPTNeoXTokenizer", "gpt-2", "Qwen2Tokenizer", "qwen2");

    private static final String BERT_CLASS = "BertTokenizer";

    private PlainVocabularies() { }

    /** GPT-2's: tokens with ids, and merges line by line, the best first. */
    static Vocabulary byteLevel(StrictJson vocab, byte[] merges, String mergesFile, Optional<StrictJson> config, int vocabSize) {
        var vocabulary = new Vocabulary(vocab.file(), vocabSize);
        for (String token : vocab.names()) {
            vocabulary.putNew(TokenizerFiles.id(vocab, token), token, TokenKind.NORMAL);
        }
        var table = new TextTable();
        TokenizerFiles.text(merges, mergesFile).lines().filter(line -> !line.isEmpty() && !line.startsWith("#version")).forEach(table::add);
        vocabulary.setMerges(table.toTable());
        vocabulary.set("model", "gpt2");
        String pre = className(vocab, config).map(BYTE_LEVEL_CLASSES::get).orElseThrow(() -> vocab.fault("is cut as the tokenizer_class in"
                + " tokenizer_config.json says, and that is none of " + String.join(", ", BYTE_LEVEL_CLASSES.keySet().stream().sorted().toList())
                + "; a tokenizer.json says it by itself"));
        vocabulary.set("pre", pre);
        if (pre.equals("qwen2")) {
            vocabulary.setOwn("normalizer", "nfc");
        }
        return vocabulary;
    }

    private static Optional<String> className(StrictJson vocab, Optional<StrictJson> config) {
        return config.flatMap(file -> file.optionalText("tokenizer_class")).map(name -> name.endsWith("Fast") ? name.substring(0, name.length() - 4) : name);
    }

    /** BERT's: a token a line; its number is its id. */
    static Vocabulary wordPiece(byte[] vocab, String file, Optional<StrictJson> config, int vocabSize) {
        var vocabulary = new Vocabulary(file, vocabSize);
        TokenizerFiles.text(vocab, file).lines().forEach(token -> vocabulary.put(vocabulary.size(), token, TokenKind.NORMAL));
        config.ifPresent(settings -> {
            Components.requireFlag(settings, "tokenize_chinese_chars", true);
            settings.optionalText("tokenizer_class").filter(name -> !name.startsWith(BERT_CLASS)).ifPresent(name -> {
                throw settings.fault("has tokenizer_class \"" + name + "\", which is not supported with vocab.txt; supported is " + BERT_CLASS);
            });
        });
        boolean lowercase = config.map(settings -> Components.flag(settings, "do_lower_case", true)).orElse(true);
        boolean stripAccents = config.map(settings -> Components.flag(settings, "strip_accents", lowercase)).orElse(lowercase);
        WordPieceVocabulary.translate(vocabulary, lowercase, stripAccents);
        WordPieceVocabulary.setUsualRoles(vocabulary);
        return vocabulary;
    }
}
