package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.loader.internal.translate.Rows;
import dev.lockstep.loader.internal.translate.TranslatedModel;
import dev.lockstep.loader.internal.translate.TranslatedTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A checkpoint of transformers as GGUF has it: its settings and tensors under the names and in the order of that format. */
public final class ModelTranslation {
    private static final List<Family> FAMILIES = Stream.of(LlamaFamilies.ALL, OtherDecoders.ALL, EncoderFamilies.ALL).flatMap(List::stream).toList();

    private static final List<String> OUTPUTS = List.of("lm_head.weight", "embed_out.weight");

    private final byte[] config;
    private final ModelSettings settings;
    private final Family family;

    private ModelTranslation(byte[] config, ModelSettings settings, Family family) {
        this.config = config;
        this.settings = settings;
        this.family = family;
    }

    /**
     * Reads the settings.
     *
     * @param config a {@code config.json}
     * @param file its name, for messages
     * @throws ModelFormatException if it is malformed, or of a family that is not in the table
     */
    public static ModelTranslation of(byte[] config, String file) {
        return of(FAMILIES, config, file);
    }

    /**
     * The same for a backbone of keras-hub, whose settings and tensors have the names of transformers by now.
     *
     * @param config {@code model_type} is the class of Keras
     */
    public static ModelTranslation ofKeras(byte[] config, String file) {
        return of(KerasFamilies.ALL, config, file);
    }

    private static ModelTranslation of(List<Family> families, byte[] config, String file) {
        ModelSettings whole = ModelSettings.parse(config, file);
        ModelSettings settings = whole.object("text_config").orElse(whole);
        String type = whole.text("model_type").orElseThrow(() -> whole.missing("model_type"));
        Family family = families.stream().filter(each -> each.modelTypes().contains(type)).findFirst().orElseThrow(() -> whole.fault("model_type",
                '"' + type + "\" is not supported; supported are " + String.join(", ", modelTypes(families))));
        return new ModelTranslation(config, settings, family);
    }

    private static Set<String> modelTypes(List<Family> families) {
        var types = new TreeSet<String>();
        families.forEach(family -> types.addAll(family.modelTypes()));
        return types;
    }

    /** The settings as they were read; not to be changed. */
    public byte[] config() {
        return config;
    }

    /** True if it embeds texts instead of continuing them. */
    public boolean isEncoder() {
        return EncoderFamilies.ALL.contains(family);
    }

    /**
     * How an encoder's outputs become one, as GGUF's keys.
     *
     * @param pooling the {@code config.json} of a pooling module of sentence-transformers
     * @param file its name, for messages
     */
    public Map<String, Metadata.Value> pooling(byte[] pooling, String file) {
        return Map.of(family.ggufName() + ".pooling_type", new Metadata.IntegerValue(Pooling.number(ModelSettings.parse(pooling, file))));
    }

    /** How many tokens the vocabulary has. */
    public int vocabularySize() {
        long size = settings.integer(family.setting("vocab_size"));
        if (size < 1 || size > LoadLimits.MAX_VOCABULARY) {
            throw settings.fault("vocab_size", size + " is outside of 1.." + LoadLimits.MAX_VOCABULARY);
        }
        return Math.toIntExact(size);
    }

    /**
     * Translates.
     *
     * @param name of the checkpoint, for messages
     * @param others keys that come from other files, above all the tokenizer
     * @param stored all tensors in the order of their bytes; borrowed by the result
     * @throws ModelFormatException if a setting or a tensor is of a kind that is not built
     */
    public TranslatedModel translate(String name, Map<String, Metadata.Value> others, List<StoredTensor> stored) {
        var metadata = new MetadataBuilder(family.ggufName());
        var toMetadata = new MetadataTranslation(family, settings, metadata);
        HeadShape heads = toMetadata.translate();
        var weights = new StoredWeights(stored, family, Quantization.of(settings));
        useTied(weights);
        long experts = metadata.has("expert_count") ? metadata.integer("expert_count") : 0;
        var toTensors = new TensorTranslation(family, heads, experts, weights);
        List<TranslatedTensor> tensors = new ArrayList<>(toTensors.translate(metadata.integer("block_count")));
        toMetadata.constants().forEach(constant -> tensors.add(new TranslatedTensor(constant.name(), Rows.constant(constant.values()))));
        return new TranslatedModel(metadata.all(others).build(name), inStoredOrder(tensors, stored), toTensors.origins());
    }

    /** Where the output matrix is that of the embeddings, another one that is stored all the same is never used. */
    private void useTied(StoredWeights weights) {
        boolean tied = settings.flag("tie_word_embeddings").orElse(family.tied());
        if (tied) {
            weights.drop(OUTPUTS);
        } else if (OUTPUTS.stream().noneMatch(weights::has)) {
            throw settings.fault("tie_word_embeddings", "is false, but there is no " + OUTPUTS.getFirst());
        }
    }

    private static List<TranslatedTensor> inStoredOrder(List<TranslatedTensor> tensors, List<StoredTensor> stored) {
        var places = new IdentityHashMap<Object, Integer>();
        stored.forEach(tensor -> places.put(tensor, places.size()));
        return tensors.stream().sorted(Comparator.comparingInt(tensor -> tensor.rows().parts().mapToInt(places::get).min().orElse(0))).toList();
    }
}
