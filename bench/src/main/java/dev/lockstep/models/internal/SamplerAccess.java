package dev.lockstep.models.internal;

import dev.lockstep.models.Sampling;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * The door through which {@code SamplerBenchmark} reaches the sampler, which is nobody else's business. It lies in the sampler's
 * package but in bench's jar: on the class path, where bench runs, that is one package.
 */
public final class SamplerAccess {
    private final Sampler sampler;
    private final int vocabularySize;

    /** @param memory for all candidates, as a session has it */
    public SamplerAccess(Sampling sampling, int vocabularySize, SegmentAllocator memory) {
        this.sampler = new Sampler(sampling, new Candidates(vocabularySize, memory));
        this.vocabularySize = vocabularySize;
    }

    /** @param logits float32, shape (vocabularySize) */
    public int next(MemorySegment logits) {
        return sampler.next(logits, vocabularySize);
    }
}
