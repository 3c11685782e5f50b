package dev.lockstep.tests;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.models.Generation;
import dev.lockstep.models.InferenceException;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.Hardening;
import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The program whose memory is searched: it uses a model and stops at certain points until it is told to go on. What it says
 * about its secrets is masked, so that the saying does not put them into its memory.
 *
 * <p>Output, one per line: {@code secret NAME HEX}, {@code rows N}, {@code at POINT}. Input: one line to go on.
 */
final class HygieneScenario {
    /** What every byte of a reported secret is combined with. */
    static final int MASK = 0x5C;

    private static final int PROMPT_BYTES = 96;
    private static final int REPORTED_BYTES = Secrets.PATTERN_BYTES;
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    /** Less than the vectors of the demo model take. */
    private static final long SPARE_BYTES = 24 << 10;
    private static final Sampling SAMPLING = Sampling.greedy().maxTokens(40);

    private HygieneScenario() {
    }

    /** Arguments: scenario, model file, public key, and what the scenario wants besides. */
    public static void main(String[] args) throws IOException {
        Path model = Path.of(args[1]);
        TrustPolicy trust = TrustPolicy.of(SigningKeys.readPublicKey(Path.of(args[2])));
        System.out.println("rows " + KernelSelection.kernels().panelRows());
        switch (args[0]) {
            case "generate" -> generate(model, trust);
            case "generate-hardened" -> {
                Hardening.enable(Set.of());
                generate(model, trust);
            }
            case "cancel" -> cancel(model, trust);
            case "timeout" -> timeout(model, trust);
            case "close-while-generating" -> closeWhileGenerating(model, trust);
            case "kernel-failure" -> kernelFailure(model, TrustPolicy.allowUnsigned());
            case "out-of-memory" -> outOfMemory(model, trust);
            case "save-and-open" -> saveAndOpen(model, trust, Path.of(args[3]), Path.of(args[4]));
            case "encrypted" -> encrypted(model, trust, Path.of(args[3]));
            case "failed-load" -> failedLoad(model, trust);
            case "malformed-load" -> failedLoad(model, TrustPolicy.allowUnsigned());
            case "failing-listener" -> failingListener(model, trust);
            case "process-end" -> processEnd(model, trust);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void generate(Path file, TrustPolicy trust) throws IOException {
        Model model = Lockstep.load(file, trust);
        Session session = model.newSession();
        SecureArena caller = SecureArena.open("caller");
        MemorySegment prompt = secretPrompt(model, caller);
        MemorySegment output = caller.allocate(4096);
        long[] written = {0};
        session.generate(prompt, SAMPLING, token -> {
            MemorySegment.copy(token.utf8(), 0, output, written[0], token.utf8().byteSize());
            written[0] += token.utf8().byteSize();
        });
        report("output", output, REPORTED_BYTES);
        session.score(new int[] {1, 2, 3}, (position, logits) -> reportAt("logits", logits, position, session.position()));
        stop("in-use");
        session.close();
        caller.close();
        stop("session-closed");
        model.close();
        stop("model-closed");
        session.close();
        model.close();
        stop("closed-twice");
    }

    private static void timeout(Path file, TrustPolicy trust) throws IOException {
        try (Model model = Lockstep.load(file, trust); Session session = model.newSession()) {
            try (SecureArena caller = SecureArena.open("caller")) {
                MemorySegment prompt = secretPrompt(model, caller);
                int[] count = {0};
                Generation generation = session.generate(prompt, SAMPLING.maxTokens(500).timeout(TIMEOUT), token -> {
                    if (++count[0] == 10) {
                        stop("in-use");
                        sleep(TIMEOUT);
                    }
                });
                System.out.println("finish " + generation.finish());
            }
            stop("timed-out");
        }
    }

    private static void closeWhileGenerating(Path file, TrustPolicy trust) throws IOException {
        Model model = Lockstep.load(file, trust);
        Session session = model.newSession();
        var closer = Thread.ofPlatform().unstarted(model::close);
        try (SecureArena caller = SecureArena.open("caller")) {
            int[] count = {0};
            Generation generation = session.generate(secretPrompt(model, caller), SAMPLING.maxTokens(500), token -> {
                if (++count[0] == 10) {
                    stop("in-use");
                    closer.start();
                    while (closer.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                }
            });
            System.out.println("finish " + generation.finish());
        }
        join(closer);
        stop("closed");
    }

    /** A weight that is no number spoils everything behind it. */
    private static void kernelFailure(Path file, TrustPolicy trust) throws IOException {
        try (Model model = Lockstep.load(file, trust); Session session = model.newSession()) {
            try (SecureArena caller = SecureArena.open("caller")) {
                MemorySegment prompt = secretPrompt(model, caller);
                stop("in-use");
                session.generate(prompt, SAMPLING, token -> { });
            } catch (InferenceException e) {
                System.out.println("finish " + e.getClass().getSimpleName());
            }
            stop("failed");
        }
    }

    /** There is room for the copy, and for some of what is made of it. */
    private static void outOfMemory(Path file, TrustPolicy trust) throws IOException {
        MemoryBudget.limit(Files.size(file) + SPARE_BYTES);
        failedLoad(file, trust);
    }

    private static void encrypted(Path file, TrustPolicy trust, Path identityFile) throws IOException {
        List<AgeIdentity> identities = AgeIdentityFile.read(identityFile);
        Model model = Lockstep.load(file, trust, LoadOptions.defaults(), identities);
        stop("in-use");
        identities.forEach(AgeIdentity::close);
        model.close();
        stop("model-closed");
    }

    /** The logits are a part of what is saved. */
    private static void saveAndOpen(Path file, TrustPolicy trust, Path identityFile, Path saved) throws IOException {
        Model model = Lockstep.load(file, trust);
        List<AgeIdentity> owner = AgeIdentityFile.read(identityFile);
        try (Session session = model.newSession()) {
            session.score(new int[] {1, 2, 3}, (position, logits) -> reportAt("logits", logits, position, session.position()));
            stop("in-use");
            session.save(saved, owner.getFirst());
        }
        stop("saved");
        Session opened = model.openSession(saved, owner);
        stop("opened");
        owner.forEach(AgeIdentity::close);
        opened.close();
        model.close();
        stop("model-closed");
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void cancel(Path file, TrustPolicy trust) throws IOException {
        Model model = Lockstep.load(file, trust);
        Session session = model.newSession();
        SecureArena caller = SecureArena.open("caller");
        MemorySegment prompt = secretPrompt(model, caller);
        int[] count = {0};
        Generation generation = session.generate(prompt, SAMPLING.maxTokens(500), token -> {
            if (++count[0] == 10) {
                stop("in-use");
                session.cancel();
            }
        });
        caller.close();
        System.out.println("finish " + generation.finish());
        stop("cancelled");
        session.close();
        model.close();
        stop("model-closed");
    }

    private static void failingListener(Path file, TrustPolicy trust) throws IOException {
        try (Model model = Lockstep.load(file, trust); Session session = model.newSession()) {
            try (SecureArena caller = SecureArena.open("caller")) {
                MemorySegment prompt = secretPrompt(model, caller);
                session.generate(prompt, SAMPLING, token -> {
                    stop("in-use");
                    throw new UnsupportedOperationException("listener");
                });
            } catch (UnsupportedOperationException e) {
                System.out.println("finish " + e.getMessage());
            }
            stop("failed");
        }
    }

    /** What the command line does when it is told to end in the middle of a generation. */
    private static void processEnd(Path file, TrustPolicy trust) throws IOException {
        Model model = Lockstep.load(file, trust);
        SecureArena caller = SecureArena.open("caller");
        MemorySegment prompt = secretPrompt(model, caller);
        model.newSession().generate(prompt, SAMPLING, token -> {
            stop("in-use");
            SecureArena.zeroAll();
            stop("wiped");
        });
    }

    private static void failedLoad(Path file, TrustPolicy trust) {
        try {
            Lockstep.load(file, trust).close();
            System.out.println("finish LOADED");
        } catch (RuntimeException | IOException e) {
            System.out.println("finish " + e.getClass().getSimpleName());
        }
        stop("refused");
    }

    /** Random letters, made in secure memory; its tokens are reported as well. */
    private static MemorySegment secretPrompt(Model model, SecureArena caller) {
        var random = new SecureRandom();
        MemorySegment prompt = caller.allocate(PROMPT_BYTES);
        for (int i = 0; i < PROMPT_BYTES; i++) {
            prompt.set(ValueLayout.JAVA_BYTE, i, (byte) ('a' + random.nextInt(26)));
        }
        report("prompt", prompt, REPORTED_BYTES);
        report("tokens", model.tokenizer().encode(prompt, true, caller), REPORTED_BYTES);
        return prompt;
    }

    private static void reportAt(String name, MemorySegment bytes, int position, int end) {
        if (position == end - 1) {
            report(name, bytes, Secrets.FLOAT_BYTES);
        }
    }

    private static void report(String name, MemorySegment secret, int count) {
        var line = new StringBuilder("secret " + name + " ");
        for (int i = 0; i < count; i++) {
            line.append(String.format("%02x", (secret.get(ValueLayout.JAVA_BYTE, i) ^ MASK) & 0xFF));
        }
        System.out.println(line);
    }

    private static void stop(String point) {
        System.out.println("at " + point);
        try {
            if (System.in.read() < 0) {
                throw new IllegalStateException("nobody is watching");
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
