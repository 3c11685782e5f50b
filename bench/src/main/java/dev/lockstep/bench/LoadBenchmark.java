package dev.lockstep.bench;

import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.Weights;
import dev.lockstep.loader.internal.PrivateCopy;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many GB/s of a signed model are verified and packed, from a file in the page cache to weights that kernels can use?
 *
 * <p>{@code load} is all of it: signature, private copy and its digest, header, and weaving in place; of an {@code encrypted} file,
 * decryption too. Sizes are those of the plaintext.
 * {@code readAndHash} is the private copy and its digest alone, {@code pack} what follows the header. The baselines are measured in
 * each fork and printed: SHA-256 alone, which no verified load with one digest can beat ({@code sha256Percent}), and a plain copy of
 * the file ({@code copyPercent}). Freeing the weights is not measured; {@link ZeroingBenchmark} does that.
 *
 * <p><b>How to run:</b> {@code bench/run Load}; a larger file: {@code bench/run Load -p shape=llama-3.2-1b -p type=Q4_K}. Keep it
 * well below the free memory, or it is the disk that is measured.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LoadBenchmark {
    /** Where vectors go, new for each call, and what was loaded. */
    @State(Scope.Benchmark)
    public static class Target {
        private SecureArena arena;
        private Weights weights;

        @Setup(Level.Invocation)
        public void open() {
            arena = SecureArena.open("weights");
        }

        @TearDown(Level.Invocation)
        public void close() {
            weights.close();
            arena.close();
        }
    }

    /** A private copy that a call leaves behind. */
    @State(Scope.Benchmark)
    public static class Copied {
        private PrivateCopy copy;

        @TearDown(Level.Invocation)
        public void close() {
            copy.close();
        }
    }

    /** A checkpoint whose weights wait to be packed, which can be done once. */
    @State(Scope.Benchmark)
    public static class Opened {
        private VerifiedCheckpoint checkpoint;

        @Setup(Level.Invocation)
        public void open(SignedFile file) throws IOException {
            checkpoint = file.open();
        }

        @TearDown(Level.Invocation)
        public void close() {
            checkpoint.close();
        }
    }

    @Benchmark
    public Weights load(SignedFile file, Target target, LoadRate rate) throws IOException {
        try (var checkpoint = file.open()) {
            file.count(checkpoint.byteSize(), rate);
            target.weights = file.load(checkpoint, target.arena);
            return target.weights;
        }
    }

    @Benchmark
    public byte[] readAndHash(SignedFile file, Copied copied, LoadRate rate) throws IOException {
        copied.copy = file.copy();
        file.count(copied.copy.byteSize(), rate);
        return copied.copy.digests().digests().getFirst();
    }

    @Benchmark
    public Weights pack(SignedFile file, Opened opened, Target target, LoadRate rate) {
        file.count(opened.checkpoint.byteSize(), rate);
        target.weights = file.load(opened.checkpoint, target.arena);
        return target.weights;
    }
}
