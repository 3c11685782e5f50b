package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reading and generating token ids instead of texts, as benchmarks do. */
class TokenSessionTest {
    private static final String PROMPT = "Once upon a time";
    private static final Sampling GREEDY = Sampling.greedy();

    private static Model model;
    private static SecureArena memory;

    @BeforeAll
    static void load() {
        model = Models.demo();
        memory = SecureArena.open("ids");
    }

    @AfterAll
    static void close() {
        memory.close();
        model.close();
    }

    private static MemorySegment ids(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return model.tokenizer().encode(memory.allocate(utf8.length).copyFrom(MemorySegment.ofArray(utf8)), true, memory);
    }

    @Test
    void idsAreReadAndContinuedLikeTheirText() {
        try (Session texts = model.newSession(); Session tokens = model.newSession()) {
            Models.generate(texts, PROMPT, GREEDY.maxTokens(8));
            tokens.read(ids(PROMPT));
            tokens.decode(3);
            tokens.decode(5);
            assertThat(tokens.position()).isEqualTo(texts.position());
            assertThat(Models.generate(tokens, "", GREEDY.maxTokens(12)))
                    .isEqualTo(Models.generate(texts, "", GREEDY.maxTokens(12))).isNotEmpty();
        }
    }

    @Test
    void nothingButTheContextEndsDecoding() {
        try (Session session = model.newSession(200)) {
            session.read(ids(PROMPT));
            session.decode(200 - session.position());
            assertThat(session.position()).isEqualTo(200);
            assertThatThrownBy(() -> session.decode(1)).isInstanceOf(ContextLengthException.class);
            assertThat(session.position()).isEqualTo(200);
        }
    }

    @Test
    void whatCannotBeReadLeavesTheSessionAsItIs() {
        try (Session session = model.newSession(8)) {
            assertThatIllegalStateException().isThrownBy(() -> session.decode(1)).withMessageContaining("nothing was read");
            MemorySegment one = memory.allocate(Integer.BYTES);
            session.read(one);
            one.set(ValueLayout.JAVA_INT, 0, model.tokenizer().vocabularySize());
            assertThatIllegalArgumentException().isThrownBy(() -> session.read(one)).withMessageContaining("tokenIds[0]");
            one.set(ValueLayout.JAVA_INT, 0, -1);
            assertThatIllegalArgumentException().isThrownBy(() -> session.read(one));
            assertThatThrownBy(() -> session.read(memory.allocate(8 * Integer.BYTES))).isInstanceOf(ContextLengthException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> session.decode(-1));
            assertThat(session.position()).isOne();
        }
    }

    /** They are read in batches, and the caller may be up to anything meanwhile. */
    @Test
    void idsThatChangeAfterTheyWereCheckedAreNotRead() {
        MemorySegment zeros = memory.allocate(150 * Integer.BYTES);
        try (Session session = model.newSession(150)) {
            session.score(zeros, (_, _) -> zeros.fill((byte) -1));
            assertThat(session.position()).isEqualTo(150);
        }
    }

    @Test
    void cancellingDecodingEndsItAndEmptiesTheSession() throws InterruptedException {
        try (Session session = model.newSession()) {
            session.read(ids(PROMPT));
            int begin = session.position();
            var failure = new AtomicReference<Throwable>();
            Thread decoding = Thread.ofPlatform().start(() -> {
                try {
                    session.decode(session.context() - begin);
                } catch (CancellationException e) {
                    failure.set(e);
                }
            });
            while (session.position() < begin + 2) {
                Thread.sleep(1);
            }
            session.cancel();
            decoding.join();
            assertThat(failure.get()).isInstanceOf(CancellationException.class);
            assertThat(session.position()).isZero();
        }
    }

    @Test
    void theWorkloadIsThatOfTheMatrices() throws IOException {
        try (var checkpoint = CheckpointLoader.open(Models.demoFile(), Models.demoTrust())) {
            Predicate<TensorInfo> inLayer = tensor -> tensor.name().startsWith("blk.") && tensor.shape().size() == 2;
            TensorInfo output = checkpoint.tensor("output.weight").or(() -> checkpoint.tensor("token_embd.weight")).orElseThrow();
            var work = model.workload();
            assertThat(work.layerMultiplyAdds())
                    .isEqualTo(checkpoint.tensors().stream().filter(inLayer).mapToLong(TensorInfo::elements).sum()).isPositive();
            assertThat(work.outputMultiplyAdds()).isEqualTo(output.elements());
            long layerBytes = checkpoint.tensors().stream().filter(inLayer).mapToLong(TensorInfo::byteSize).sum();
            // panels are filled up with rows of zeros
            assertThat(work.layerBytes()).isBetween(layerBytes, layerBytes + layerBytes / 4);
            assertThat(work.outputBytes()).isGreaterThanOrEqualTo(output.byteSize());
            assertThat(work.promptMultiplyAdds(3)).isEqualTo(3 * work.layerMultiplyAdds() + work.outputMultiplyAdds());
            assertThat(work.bytesPerToken()).isEqualTo(work.layerBytes() + work.outputBytes());
        }
    }
}
