package dev.lockstep.loader;

import java.util.Set;

/**
 * Tokens that are structure by their looks, though not everyone who publishes them calls them special (deepseek-coder, gemma, command-r).
 * Whoever reads a vocabulary takes them for control tokens, as llama.cpp's converter does: else a user's text could write them.
 */
public final class StructureTokens {
    private static final Set<String> NAMES = Set.of("<pad>", "<mask>", "<2mass>", "[@BOS@]", "<start_of_turn>", "<end_of_turn>");

    private StructureTokens() { }

    /** True if a token that is matched literally and spelled so is one of them. */
    public static boolean include(String spelling) {
        return NAMES.contains(spelling) || spelling.startsWith("<|") && spelling.endsWith("|>")
                || spelling.startsWith("<｜") && spelling.endsWith("｜>") || spelling.startsWith("<unused") && spelling.endsWith(">");
    }
}
