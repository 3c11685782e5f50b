package com.example.helpdesk;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A server-like application: one model, several callers at a time on virtual threads, one of whom hangs up. One fact
 * per line on standard output, {@code name=value}, line breaks escaped.
 */
public final class Helpdesk {
    private static final String PROMPT = "Once upon a time";
    private static final Sampling SAMPLING = Sampling.greedy().maxTokens(40);
    private static final int REFUSED = 3;
    private static final long PATIENCE_SECONDS = 60;

    private final Model model;
    private final ExecutorService callers;

    private Helpdesk(Model model, ExecutorService callers) {
        this.model = model;
        this.callers = callers;
    }

    /** @param args the model's file and the PEM file of the public key that must have signed it */
    public static void main(String[] args) throws Exception {
        try {
            serve(Path.of(args[0]), Path.of(args[1]));
        } catch (ModelSignatureException e) {
            System.err.println("refused: " + e.reason());
            System.exit(REFUSED);
        }
    }

    private static void serve(Path file, Path key) throws IOException, InterruptedException, ExecutionException {
        Model model = Lockstep.load(file, TrustPolicy.of(SigningKeys.readPublicKey(key)));
        try (model; var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            say("provider", KernelSelection.current().provider());
            var helpdesk = new Helpdesk(model, callers);
            helpdesk.serveOne();
            helpdesk.serveTwoAtATime();
            helpdesk.serveOneWhoHangsUp();
        }
        say("weightBytesZeroed", model.zeroing().bytes());
    }

    private void serveOne() {
        try (Session session = model.newSession(); Arena memory = Arena.ofConfined()) {
            var answer = new StringBuilder();
            MemorySegment withTerminator = memory.allocateFrom(PROMPT, StandardCharsets.UTF_8);
            MemorySegment prompt = withTerminator.asSlice(0, withTerminator.byteSize() - 1);
            session.generate(prompt, SAMPLING, token -> answer.append(token.text()));
            say("answer", answer);
        }
    }

    /** Each caller waits inside of the first token until the other has come as far: both are being answered then. */
    private void serveTwoAtATime() throws InterruptedException, ExecutionException {
        var bothAnswering = new CyclicBarrier(2);
        Future<String> one = callers.submit(() -> answer(bothAnswering));
        Future<String> other = callers.submit(() -> answer(bothAnswering));
        say("answerToOne", one.get());
        say("answerToOther", other.get());
    }

    private String answer(CyclicBarrier bothAnswering) {
        try (Session session = model.newSession()) {
            var answer = new StringBuilder();
            session.generate(PROMPT, SAMPLING, token -> {
                if (answer.isEmpty()) {
                    meet(bothAnswering);
                }
                answer.append(token.text());
            });
            return answer.toString();
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the other caller is not served at the same time", e);
        }
    }

    /** Cancels from another thread, while the listener holds the generation at its third token. */
    private void serveOneWhoHangsUp() throws InterruptedException, ExecutionException {
        try (Session session = model.newSession()) {
            var atThirdToken = new CountDownLatch(3);
            var hungUp = new CountDownLatch(1);
            Future<Generation> call = callers.submit(() -> session.generate(PROMPT, SAMPLING, _ -> {
                atThirdToken.countDown();
                if (atThirdToken.getCount() == 0) {
                    await(hungUp);
                }
            }));
            await(atThirdToken);
            session.cancel();
            hungUp.countDown();
            say("finish", call.get().finish());
            say("tokensBeforeHangingUp", call.get().generatedTokens());
            say("positionAfterHangingUp", session.position());
            var answer = new StringBuilder();
            session.generate(PROMPT, SAMPLING, token -> answer.append(token.text()));
            say("answerAfterHangingUp", answer);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nothing happened for " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void say(String name, Object value) {
        System.out.println(name + "=" + value.toString().replace("\n", "\\n"));
    }
}
