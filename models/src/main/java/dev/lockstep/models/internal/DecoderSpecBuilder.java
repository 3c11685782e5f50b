package dev.lockstep.models.internal;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Block;
import dev.lockstep.models.internal.DecoderSpec.Experts;
import dev.lockstep.models.internal.DecoderSpec.LogitScale;
import dev.lockstep.models.internal.DecoderSpec.Multipliers;
import dev.lockstep.models.internal.DecoderSpec.Network;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.models.internal.DecoderSpec.Positions;
import dev.lockstep.models.internal.DecoderSpec.QkNorm;
import dev.lockstep.models.internal.DecoderSpec.RotatedLayers;
import dev.lockstep.models.internal.DecoderSpec.SoftCaps;
import dev.lockstep.models.internal.DecoderSpec.WindowRope;
import dev.lockstep.models.internal.DecoderSpec.Windows;
import java.util.Set;

/** Says what a family does differently from Llama; mutable, for one row of the table. */
final class DecoderSpecBuilder {
    private Block block = Block.PRE_NORM;
    private Norm norm = Norm.RMS;
    private QkNorm qkNorm = QkNorm.NONE;
    private Positions positions = new Positions(Rotation.Pairing.ADJACENT, RotatedLayers.ALL, false);
    private Windows windows = new Windows(0, 0, WindowRope.LIKE_OTHERS);
    private SoftCaps softCaps = SoftCaps.NONE;
    private Network network = new Network(ActivationFunction.SILU, true);
    private Experts experts = Experts.NONE;
    private Multipliers multipliers = new Multipliers(false, 0, LogitScale.NONE);
    private Set<Bias> biases = Set.of();

    private DecoderSpecBuilder() {
    }

    /** A family like Llama (Touvron et al. 2023). */
    static DecoderSpecBuilder llama() {
        return new DecoderSpecBuilder();
    }

    DecoderSpecBuilder block(Block block) {
        this.block = block;
        return this;
    }

    DecoderSpecBuilder norm(Norm norm) {
        this.norm = norm;
        return this;
    }

    DecoderSpecBuilder qkNorm(QkNorm qkNorm) {
        this.qkNorm = qkNorm;
        return this;
    }

    /** Values are rotated by halves, as in GPT-NeoX. */
    DecoderSpecBuilder halves() {
        positions = new Positions(Rotation.Pairing.HALVES, positions.rotated(), positions.learned());
        return this;
    }

    DecoderSpecBuilder rotated(RotatedLayers rotated) {
        positions = new Positions(positions.pairing(), rotated, positions.learned());
        return this;
    }

    /** Learned positions, and no rotation. */
    DecoderSpecBuilder learnedPositions() {
        positions = new Positions(positions.pairing(), RotatedLayers.NONE, true);
        return this;
    }

    DecoderSpecBuilder windows(int period, int usual, WindowRope rope) {
        windows = new Windows(period, usual, rope);
        return this;
    }

    DecoderSpecBuilder softCaps(float scores, float logits) {
        softCaps = new SoftCaps(scores, logits);
        return this;
    }

    DecoderSpecBuilder gated(ActivationFunction function) {
        network = new Network(function, true);
        return this;
    }

    DecoderSpecBuilder ungated(ActivationFunction function) {
        network = new Network(function, false);
        return this;
    }

    DecoderSpecBuilder experts(Experts experts) {
        this.experts = experts;
        return this;
    }

    /** Factors of Gemma; see {@link Multipliers}. */
    DecoderSpecBuilder scaledByWidth(int scoresByWidthLayers) {
        multipliers = new Multipliers(true, scoresByWidthLayers, multipliers.logits());
        return this;
    }

    DecoderSpecBuilder logitScale(LogitScale logits) {
        multipliers = new Multipliers(multipliers.embeddingByWidth(), multipliers.scoresByWidthLayers(), logits);
        return this;
    }

    DecoderSpecBuilder biases(Bias... required) {
        biases = Set.of(required);
        return this;
    }

    DecoderSpec build() {
        return new DecoderSpec(block, norm, qkNorm, positions, windows, softCaps, network, experts, multipliers, biases);
    }
}
