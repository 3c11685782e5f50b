package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.internal.json.StrictJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Puts added tokens into a vocabulary, over the pieces of the same ids. */
final class AddedTokens {
    private static final String DECODER = "added_tokens_decoder";
    private static final int MAX_ID_DIGITS = 9;

    private AddedTokens() { }

    static void apply(List<AddedToken> tokens, Vocabulary vocabulary) {
        for (AddedToken token : tokens) {
            String there = token.id() < vocabulary.size() ? vocabulary.spelling((int) token.id()) : null;
            if (there != null && !there.equals(token.content()) && !vocabulary.isRespelled((int) token.id())) {
                throw vocabulary.fault("the id " + token.id() + " is both " + Vocabulary.quoted(there) + " and "
                        + Vocabulary.quoted(token.content()));
            }
            boolean unknown = there != null && vocabulary.kind((int) token.id()) == TokenKind.UNKNOWN;
            vocabulary.put(token.id(), token.content(), unknown ? TokenKind.UNKNOWN : token.kind());
        }
        setIds(tokens, vocabulary, "lstrip_ids", AddedToken::lstrip);
        setIds(tokens, vocabulary, "rstrip_ids", AddedToken::rstrip);
    }

    /** Those of files that are older than {@code tokenizer.json}: spellings with ids, and what the configuration says of ids. */
    static List<AddedToken> read(Optional<StrictJson> addedTokens, Optional<StrictJson> config) {
        Map<Long, AddedToken> tokens = new TreeMap<>();
        addedTokens.ifPresent(file -> file.names().forEach(content -> {
            long id = TokenizerFiles.id(file, content);
            tokens.put(id, AddedToken.plain(id, content));
        }));
        config.filter(file -> file.has(DECODER)).map(file -> file.object(DECODER)).ifPresent(decoder -> decoder.names().forEach(name -> {
            long id = decimal(decoder, name);
            tokens.put(id, AddedToken.read(decoder.object(name), id));
        }));
        return List.copyOf(tokens.values());
    }

    /** Those of a {@code tokenizer.json}, and what the configuration adds to them: transformers knows both. */
    static List<AddedToken> withConfigured(List<AddedToken> tokens, Optional<StrictJson> config) {
        Set<String> known = tokens.stream().map(AddedToken::content).collect(Collectors.toSet());
        return Stream.concat(tokens.stream(), read(Optional.empty(), config).stream().filter(token -> !known.contains(token.content()))).toList();
    }

    private static long decimal(StrictJson decoder, String name) {
        if (name.isEmpty() || name.length() > MAX_ID_DIGITS || !name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw decoder.fault("has the member " + Vocabulary.quoted(name) + ", which is no id");
        }
        return Long.parseLong(name);
    }

    private static void setIds(List<AddedToken> tokens, Vocabulary vocabulary, String key, Predicate<AddedToken> included) {
        int[] ids = tokens.stream().filter(included).mapToInt(token -> (int) token.id()).toArray();
        if (ids.length > 0) {
            vocabulary.setOwn(key, Metadata.NumberListValue.of(ids));
        }
    }
}
