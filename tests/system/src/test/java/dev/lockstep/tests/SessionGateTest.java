package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.models.ChatMessage;
import dev.lockstep.models.ChatOptions;
import dev.lockstep.models.ChatTemplate;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.tests.RecordingGate.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a session does, its gate was asked before and is told afterwards. */
class SessionGateTest {
    private static final Sampling SHORT = Sampling.greedy().maxTokens(3);
    private static final SessionOptions CONTEXT = SessionOptions.defaults().withContext(64);

    private final RecordingGate gate = RecordingGate.refusingAt();
    private Model model;

    @TempDir
    private Path folder;

    @BeforeEach
    void load() {
        model = Models.load(Models.demoFile(), Models.demoTrust(), LoadOptions.defaults().withGate(gate));
        gate.forget();
    }

    @AfterEach
    void close() {
        model.close();
    }

    private Session refusing(Point point) {
        return model.newSession(CONTEXT.withGate(RecordingGate.refusingAt(point)));
    }

    @Test
    void aSessionIsRecordedFromItsOpeningToItsEnd() {
        Session session = model.newSession(CONTEXT);
        session.generate("Once upon a time", SHORT, token -> { });
        session.close();
        session.close();
        assertThat(gate.points()).containsExactly(Point.SESSION_OPENING, Point.GENERATING, Point.GENERATED, Point.SESSION_CLOSED);
        assertThat(gate.details(Point.SESSION_OPENING)).containsExactly("64");
        assertThat(gate.details(Point.SESSION_CLOSED)).containsExactly(Long.toString(session.zeroing().bytes()));
    }

    @Test
    void whatMayBeGeneratedIsNoMoreThanThereIsRoomFor() {
        try (Session session = model.newSession(CONTEXT)) {
            int read = session.generate("Once upon a time", Sampling.greedy().maxTokens(2), token -> { }).promptTokens();
            assertThat(gate.details(Point.GENERATING)).containsExactly(read + " 2");
            assertThat(gate.details(Point.GENERATED)).containsExactly(read + " 2 length");
            gate.forget();
            int position = session.position();
            int more = session.generate(" there", Sampling.greedy().maxTokens(1000), token -> { }).promptTokens();
            assertThat(gate.details(Point.GENERATING)).containsExactly(more + " " + (64 - position - more));
        }
    }

    @Test
    void aRefusedSessionTakesNoMemory() {
        long held = MemoryBudget.held();
        assertThatThrownBy(() -> refusing(Point.SESSION_OPENING)).isInstanceOf(RefusedException.class);
        assertThat(MemoryBudget.held()).isEqualTo(held);
    }

    @Test
    void aRefusedCallLeavesTheSessionAsItWas() {
        try (Session session = refusing(Point.GENERATING)) {
            List<ChatMessage> question = List.of(ChatMessage.user("hello"));
            assertThatThrownBy(() -> session.generate("Once", SHORT, token -> { })).isInstanceOf(RefusedException.class);
            assertThatThrownBy(() -> session.chat(question, ChatTemplate.plain(), ChatOptions.defaults(), SHORT, token -> { }))
                    .isInstanceOf(RefusedException.class);
            assertThatThrownBy(() -> session.score(new int[] {1, 2}, (_, _) -> { })).isInstanceOf(RefusedException.class);
            assertThat(session.position()).isZero();
        }
    }

    @Test
    void everyWayToComputeIsAskedAboutAndRecorded() {
        try (Session session = model.newSession(CONTEXT)) {
            session.score(new int[] {1, 2, 3}, (_, _) -> { });
            session.decode(4);
            assertThat(gate.details(Point.GENERATING)).containsExactly("3 0", "0 4");
            assertThat(gate.details(Point.GENERATED)).containsExactly("3 0 length", "0 4 length");
            gate.forget();
            session.reset();
            var question = List.of(ChatMessage.user("hello"));
            var first = session.chat(question, ChatTemplate.plain(), ChatOptions.defaults(), SHORT, token -> { });
            session.chat(question, ChatTemplate.plain(), ChatOptions.defaults(), SHORT, token -> { });
            assertThat(gate.details(Point.GENERATING)).as("what the session holds already is not read again")
                    .containsExactly(first.promptTokens() + " 3", "1 3");
        }
    }

