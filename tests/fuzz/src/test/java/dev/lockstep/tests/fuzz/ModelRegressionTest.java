package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.quant.DType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files that once did harm, each with the name of what it did. */
class ModelRegressionTest {
    @TempDir
    Path folder;

    /** 25 MiB of user-defined tokens took a gigabyte of heap for the trie that finds them. */
    @Test
    void userDefinedTokensOfMegabytesAreRefused() throws Exception {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        for (int i = 0; i <= 1 << 20; i += 512) {
            tokens.add(String.format("%0512d", i));
            types.add(Vocabularies.USER_DEFINED);
        }
        var file = new GgufBuilder().text("general.architecture", "llama");
        byte[] bytes = TinyModels.addSentencePiece(file, tokens, types).build().bytes();

        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> readTokenizer(bytes))
                .withMessageContaining("user-defined tokens have more than");
        assertThat(GgufFuzzTest.check(bytes)).isFalse();
    }

    /** The message of a key that appears twice repeated the key as it was, escape sequences included. */
    @Test
    void repeatedKeyDoesNotReachTheTerminal() {
        String key = "\u001b[2Jkey";
        byte[] bytes = new GgufBuilder().bool(key, true).bool(key, true).build().bytes();

        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> readTokenizer(bytes))
                .withMessageContaining("twice").withMessageContaining("\\u001b[2Jkey")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("\u001b"));
    }

    /** As above, for the names of tensors. */
    @Test
    void repeatedTensorDoesNotReachTheTerminal() {
        String name = "\u001b[2Jtensor";
        byte[] bytes = new GgufBuilder().tensor(name, DType.F32, 1).tensor(name, DType.F32, 1).build().bytes();

        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> readTokenizer(bytes))
                .withMessageContaining("two tensors").withMessageContaining("\\u001b[2Jtensor")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("\u001b"));
    }

    /** One text of the header's size was decoded at once: an OutOfMemoryError in a small heap. */
    @Test
    void textOfMegabytesIsRefused() {
        byte[] bytes = new GgufBuilder().text("general.name", "\u0436".repeat(3 << 20)).build().bytes();

        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> plan(bytes)).withMessageContaining("bytes of text");
    }

    /** The architecture's name was repeated as it was, at whatever length. */
    @Test
    void unknownArchitectureDoesNotReachTheTerminal() throws Exception {
        byte[] bytes = new GgufBuilder().text("general.architecture", "\u001b[2J".repeat(100_000)).build().bytes();

        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> plan(bytes))
                .withMessageContaining("\\u001b[2J")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("\u001b").hasSizeLessThan(10_000));
    }

    /** Each of 9,218 tensors was looked for among 65,536: seconds for a file of 6 MiB. */
    @Test
    void manyTensorsOfManyLayersArePlannedInTime() throws Exception {
        int layers = 1024;
        GgufBuilder file = TinyModels.hyperparameters(2, layers);
        TinyModels.addSentencePiece(file, List.of("<unk>", "<s>", "</s>", "x"), List.of(2, 3, 3, 1));
        for (int i = 0; i < 56_000; i++) {
            file.tensor("ignored.attn_rot_embd." + i, DType.F32, 1);
        }
        TinyModels.addTensors(file, DType.F32, 4, 2, layers);

        assertThat(GgufFuzzTest.check(file.build().bytes())).isTrue();
    }

    /** A list of single bytes was copied to one of floats before its length was looked at: four times the file on the heap. */
    @Test
    void scoresOfOtherLengthAreRefusedUncopied() throws Exception {
        int scores = 16 << 20;
        byte[] bytes = new GgufBuilder().text("tokenizer.ggml.model", "llama")
                .texts("tokenizer.ggml.tokens", List.of("<unk>"))
                .uint8Zeros("tokenizer.ggml.scores", scores)
                .build().bytes();
        Path file = Files.write(folder.resolve("model.gguf"), bytes);
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        try (var checkpoint = CheckpointLoader.open(file, TrustPolicy.allowUnsigned())) {
            long before = thread.getCurrentThreadAllocatedBytes();
            assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> Model.tokenizer(checkpoint))
                    .withMessageContaining(scores + " entries for 1 tokens");
            assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(scores);
        }
    }

    private void plan(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("model.gguf"), bytes);
        try (var checkpoint = CheckpointLoader.open(file, TrustPolicy.allowUnsigned())) {
            Model.plan(checkpoint, LoadOptions.defaults());
        }
    }

    private void readTokenizer(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("model.gguf"), bytes);
        try (var checkpoint = CheckpointLoader.open(file, TrustPolicy.allowUnsigned())) {
            Model.tokenizer(checkpoint);
        }
    }
}
