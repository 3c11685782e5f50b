package dev.lockstep.models.internal;

import java.util.stream.Stream;

/** The weights of the second sublayer of a block: one network, or many of which a token passes some. Memory belongs to the model's arena. */
sealed interface FeedForwardWeights permits NetworkWeights, ExpertWeights {
    /** The layers that read what the sublayer reads. */
    Stream<Linear> readingInput();

    /** The layers that read the hidden values of a network. */
    Stream<Linear> readingHidden();

    /** The layers that one token passes. */
    Stream<Linear> ofOneToken();

    default Stream<Linear> layers() {
        return Stream.concat(readingInput(), readingHidden());
    }
}
