package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.securemem.SecureArena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Any bytes as an HDF5 file: its structures, what the datasets mean, and the values of the small ones. */
class Hdf5FuzzTest {
    private static final Path FILE = Scratch.file("model.h5");
    private static final LoadOptions OPTIONS = LoadOptions.defaults().withThreads(1);

    /** Values of larger tensors are not read: that they take long would be no finding. */
    private static final long MAX_TENSOR_BYTES = 1 << 20;

    @FuzzTest
    void opensOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if the file is a model that would be loaded. */
    static boolean check(byte[] bytes) throws Exception {
        return check(FILE, bytes);
    }

    static boolean check(Path file, byte[] bytes) throws Exception {
        Files.write(file, bytes);
        return Parsing.accepts(bytes.length, Set.of(ModelFormatException.class), () -> {
            try (VerifiedCheckpoint checkpoint = CheckpointLoader.open(file, TrustPolicy.allowUnsigned());
                    SecureArena memory = SecureArena.open("fuzzed tensors")) {
                Model.plan(checkpoint, OPTIONS);
                for (TensorInfo tensor : checkpoint.tensors()) {
                    if (tensor.byteSize() <= MAX_TENSOR_BYTES) {
                        checkpoint.readTensor(tensor, 0, memory.allocate(tensor.byteSize()));
                    }
                }
            }
        });
    }
}
