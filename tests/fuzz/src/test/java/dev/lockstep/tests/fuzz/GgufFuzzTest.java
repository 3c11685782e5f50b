package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.MemoryPlan;
import dev.lockstep.models.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Any bytes as a model file: the container, the tokenizer, and all that is checked before weights are loaded. */
class GgufFuzzTest {
    private static final Path FILE = Scratch.file("model.gguf");
    private static final LoadOptions OPTIONS = LoadOptions.defaults().withThreads(1);

    @FuzzTest
    void opensOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if the file is a model that would be loaded. */
    static boolean check(byte[] bytes) throws Exception {
        Files.write(FILE, bytes);
        boolean[] complete = new boolean[1];
        Parsing.accepts(bytes.length, Set.of(ModelFormatException.class), () -> {
            try (VerifiedCheckpoint checkpoint = CheckpointLoader.open(FILE, TrustPolicy.allowUnsigned())) {
                // Both, since a file may lack what the one needs and still have the other.
                boolean plan = isAccepted(() -> plan(checkpoint).total());
                boolean tokenizer = isAccepted(() -> Model.tokenizer(checkpoint).vocabularySize());
                complete[0] = plan && tokenizer;
            }
        });
        return complete[0];
    }

    private static MemoryPlan plan(VerifiedCheckpoint checkpoint) {
        return Embedder.isEncoder(checkpoint) ? Embedder.plan(checkpoint, OPTIONS) : Model.plan(checkpoint, OPTIONS);
    }

    private static boolean isAccepted(Runnable check) {
        try {
            check.run();
            return true;
        } catch (ModelFormatException e) {
            Parsing.requirePrintable(e.getMessage());
            return false;
        }
    }
}
