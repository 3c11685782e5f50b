package dev.lockstep.app.bench;

import dev.lockstep.kernel.Ceilings;
import dev.lockstep.models.Workload;
import java.util.List;
import java.util.Optional;

/**
 * All that was measured, and how it relates to what the machine can do.
 *
 * @param ceilings with as many threads as the model used
 * @param cold empty if the JVM had measured something else before, as then nothing was cold
 * @param prefill one per length of prompt
 * @param decode one per context
 */
public record BenchResult(Machine machine, Ceilings ceilings, ModelFacts model, Workload workload, Optional<ColdStart> cold,
        List<Prefill> prefill, List<Decode> decode) {
    private static final double GIGA = 1e9;

    /**
     * Reading a prompt.
     *
     * @param tokens length of the prompt
     * @param tokensPerSecond with everything warm
     */
    public record Prefill(int tokens, Rate tokensPerSecond) { }

    /**
     * Generating.
     *
     * @param tokens how many
     * @param context tokens before them
     * @param tokensPerSecond with everything warm
     * @param heapBytesPerToken bytes that all threads of the JVM allocated on the heap, in the median repetition
     */
    public record Decode(int tokens, int context, Rate tokensPerSecond, double heapBytesPerToken) { }

    /** 10⁹ multiply-adds per second and thread in matrix products. */
    public double gmacPerSecondPerCore(Prefill measured) {
        double perToken = (double) workload.promptMultiplyAdds(measured.tokens()) / measured.tokens();
        return measured.tokensPerSecond().median() * perToken / ceilings.threads() / GIGA;
    }

    /** The multiply-adds as a share of what fused multiply-adds in registers alone reach. */
    public double fmaCeilingShare(Prefill measured) {
        return gmacPerSecondPerCore(measured) / ceilings.fmaGmacsPerCore();
    }

    /** 10⁹ bytes of weights read per second. */
    public double weightGBs(Decode measured) {
        return measured.tokensPerSecond().median() * workload.bytesPerToken() / GIGA;
    }

    /** The weights read as a share of what reading alone reaches. */
    public double bandwidthShare(Decode measured) {
        return weightGBs(measured) / ceilings.readBandwidthGBs();
    }

    /** 10⁹ multiply-adds per second of all threads together. */
    public double gmacPerSecond(Prefill measured) {
        return gmacPerSecondPerCore(measured) * ceilings.threads();
    }

    /** 10⁹ multiply-adds per second of all threads together. */
    public double gmacPerSecond(Decode measured) {
        return measured.tokensPerSecond().median() * workload.promptMultiplyAdds(1) / GIGA;
    }

    /**
     * Multiply-adds per byte of weights of a prompt, as if it were read in one piece. Long prompts are read in batches, and each
     * batch reads the weights again: what memory sees is less.
     */
    public double intensity(Prefill measured) {
        return (double) workload.promptMultiplyAdds(measured.tokens()) / workload.bytesPerToken();
    }

    /** Multiply-adds per byte of weights of a generated token. */
    public double decodeIntensity() {
        return (double) workload.promptMultiplyAdds(1) / workload.bytesPerToken();
    }

    /** The same measurements, related to other ceilings of the same machine and number of threads. */
    public BenchResult withCeilings(Ceilings other) {
        return new BenchResult(machine, other, model, workload, cold, prefill, decode);
    }

    /** The same measurements, of a JVM that was warm before. */
    public BenchResult withoutColdStart() {
        return new BenchResult(machine, ceilings, model, workload, Optional.empty(), prefill, decode);
    }
}
