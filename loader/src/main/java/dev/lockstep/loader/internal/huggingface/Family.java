package dev.lockstep.loader.internal.huggingface;

import java.util.List;
import java.util.Map;
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
        Rotation rotation, Windows windows, Set<String> activations, Map<String, Set<String>> demands, Set<String> required, boolean tied,
        List<String> ignored) {

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
    }

    /**
     * Which layers see a window only, where {@code layer_types} does not say it.
     *
     * @param period every so manieth layer sees everything; 0 if none does, 1 if all do
     * @param optional true if a window counts only with {@code use_sliding_window}, and from a certain layer on (Qwen)
     */
    record Windows(int period, boolean optional) {
        static final Windows NONE = new Windows(1, false);
        static final Windows ALL = new Windows(0, false);
        static final Windows OPTIONAL = new Windows(1, true);

        static Windows allBut(int period) {
            return new Windows(period, false);
        }
    }
}
