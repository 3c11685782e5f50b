package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experts, however a file stores them, and wherever they are. */
class ExpertsTest {
    private static final int[] TOKENS = {1, 5, 9, 2, 7, 3, 8, 4, 100, 200, 300};
    private static final int EXPERTS = 4;
    private static final int USED = 2;
    /** Width of an expert, of the model, of keys and values, and tokens. */
    private static final long HIDDEN = 96;
    private static final long DIM = 64;
    private static final long KEYS = 32;
    private static final long VOCABULARY = 512;
    private static final int LAYERS = 2;

    @TempDir
    private Path folder;

    /** Tensors of a file that is to be: which bytes each is made of, one piece after the other. */
    private static final class Layout {
        private final Map<GgufTensor, List<TensorInfo>> tensors = new LinkedHashMap<>();
        private final VerifiedCheckpoint checkpoint;

        Layout(VerifiedCheckpoint checkpoint) {
            this.checkpoint = checkpoint;
        }

        void keep(TensorInfo tensor) {
            add(tensor.name(), tensor.shape(), List.of(tensor));
        }

        void add(String name, List<Long> shape, List<TensorInfo> parts) {
            tensors.put(new GgufTensor(name, parts.getFirst().type(), shape), parts);
        }

        void write(Path file) throws IOException {
            var metadata = new GgufMetadata();
            checkpoint.metadata().keys().forEach(key -> metadata.value(key, checkpoint.metadata().get(key).orElseThrow()));
            try (var writer = GgufWriter.create(file, GgufWriter.Existing.REFUSE, metadata, List.copyOf(tensors.keySet()));
                    var memory = SecureArena.open("tensor")) {
                for (var tensor : tensors.entrySet()) {
                    MemorySegment bytes = memory.allocate(tensor.getKey().byteSize());
                    long at = 0;
                    for (TensorInfo part : tensor.getValue()) {
                        checkpoint.readTensor(part, 0, bytes.asSlice(at, part.byteSize()));
                        at += part.byteSize();
                    }
                    writer.write(tensor.getKey().name(), bytes);
                }
                writer.finish();
            }
        }
    }

    private static Path mixtral() {
        return SharedData.path("checkpoints/arch/mixtral/model-f32.gguf");
    }

    private Path rewritten(String name, Consumer<Layout> layout) throws IOException {
        Path file = folder.resolve(name);
        try (var checkpoint = CheckpointLoader.open(mixtral(), TrustPolicy.allowUnsigned())) {
            var tensors = new Layout(checkpoint);
            layout.accept(tensors);
            tensors.write(file);
        }
        return file;
    }

    private static float[] logits(Path file, Residency residency, int threads) {
        var options = LoadOptions.defaults().withThreads(threads).withResidency(residency);
        try (Model model = Models.load(file, TrustPolicy.allowUnsigned(), options); Session session = model.newSession()) {
            return Models.logits(session, TOKENS);
        }
    }

    /** llama.cpp wrote them like that until 2024-04. */
    private static void oneTensorEach(Layout layout) {
        for (TensorInfo tensor : layout.checkpoint.tensors()) {
            if (!tensor.name().contains("_exps")) {
                layout.keep(tensor);
                continue;
            }
            long rows = tensor.shape().get(1);
            for (int expert = 0; expert < EXPERTS; expert++) {
                String name = tensor.name().replace("_exps", "." + expert);
                layout.add(name, List.of(rows, tensor.columns()), List.of(tensor.part(name, expert * rows, (expert + 1) * rows)));
            }
        }
    }

    private static void gateAndUpTogether(Layout layout) {
        for (TensorInfo tensor : layout.checkpoint.tensors()) {
            if (tensor.name().contains("ffn_gate_exps")) {
                TensorInfo up = layout.checkpoint.tensor(tensor.name().replace("gate", "up")).orElseThrow();
                List<TensorInfo> parts = new ArrayList<>();
                for (int expert = 0; expert < EXPERTS; expert++) {
                    parts.add(tensor.part("gate", expert * HIDDEN, (expert + 1) * HIDDEN));
                    parts.add(up.part("up", expert * HIDDEN, (expert + 1) * HIDDEN));
                }
                layout.add(tensor.name().replace("gate", "gate_up"), List.of((long) EXPERTS, 2 * HIDDEN, DIM), parts);
            } else if (!tensor.name().contains("ffn_up_exps")) {
                layout.keep(tensor);
            }
        }
    }

    @Test
    void theLayoutAndThePlaceOfExpertsMakeNoDifference() throws IOException {
        float[] expected = logits(mixtral(), Residency.RESIDENT, 2);
        assertThat(logits(mixtral(), Residency.MAPPED, 3)).as("in the file").isEqualTo(expected);
        assertThat(logits(rewritten("each.gguf", ExpertsTest::oneTensorEach), Residency.RESIDENT, 1)).as("one tensor each").isEqualTo(expected);
        Path together = rewritten("together.gguf", ExpertsTest::gateAndUpTogether);
        assertThat(logits(together, Residency.RESIDENT, 2)).as("gate and up together").isEqualTo(expected);
        assertThat(logits(together, Residency.MAPPED, 2)).as("gate and up together, in the file").isEqualTo(expected);
    }

    @Test
    void oneExpertTooFewIsSaid() throws IOException {
        Path file = rewritten("few.gguf", layout -> layout.checkpoint.tensors().forEach(tensor -> {
            if (tensor.name().equals("blk.1.ffn_down_exps.weight")) {
                layout.add(tensor.name(), List.of(EXPERTS - 1L, DIM, HIDDEN), List.of(tensor.part("down", 0, (EXPERTS - 1) * DIM)));
            } else {
                layout.keep(tensor);
            }
        }));
        assertThatThrownBy(() -> Models.unsigned(file, 1)).isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("blk.1.ffn_down_exps.weight").hasMessageContaining("[3, 64, 96]").hasMessageContaining("[4, 64, 96]");
    }

    @Test
    void onlyTheExpertsThatATokenPassesAreItsWork() {
        try (Model model = Models.unsigned(mixtral(), 1)) {
            long attention = 2 * DIM * DIM + 2 * KEYS * DIM;
            long experts = EXPERTS * DIM + USED * 3 * HIDDEN * DIM;
            assertThat(model.workload().layerMultiplyAdds()).isEqualTo(LAYERS * (attention + experts));
            assertThat(model.workload().outputMultiplyAdds()).isEqualTo(VOCABULARY * DIM);
        }
    }
}
