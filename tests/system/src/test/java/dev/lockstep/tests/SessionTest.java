package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.kernel.KvType;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Generation.Finish;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.models.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The public API on the demo model: needs no shared data. */
class SessionTest {
    private static final String PROMPT = "Once upon a time";
    private static final Sampling GREEDY = Sampling.greedy().maxTokens(24);

    private static Model model;

    @BeforeAll
    static void load() {
        model = Models.demo();
    }

    @AfterAll
    static void close() {
        model.close();
        assertThat(model.zeroing().bytes()).isPositive();
    }

    @Test
    void twoCallsContinueOneText() {
        try (Session once = model.newSession(); Session twice = model.newSession()) {
            String whole = Models.generate(once, PROMPT, GREEDY.maxTokens(20));
            String first = Models.generate(twice, PROMPT, GREEDY.maxTokens(8));
            String second = Models.generate(twice, "", GREEDY.maxTokens(12));
            assertThat(first + second).isEqualTo(whole);
            assertThat(twice.position()).isEqualTo(once.position());
        }
    }

    @Test
    void aLongPromptReadInBatchesGivesTheSameText() {
        String longPrompt = "The little mermaid swam to the shore and sang. ".repeat(20);
        int[] tokens = new int[300];
        Arrays.setAll(tokens, i -> 300 + i * 7 % 1500);
        try (Session atOnce = model.newSession(); Session oneByOne = model.newSession()) {
            assertThat(longPrompt.length()).isGreaterThan(900);
            atOnce.score(tokens, (_, _) -> { });
            for (int token : tokens) {
                oneByOne.score(new int[] {token}, (_, _) -> { });
            }
            assertThat(Models.generate(atOnce, longPrompt, GREEDY)).isEqualTo(Models.generate(oneByOne, longPrompt, GREEDY));
        }
    }

    @Test
    void everyKindOfCacheTellsAStory() {
        for (KvType type : KvType.values()) {
            var options = SessionOptions.defaults().withKvCache(type).withContext(100);
            try (Session session = model.newSession(options); Session again = model.newSession(options)) {
                assertThat(session.context()).isEqualTo(100);
                String text = Models.generate(session, PROMPT, GREEDY);
                assertThat(text).isNotBlank();
                again.score(new int[] {1, 2, 3}, (_, _) -> { });
                again.reset();
                assertThat(Models.generate(again, PROMPT, GREEDY)).as("after a reset, %s", type).isEqualTo(text);
            }
        }
    }

