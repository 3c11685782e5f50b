package dev.lockstep.bench;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.Weights;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeFileSource;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeReader;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.internal.PrivateCopy;
import dev.lockstep.loader.signing.EcCurve;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import dev.lockstep.quant.PanelRuns;
import dev.lockstep.quant.WeightMatrix;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A signed model file, and the way that {@link LoadBenchmark} loads it. */
@State(Scope.Benchmark)
public class SignedFile {
    /** With Q8_0, 143 MB. */
    @Param("smollm2-135m")
    public String shape;

    @Param("Q8_0")
    public DType type;

    /** Threads that pack; one more hashes while the file is read. */
    @Param("2")
    public int threads;

    /** Whether the file lies encrypted, for an X25519 key of age. */
    @Param({"false", "true"})
    public boolean encrypted;

    private final X25519Identity identity = X25519Identity.generate();
    private SyntheticFile file;
    private TrustPolicy trust;
    private LoadBaseline baseline;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Machine.announce(threads);
        file = SyntheticFile.write(shape, type);
        var keys = SigningKeys.generate(EcCurve.P256);
        ModelSigner.sign(file.model(), keys, file.signature(), List.of());
        trust = TrustPolicy.of(keys.getPublic());
        AgeFiles.encrypt(file.model(), file.encrypted(), List.of(identity.recipient()), _ -> { });
        baseline = LoadBaseline.measure(file.model());
        checkRefusal();
        checkWeights();
    }

    /** What verifies nothing is fast. */
    private void checkRefusal() throws IOException {
        flipLastBit();
        try (var _ = open()) {
            throw new IllegalStateException("a file whose last bit was changed is accepted");
        } catch (ModelSignatureException | AgeException _) {
            flipLastBit();
        }
    }

    private void flipLastBit() throws IOException {
        try (var channel = FileChannel.open(path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var last = ByteBuffer.allocate(1);
            channel.read(last, channel.size() - 1);
            channel.write(last.put(0, (byte) (last.get(0) ^ 1)).flip(), channel.size() - 1);
        }
    }

    private void checkWeights() throws IOException {
        try (var checkpoint = open(); var arena = SecureArena.open("weights"); var channel = FileChannel.open(file.model());
                Weights weights = load(checkpoint, arena)) {
            if (!(checkpoint.provenance() instanceof Provenance.Signed)) {
                throw new IllegalStateException("nobody vouched for this file");
            }
            for (TensorInfo tensor : checkpoint.tensors()) {
                if (tensor.shape().size() > 1) {
                    WeightMatrix matrix = weights.matrix(tensor.name()).orElseThrow();
                    requireRow(tensor, 0, matrix, channel, arena);
                    requireRow(tensor, tensor.rows() - 1, matrix, channel, arena);
                }
            }
        }
    }

    private static void requireRow(TensorInfo tensor, long row, WeightMatrix matrix, FileChannel channel, SecureArena arena)
            throws IOException {
        PanelLayout layout = matrix.layout();
        MemorySegment unpacked = arena.allocate(layout.rowBytes());
        PanelMatrix run = matrix instanceof PanelRuns runs ? runs.runOf(row / layout.panelRows()) : (PanelMatrix) matrix;
        run.unpackRow(row, unpacked, arena.allocate(layout.scratchBytes()));
        var expected = ByteBuffer.allocate(Math.toIntExact(layout.rowBytes()));
        channel.read(expected, tensor.byteOffset() + row * layout.rowBytes());
        if (unpacked.mismatch(MemorySegment.ofArray(expected.array())) >= 0) {
            throw new IllegalStateException("row " + row + " of " + tensor.name() + " is not what the file holds");
        }
    }

    private Path path() {
        return encrypted ? file.encrypted() : file.model();
    }

    VerifiedCheckpoint open() throws IOException {
        return CheckpointLoader.open(path(), trust, Residency.RESIDENT, List.of(identity));
    }

    /** The private copy and its digest, without what follows. */
    PrivateCopy copy() throws IOException {
        if (!encrypted) {
            return PrivateCopy.of(path(), HashPlan.SHA_256);
        }
        try (var source = AgeFileSource.open(path()); var reader = AgeReader.open(source, List.of(identity))) {
            return PrivateCopy.ofDecrypted("copy", reader, HashPlan.SHA_256);
        }
    }

    Weights load(VerifiedCheckpoint checkpoint, SecureArena arena) {
        return checkpoint.loadWeights(checkpoint.tensors(), arena, Machine.vectorKernels().panelRows(), threads);
    }

    void count(long bytes, LoadRate rate) {
        rate.add(bytes, baseline);
    }

    @TearDown(Level.Trial)
    public void tearDown() throws IOException {
        file.close();
    }
}
