package dev.lockstep.models.internal;

import dev.lockstep.models.internal.DecoderSpec.Bias;
import dev.lockstep.models.internal.DecoderSpec.Network;
import dev.lockstep.models.internal.DecoderSpec.Positions;
import java.util.Set;

/**
 * What distinguishes one family of encoders from another, as data for the one {@link Encoder}. Common to all (Devlin et al. 2019): every
 * token sees all others; y = n(x + A(x)), then m(y + F(y)), with attention A, feed-forward network F, and layer norms n and m.
 *
 * @param positions how a token knows where it is
 * @param network the feed-forward network
 * @param biases those that a checkpoint must have; others are used if it has them
 */
record EncoderSpec(Positions positions, Network network, Set<Bias> biases) {
}