    @Test
    void sessionsDoNotDisturbEachOther() throws InterruptedException {
        String expected;
        try (Session alone = model.newSession()) {
            expected = Models.generate(alone, PROMPT, GREEDY);
        }
        List<Thread> threads = new ArrayList<>();
        var right = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try (Session session = model.newSession()) {
                    for (int round = 0; round < 3; round++) {
                        String text = Models.generate(session, PROMPT, GREEDY);
                        if (text.equals(expected)) {
                            right.incrementAndGet();
                        }
                        session.reset();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(right).hasValue(3 * 3);
    }

    @Test
    void cancellingEndsTheGenerationAndEmptiesTheSession() {
        try (Session session = model.newSession()) {
            var tokens = new AtomicInteger();
            Generation generation = session.generate(PROMPT, GREEDY.maxTokens(500), token -> {
                if (tokens.incrementAndGet() == 5) {
                    session.cancel();
                }
            });
            assertThat(generation.finish()).isEqualTo(Finish.CANCELLED);
            assertThat(generation.generatedTokens()).isEqualTo(5);
            assertThat(session.position()).isZero();
            assertThat(Models.generate(session, PROMPT, GREEDY)).isNotEmpty();
        }
    }

    @Test
    void cancellingAScoreEndsItAndEmptiesTheSession() {
        try (Session session = model.newSession()) {
            assertThatThrownBy(() -> session.score(new int[200], (_, _) -> session.cancel()))
                    .isInstanceOf(CancellationException.class);
            assertThat(session.position()).isZero();
        }
    }

    @Test
    void aFailingListenerEmptiesTheSessionAndReachesTheCaller() {
        try (Session session = model.newSession()) {
            assertThatThrownBy(() -> session.generate(PROMPT, GREEDY, token -> {
                throw new UnsupportedOperationException("listener");
            })).isInstanceOf(UnsupportedOperationException.class);
            assertThat(session.position()).isZero();
            assertThat(Models.generate(session, PROMPT, GREEDY)).isNotEmpty();
        }
    }

    @Test
    void closingWhileGeneratingEndsItAndWaits() throws InterruptedException {
        Session session = model.newSession();
        var started = new CountDownLatch(1);
        var outcome = new AtomicReference<Generation>();
        Thread generating = Thread.ofPlatform().start(() ->
                outcome.set(session.generate(PROMPT, GREEDY.maxTokens(900), token -> started.countDown())));
        started.await();
        session.close();
        generating.join();
        assertThat(outcome.get().finish()).isEqualTo(Finish.CANCELLED);
        assertThat(session.zeroing().bytes()).isPositive();
        assertThatIllegalStateException().isThrownBy(() -> session.generate(PROMPT, GREEDY, token -> { }));
    }

    @Test
    void closingAModelClosesItsSessions() {
        Model own = Models.demo();
        Session session = own.newSession();
        Models.generate(session, PROMPT, GREEDY);
        own.close();
        own.close();
        assertThat(session.zeroing().bytes()).isPositive();
        assertThat(own.zeroing().bytes()).isPositive();
        assertThatIllegalStateException().isThrownBy(own::newSession);
        assertThatIllegalStateException().isThrownBy(() -> session.generate(PROMPT, GREEDY, token -> { }));
    }

    @Test
    void aSecondCallerIsTurnedAway() {
        try (Session session = model.newSession()) {
            session.generate(PROMPT, GREEDY.maxTokens(1), token -> assertThatIllegalStateException()
                    .isThrownBy(() -> session.generate(PROMPT, GREEDY, t -> { })));
        }
    }

    @Test
    void theContextIsALimitNotACliff() {
        try (Session session = model.newSession(16)) {
            assertThatThrownBy(() -> session.generate(PROMPT.repeat(20), GREEDY, token -> { }))
                    .isInstanceOf(ContextLengthException.class).hasMessageContaining("context of 16");
            Generation generation = session.generate(PROMPT, GREEDY.maxTokens(100), token -> { });
            assertThat(generation.finish()).isEqualTo(Finish.CONTEXT_FULL);
            assertThat(session.position()).isEqualTo(16);
        }
    }

    @Test
    void stopTextsEndTheTextBeforeThem() {
        try (Session whole = model.newSession(); Session cut = model.newSession()) {
            String text = Models.generate(whole, PROMPT, GREEDY.maxTokens(60));
            String stop = text.substring(30, 36);
            var shorter = new StringBuilder();
            Generation generation = cut.generate(PROMPT, GREEDY.maxTokens(60).stop(stop, "never seen"),
                    token -> shorter.append(token.text()));
            assertThat(shorter.toString()).isEqualTo(text.substring(0, text.indexOf(stop)));
            assertThat(generation.finish()).isEqualTo(Finish.STOP_TEXT);
        }
    }

    @Test
    void aStopTextThatNeverComesHoldsNothingBackInTheEnd() {
        try (Session plain = model.newSession(); Session waiting = model.newSession()) {
            String text = Models.generate(plain, PROMPT, GREEDY);
            String last = text.substring(text.length() - 2);
            assertThat(Models.generate(waiting, PROMPT, GREEDY.stop(last + "\u0001"))).isEqualTo(text);
        }
    }

    @Test
    void tokensNeverShowTheirTextInToString() {
        try (Session session = model.newSession()) {
            List<Token> tokens = new ArrayList<>();
            session.generate(PROMPT, GREEDY.maxTokens(3), token -> {
                assertThat(token.toString()).doesNotContain(token.text().isBlank() ? "\u0000" : token.text());
                tokens.add(token);
            });
            assertThatIllegalStateException().isThrownBy(() -> tokens.getFirst().text());
        }
    }

    @Test
    void nonsenseIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> model.newSession(0)).withMessageContaining("context=0");
        assertThatIllegalArgumentException().isThrownBy(() -> model.newSession(SessionOptions.defaults().withContext(1 << 24)))
                .withMessageContaining("context=16777216");
        assertThatIllegalArgumentException().isThrownBy(() -> Sampling.greedy().topP(0)).withMessageContaining("topP=0");
        try (Session session = model.newSession()) {
            assertThatIllegalArgumentException().isThrownBy(() -> session.score(new int[] {1, 1 << 20}, (p, l) -> { }))
                    .withMessageContaining("tokenIds[1]");
            assertThatIllegalArgumentException().isThrownBy(() -> session.generate("\uD800", GREEDY, t -> { }))
                    .withMessageContaining("surrogate");
        }
    }
}
