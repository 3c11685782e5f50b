package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.json.StrictJson;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The tokenizer of a Hugging Face folder as GGUF's keys.
 *
 * <p>The vocabulary comes from {@code tokenizer.json}, which is what the transformers library reads where there is one; else from
 * {@code tokenizer.model} (SentencePiece), {@code vocab.json} with {@code merges.txt} (GPT-2), or {@code vocab.txt} (BERT). Roles of tokens
 * and chat templates come from the other files.
 */
public final class TokenizerFiles {
    /** The files that are read, if they are there; others say nothing about a tokenizer. */
    public static final List<String> NAMES = List.of("tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "vocab.txt",
            "added_tokens.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "chat_template.jinja",
            "chat_template.json");

    /** Settings of the model, which say where an answer ends if nothing else does. They are read by others, and passed on. */
    public static final String MODEL_SETTINGS = "config.json";

    private final String folder;
    private final Map<String, byte[]> files;
    private final int vocabSize;

    private TokenizerFiles(String folder, Map<String, byte[]> files, int vocabSize) {
        this.folder = folder;
        this.files = files;
        this.vocabSize = vocabSize;
    }

    /**
     * Translates a folder's files.
     *
     * @param folder name of the folder, for messages
     * @param filesByName contents of the files of {@link #NAMES} that are there, and of {@link #MODEL_SETTINGS}; borrowed
     * @param vocabSize rows of the embedding; ids without a token become padding
     * @return {@code tokenizer.ggml.*}, {@code tokenizer.chat_template*}, and {@code lockstep.tokenizer.*} for what GGUF has no key for
     * @throws ModelFormatException if a file is malformed, is not supported, or contradicts another; it says which and where
     */
    public static Map<String, Metadata.Value> metadata(String folder, Map<String, byte[]> filesByName, int vocabSize) {
        return new TokenizerFiles(folder, filesByName, vocabSize).metadata();
    }

    private Map<String, Metadata.Value> metadata() {
        Optional<StrictJson> config = json("tokenizer_config.json");
        Optional<PostProcessor> postProcessor = Optional.empty();
        Vocabulary vocabulary;
        if (files.containsKey("tokenizer.json")) {
            TokenizerJson tokenizer = TokenizerJson.read(files.get("tokenizer.json"), path("tokenizer.json"), vocabSize);
            vocabulary = tokenizer.vocabulary();
            postProcessor = Optional.of(tokenizer.postProcessor());
            AddedTokens.apply(AddedTokens.withConfigured(tokenizer.addedTokens(), config), vocabulary);
        } else {
            vocabulary = plainVocabulary(config);
            AddedTokens.apply(AddedTokens.read(json("added_tokens.json"), config), vocabulary);
        }
        TokenRoles.set(vocabulary, postProcessor, config, json("special_tokens_map.json"));
        TokenRoles.setStops(vocabulary, json("generation_config.json"), json(MODEL_SETTINGS));
        Map<String, Metadata.Value> values = vocabulary.metadata();
        ChatTemplates.read(folder, files, config).forEach((key, template) -> values.put(key, new Metadata.TextValue(template)));
        return values;
    }

    private Vocabulary plainVocabulary(Optional<StrictJson> config) {
        if (files.containsKey("tokenizer.model")) {
            return SentencePieceModel.read(files.get("tokenizer.model"), path("tokenizer.model"), vocabSize);
        }
        if (files.containsKey("vocab.json") && files.containsKey("merges.txt")) {
            return PlainVocabularies.byteLevel(json("vocab.json").orElseThrow(), files.get("merges.txt"), path("merges.txt"), config,
                    vocabSize);
        }
        if (files.containsKey("vocab.txt")) {
            return PlainVocabularies.wordPiece(files.get("vocab.txt"), path("vocab.txt"), config, vocabSize);
        }
        throw fault(folder, "has no vocabulary: no tokenizer.json, tokenizer.model, vocab.json with merges.txt, or vocab.txt", null);
    }

    private Optional<StrictJson> json(String name) {
        return Optional.ofNullable(files.get(name)).map(bytes -> StrictJson.parse(bytes, path(name), TokenizerFiles::fault));
    }

    private String path(String name) {
        return folder + '/' + name;
    }

    static ModelFormatException fault(String file, String problem, Throwable cause) {
        var fault = new ModelFormatException(file, ModelFormatException.NO_OFFSET, "", problem);
        fault.initCause(cause);
        return fault;
    }

    /** A whole file as text. */
    static String text(byte[] utf8, String file) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw fault(file, "is not UTF-8 text", e);
        }
    }

    /** A member that is an id: a whole number from 0. */
    static long id(StrictJson object, String member) {
        JsonNode value = object.node().get(member);
        if (value == null || !value.isInt() || value.intValue() < 0) {
            throw object.fault("member \"" + member + "\" must be a whole number from 0");
        }
        return value.intValue();
    }
}
