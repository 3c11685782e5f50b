package dev.lockstep.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that are missing, of another shape, or too many: each refusal names the one. */
class TensorPlanTest {
    private static final long SEED = 0x5EED_0062L;

    @TempDir
    private Path folder;

    /** A model that loads; all of its tensors are there once the reference has used them. */
    private static TinyDecoder whole(TinyDecoder model) {
        new ReferenceDecoder(model).logits(new int[] {1});
        return model;
    }

    private static TinyDecoder gpt2() {
        var model = new TinyDecoder("gpt2", SEED);
        model.norm = Norm.LAYER;
        model.function = ActivationFunction.GELU_TANH;
        model.gated = false;
        model.qkvBias = true;
        model.outputBias = true;
        model.feedForwardBias = true;
        model.learned = true;
        model.fusedQkv = true;
        model.rotated = _ -> false;
        return whole(model);
    }

    private static TinyDecoder phi3() {
        var model = new TinyDecoder("phi3", SEED);
        model.fusedQkv = true;
        model.fusedGateUp = true;
        return whole(model);
    }

    private void plan(TinyDecoder model) throws IOException {
        try (var checkpoint = CheckpointLoader.open(model.write(folder.resolve("model.gguf")), TrustPolicy.allowUnsigned())) {
            Model.plan(checkpoint, LoadOptions.defaults());
        }
    }

    private void isRefused(TinyDecoder model, String tensor, String text) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> plan(model))
                .satisfies(refusal -> assertThat(refusal.subject()).isEqualTo(tensor)).withMessageContaining(text);
    }

    @Test
    void wholeModelsArePlanned() throws IOException {
        plan(gpt2());
        plan(phi3());
    }

    @Test
    void biasesThatAFamilyNeedsAreMissed() {
        isRefused(gpt2().without("blk.1.ffn_up.bias"), "blk.1.ffn_up.bias", "missing");
        isRefused(gpt2().without("blk.2.attn_norm.bias"), "blk.2.attn_norm.bias", "missing");
        // without one of its parts, what belongs together is written one by one
        isRefused(gpt2().without("blk.0.attn_k.bias"), "blk.0.attn_qkv.bias", "missing");
    }

    @Test
    void positionsAreAsManyAsTheContext() {
        var model = gpt2();
        model.context = 100;
        isRefused(model, "position_embd.weight", "has shape [200, 22], but the hyperparameters need [100, 22]");
    }

    @Test
    void fusedMatricesHaveTheRowsOfTheirParts() {
        var model = phi3();
        model.kvHeads = 1;
        isRefused(model, "blk.0.attn_qkv.weight", "has shape [94, 22], but the hyperparameters need [77, 22]");
    }

    @Test
    void aGateIsMissedByItsName() {
        var model = new TinyDecoder("llama", SEED);
        isRefused(whole(model).without("blk.0.ffn_gate.weight"), "blk.0.ffn_gate.weight", "missing");
    }

    @Test
    void factorsForLongContextsComeWithThoseForShortOnes() {
        isRefused(phi3().tensor("rope_factors_long.weight", 1, 1, 1, 1, 1), "rope_factors_short.weight", "missing");
    }

    @Test
    void whatNothingReadsIsRefused() {
        isRefused(phi3().tensor("blk.0.post_ffw_norm.weight", new float[22]), "blk.0.post_ffw_norm.weight", "not part of the architecture");
    }
}