    @Test
    void whatFailsOrIsCancelledIsRecordedWithWhatWasDone() {
        try (Session session = model.newSession(CONTEXT)) {
            assertThatThrownBy(() -> session.generate("Once", SHORT, token -> {
                throw new IllegalStateException("the listener is gone");
            })).hasMessage("the listener is gone");
            int read = session.generate("Once", SHORT, token -> session.cancel()).promptTokens();
            assertThat(gate.details(Point.GENERATED)).containsExactly(read + " 1 failed", read + " 1 cancelled");
            gate.forget();
            assertThatThrownBy(() -> session.score(new int[200], (_, _) -> { })).as("does not fit").isInstanceOf(RuntimeException.class);
            assertThat(gate.calls()).as("what was wrong with the call is no matter of the gate").isEmpty();
        }
    }

    @Test
    void whatMayNotGoOnIsWipedAndRecordedAsRefused() {
        try (Session session = model.newSession(SessionOptions.defaults().withContext(400))) {
            assertThatThrownBy(() -> session.generate("Once", Sampling.greedy().maxTokens(100), token -> gate.stop())).isInstanceOf(RefusedException.class);
            assertThat(session.position()).isZero();
            assertThat(gate.details(Point.GENERATED)).singleElement().asString().endsWith(" 1 refused");
            gate.forget();
            assertThatThrownBy(() -> session.score(new int[300], (_, _) -> { })).isInstanceOf(RefusedException.class);
            assertThat(session.position()).isZero();
            assertThat(gate.details(Point.GENERATED)).containsExactly("0 0 refused");
        }
    }

    @Test
    void scoringThatIsCancelledIsRecorded() {
        try (Session session = model.newSession(SessionOptions.defaults().withContext(400))) {
            assertThatThrownBy(() -> session.score(new int[300], (position, _) -> session.cancel())).isInstanceOf(CancellationException.class);
            assertThat(gate.details(Point.GENERATED)).containsExactly("0 0 cancelled");
        }
    }

    @Test
    void whatCannotBeRecordedIsWiped() {
        try (Session session = refusing(Point.GENERATED)) {
            assertThatThrownBy(() -> session.generate("Once", SHORT, token -> { })).isInstanceOf(RefusedException.class);
            assertThat(session.position()).isZero();
        }
    }

    @Test
    void aSessionThatMayNotBeSavedWritesNoFile() {
        Path file = folder.resolve("session.age");
        try (Session session = refusing(Point.SAVING); var owner = X25519Identity.generate()) {
            session.generate("Once", SHORT, token -> { });
            assertThatThrownBy(() -> session.save(file, owner)).isInstanceOf(RefusedException.class);
            assertThat(file).doesNotExist();
            assertThat(session.position()).isPositive();
        }
    }

    @Test
    void aSavedSessionIsAskedAboutBeforeItsFileIsRead() throws IOException {
        Path file = folder.resolve("session.age");
        var refusing = SessionOptions.defaults().withGate(RecordingGate.refusingAt(Point.SESSION_OPENING));
        try (var owner = X25519Identity.generate()) {
            assertThatThrownBy(() -> model.openSession(file, List.of(owner), refusing)).isInstanceOf(RefusedException.class);
            try (Session session = model.newSession(CONTEXT)) {
                session.generate("Once", SHORT, token -> { });
                session.save(file, owner);
            }
            gate.forget();
            model.openSession(file, List.of(owner)).close();
            assertThat(gate.points()).containsExactly(Point.SESSION_OPENING, Point.SESSION_CLOSED);
        }
    }

    @Test
    void aSavedSessionThatCannotBeReadIsClosed() {
        try (var owner = X25519Identity.generate()) {
            assertThatThrownBy(() -> model.openSession(folder.resolve("none.age"), List.of(owner))).isInstanceOf(IOException.class);
        }
        assertThat(gate.points()).containsExactly(Point.SESSION_OPENING, Point.SESSION_CLOSED);
    }

    @Test
    void aSessionWithAGateOfItsOwnDoesNotAskTheModels() {
        RecordingGate own = RecordingGate.refusingAt();
        try (Session session = model.newSession(CONTEXT.withGate(own))) {
            session.generate("Once", SHORT, token -> { });
        }
        assertThat(own.points()).containsExactly(Point.SESSION_OPENING, Point.GENERATING, Point.GENERATED, Point.SESSION_CLOSED);
        assertThat(gate.calls()).isEmpty();
    }

    @Test
    void closingTheModelClosesItsSessionsForTheGateToo() {
        model.newSession(CONTEXT);
        model.close();
        assertThat(gate.points()).containsExactly(Point.SESSION_OPENING, Point.SESSION_CLOSED, Point.CLOSED);
    }
}
