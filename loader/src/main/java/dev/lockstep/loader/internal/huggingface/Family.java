package dev.lockstep.loader.internal.huggingface;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A family of models: what its settings and tensors are called, and which settings have values that are not built here.
 *
 * @param ggufName what GGUF calls the architecture
 * @param modelTypes what {@code model_type} is
 * @param prefixes in front of the names of tensors, some of which have none
 * @param settings by their names in GGUF
 * @param tensors what GGUF's are made of
 * @param rotation how heads are rotated
 * @param windows which layers see a window only
 * @param activations values of {@code hidden_act}, or whatever it is called, that mean what the family computes
 * @param demands values that settings must have, as JSON has them, if they are there: others change what the model computes
 * @param required settings among them that must be there, because what transformers takes otherwise is another value
 * @param tied true if the output matrix is that of the embeddings unless {@code tie_word_embeddings} says otherwise
 * @param ignored parts of names of tensors that do not change what is computed here
 */
record Family(String ggufName, Set<String> modelTypes, List<String> prefixes, List<SettingRule> settings, List<TensorRule> tensors,
        Rotation rotation, Windows windows, OptionalLong keyValueHeads, List<String> activations, Map<String, Set<String>> demands,
        Set<String> required, boolean tied, List<String> ignored) {

    /** The rule of a key that all families have. */
    SettingRule setting(String ggufKey) {
        return settings.stream().filter(rule -> rule.ggufKey().equals(ggufKey)).findFirst().orElseThrow();
    }

    /**
     * How heads are rotated.
     *
     * @param rotates false if positions are known otherwise
     * @param share which part of a head, unless the settings say
     * @param base of the frequencies, unless the settings say
     */
    record Rotation(boolean rotates, double share, double base) {
        static final Rotation NONE = new Rotation(false, 0, 0);
        static final Rotation USUAL = new Rotation(true, 1, 10_000);

        static Rotation ofShare(double share) {
            return new Rotation(true, share, USUAL.base);
        }

        static Rotation ofBase(double base) {
            return new Rotation(true, USUAL.share, base);
        }
    }

    /**
     * Which layers see a window only, where {@code layer_types} does not say it.
     *
     * @param layers which ones
     * @param period of those that see everything, if there is one
     * @param optional true if windows count with {@code use_sliding_window} only
     * @param usualLength positions, where the settings say nothing; 0 if there are no windows then
     */
    record Windows(Layers layers, int period, boolean optional, long usualLength) {
        /** Layers that see a window only. */
        enum Layers {
            NONE,
            ALL,
            /** All but the last of each period. */
            ALL_BUT_LAST,
            /** From {@code max_window_layers} on. */
            LATE,
            /** Those whose heads are not rotated. */
            NOT_ROTATED,
            /** What versions of transformers disagree on. */
            UNKNOWN
        }

        static final Windows NONE = of(Layers.NONE);
        static final Windows ALL = of(Layers.ALL);

        static Windows of(Layers layers) {
            return new Windows(layers, 0, false, 0);
        }

        static Windows allBut(int period) {
            return new Windows(Layers.ALL_BUT_LAST, period, false, 0);
        }

        Windows ifUsed() {
            return new Windows(layers, period, true, usualLength);
        }

        Windows usually(long length) {
            return new Windows(layers, period, optional, length);
        }
    }
}
