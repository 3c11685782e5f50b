package dev.lockstep.models.internal;

import static dev.lockstep.loader.LoadLimits.MAX_HEADS;
import static dev.lockstep.loader.LoadLimits.MAX_LAYERS;
import static dev.lockstep.loader.LoadLimits.MAX_VOCABULARY;
import static dev.lockstep.loader.LoadLimits.MAX_WIDTH;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.loader.Metadata;
import dev.lockstep.models.internal.DecoderSpec.Block;
import dev.lockstep.models.internal.DecoderSpec.Network;
import dev.lockstep.models.internal.DecoderSpec.RotatedLayers;
import dev.lockstep.models.internal.DecoderSpec.SoftCaps;
import dev.lockstep.models.internal.ModelConfig.Multipliers;
import java.util.Optional;

/** Reads {@link ModelConfig} from metadata. A setting that would change the result and is not built is refused. */
final class ModelConfigReader {
    private final ArchitectureKeys keys;
    private final DecoderSpec spec;

    ModelConfigReader(Metadata metadata) {
        this.keys = ArchitectureKeys.of(metadata);
        this.spec = spec(architecture(metadata));
    }

    static Architecture architecture(Metadata metadata) {
        String name = metadata.requireText("general.architecture");
        return Architecture.of(name).orElseThrow(() -> metadata.malformed("general.architecture",
                EncoderArchitecture.of(name).isPresent() ? "\"" + name + "\" is an encoder: it makes embeddings, not text"
                        : "the architecture \"" + name + "\" is not supported; supported: " + Architecture.names()));
    }

    /** The family's, with what its files may choose. */
    private DecoderSpec spec(Architecture architecture) {
        DecoderSpec row = architecture.spec();
        boolean parallel = row.block() == Block.PARALLEL_NORMS;
        if (!keys.bool("use_parallel_residual").orElse(parallel) && parallel) {
            row = row.sequential();
        }
        if (row.positions().rotated() == RotatedLayers.ALL_IF_TUNED && !keys.bool("rope.scaling.finetuned").orElse(true)) {
            row = row.unrotated();
        }
        return row.with(network(keys, row.network()));
    }

    /** A network as usual, or with the function that a file asks for: GGUF has no key for it, config.json of Hugging Face states it. */
    static Network network(ArchitectureKeys keys, Network usual) {
        return keys.text("hidden_activation").map(name -> new Network(function(keys, name), usual.gated())).orElse(usual);
    }

    private static ActivationFunction function(ArchitectureKeys keys, String name) {
        return switch (name) {
            case "silu", "swish", "swiglu" -> ActivationFunction.SILU;
            case "gelu" -> ActivationFunction.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> ActivationFunction.GELU_TANH;
            default -> throw keys.malformed("hidden_activation",
                    "\"" + name + "\" is not supported; supported: silu, swish, swiglu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast");
        };
    }

    ModelConfig read(int vocabSize) {
        refuseWhatIsNotBuilt();
        int layers = keys.requireInteger("block_count", 1, MAX_LAYERS);
        int dim = keys.requireInteger("embedding_length", 1, MAX_WIDTH);
        int nHeads = keys.requireInteger("attention.head_count", 1, MAX_HEADS);
        int nKvHeads = keys.integer("attention.head_count_kv", 1, MAX_HEADS).orElse(nHeads);
        if (nHeads % nKvHeads != 0) {
            throw keys.malformed("attention.head_count_kv", nKvHeads + " key/value heads do not divide " + nHeads + " query heads");
        }
        int keyDim = headDim("attention.key_length", dim, nHeads);
        int valueDim = headDim("attention.value_length", dim, nHeads);
        var rope = new RopeConfigReader(keys, spec.positions(), spec.windows().rope());
        LayerWindows windows = new LayerWindowsReader(keys, spec).read(layers);
        RopeConfig full = rope.read(keyDim);
        Optional<ExpertConfig> experts = ExpertConfig.of(keys, spec.experts(), layers);
        return new ModelConfig(spec, layers, dim, nHeads, nKvHeads, keyDim, valueDim,
                experts.map(each -> each.hiddenDim(keys, spec.experts())).orElseGet(() -> keys.requireInteger("feed_forward_length", 1, MAX_WIDTH)),
                experts, vocabSize(keys, vocabSize),
                rope.trainedContext(), rope.contextLength(), keys.requirePositive(spec.norm().epsilonKey()),
                full, rope.ofWindows(full), windows, softCaps(), multipliers(layers, dim, nHeads, keyDim));
    }

    private void refuseWhatIsNotBuilt() {
        if (!keys.bool("attention.causal").orElse(true)) {
            throw keys.malformed("attention.causal", "attention to later tokens is not supported in decoders");
        }
        if (keys.bool("use_parallel_residual").orElse(false) && !spec.block().isParallel()) {
            throw keys.malformed("use_parallel_residual", "is not supported in this architecture");
        }
        refuseNumber("attention.max_alibi_bias", keys);
        refuseNumber("attention.clamp_kqv", keys);
    }

    static void refuseNumber(String name, ArchitectureKeys keys) {
        float value = keys.number(name).orElse(0f);
        if (value != 0) {
            throw keys.malformed(name, value + " is not supported in this architecture; supported: 0");
        }
    }

    private int headDim(String name, int dim, int nHeads) {
        return keys.integer(name, 1, MAX_WIDTH).orElseGet(() -> {
            if (dim % nHeads != 0) {
                throw keys.malformed("attention.head_count",
                        nHeads + " heads do not divide a width of " + dim + ", and " + keys.key(name) + " is not given");
            }
            return dim / nHeads;
        });
    }

    static int vocabSize(ArchitectureKeys keys, int tokens) {
        keys.integer("vocab_size", 1, MAX_VOCABULARY).ifPresent(stated -> {
            if (stated != tokens) {
                throw keys.malformed("vocab_size", stated + " is stated, but there are " + tokens + " tokens");
            }
        });
        return tokens;
    }

    private SoftCaps softCaps() {
        return new SoftCaps(softCap("attn_logit_softcapping", spec.softCaps().scores()),
                softCap("final_logit_softcapping", spec.softCaps().logits()));
    }

    /** Zero is none, not the family's usual one. */
    private float softCap(String name, float usual) {
        return keys.number(name).filter(value -> value == 0).isPresent() ? 0 : keys.positive(name, usual);
    }

    private Multipliers multipliers(int layers, int dim, int nHeads, int keyDim) {
        boolean byWidth = layers == spec.multipliers().scoresByWidthLayers();
        float scores = (float) (1 / Math.sqrt(byWidth ? (double) dim / nHeads : keyDim));
        float embedding = spec.multipliers().embeddingByWidth() ? (float) Math.sqrt(dim) : 1;
        return new Multipliers(keys.positiveOrZero("embedding_scale", embedding), keys.positiveOrZero("residual_scale", 1),
                keys.positiveOrZero("attention.scale", scores), logitMultiplier());
    }

    private float logitMultiplier() {
        return switch (spec.multipliers().logits()) {
            case NONE -> {
                refuseNumber("logit_scale", keys);
                yield 1;
            }
            case DIVISOR -> 1 / keys.positiveOrZero("logit_scale", 1);
            case FACTOR -> keys.requirePositive("logit_scale");
        };
    }
}
