package dev.lockstep.bench;

import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.guard.posture.PostureScope;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to look at this device, before a model is opened and again every few minutes? Under 50 ms is owed, warm.
 *
 * <p>{@code all} makes every check, with this process's files, mounts and threads as they are; {@code two} makes those that the built-in
 * policy asks for, since a policy pays only for what it asks. The first look of a process, which loads the classes, is not measured here.
 *
 * <p><b>How to run:</b> {@code bench/run Posture}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PostureBenchmark {
    private static final List<String> TWO = List.of("debugger", "jvm.agents");

    private PostureProbe probe;
    private PostureScope scope;

    @Setup
    public void setUp() {
        Path home = Path.of(System.getProperty("user.home"));
        probe = PostureProbe.ofThisDevice();
        scope = PostureScope.DEVICE.withModel(Path.of(System.getProperty("java.home"), "release")).withFolder(home);
        if (probe.examine(scope).result("model.files").orElseThrow().status() == CheckStatus.UNKNOWN) {
            throw new IllegalStateException("nothing is looked at: " + probe.examine(scope));
        }
    }

    @Benchmark
    public Posture all() {
        return probe.examine(scope);
    }

    @Benchmark
    public Posture two() {
        return probe.examine(scope, TWO);
    }
}
