package dev.lockstep.loader.internal.huggingface;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a tensor of a family is made of.
 *
 * @param ggufName with {@value #LAYER} for the number of the layer
 * @param stored names of what it is made of, one below the other, with {@value #LAYER} for the layer and {@value #EXPERT} for each expert
 * @param form what is done with them
 */
record TensorRule(String ggufName, List<String> stored, Form form) {
    static final String LAYER = "#";
    static final String EXPERT = "@";

    /** Stands for the weight, and for the bias if there is one. */
    private static final String WEIGHT_AND_BIAS = "*";

    /** What is done with what is stored. */
    enum Form {
        /** Nothing. */
        AS_STORED,
        /** Rows of rotated heads are put in the order that GGUF has for the family. */
        ROTATED,
        /** The matrix is stored as (input, output). */
        TRANSPOSED,
        /** The matrix is stored as (input, output), and its rows are those of rotated heads. */
        TRANSPOSED_ROTATED,
        /** One was subtracted from the weights. */
        PLUS_ONE,
        /** A matrix of one row is a vector. */
        AS_VECTOR,
        /** Each head has its queries, keys and values side by side. */
        QUERY_KEY_VALUE,
        /** Of each expert, the first half of the rows. */
        FIRST_HALVES,
        /** Of each expert, the second half of the rows. */
        SECOND_HALVES
    }

    /** The rules of a table: in each line GGUF's name, the stored ones with commas between them, and the form unless it is as stored. */
    static List<TensorRule> table(String lines) {
        return lines.lines().filter(line -> !line.isBlank()).flatMap(line -> rules(line.strip().split(" +"))).toList();
    }

    private static Stream<TensorRule> rules(String[] words) {
        Form form = words.length > 2 ? Form.valueOf(words[2]) : Form.AS_STORED;
        return words[0].endsWith(WEIGHT_AND_BIAS)
                ? Stream.of(rule(words, "weight", form), rule(words, "bias", form == Form.TRANSPOSED ? Form.AS_STORED : form))
                : Stream.of(rule(words, "", form));
    }

    private static TensorRule rule(String[] words, String ending, Form form) {
        List<String> stored = Arrays.stream(words[1].split(",")).map(name -> name.replace(WEIGHT_AND_BIAS, ending)).toList();
        return new TensorRule(words[0].replace(WEIGHT_AND_BIAS, ending), stored, form);
    }

    boolean isPerLayer() {
        return ggufName.contains(LAYER);
    }

    boolean isPerExpert() {
        return stored.getFirst().contains(EXPERT);
    }
}
