package com.example.storyteller;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Tells the same story twice, once from a string and once from a prompt in secure memory, and says what was wiped
 * afterwards. One fact per line on standard output, {@code name=value}, line breaks escaped.
 */
public final class Storyteller {
    private static final String PROMPT = "Once upon a time";
    private static final Sampling SAMPLING = Sampling.greedy().maxTokens(40);
    private static final int REFUSED = 3;

    private Storyteller() {
    }

    /** @param args the model's file and the PEM file of the public key that must have signed it */
    public static void main(String[] args) throws IOException {
        try {
            tell(Path.of(args[0]), Path.of(args[1]));
        } catch (ModelSignatureException e) {
            System.err.println("refused: " + e.reason());
            System.exit(REFUSED);
        }
    }

    private static void tell(Path file, Path key) throws IOException {
        Model model = Lockstep.load(file, TrustPolicy.of(SigningKeys.readPublicKey(key)));
        try (model) {
            say("provider", KernelSelection.current().provider());
            say("threads", model.threads());
            Session session = model.newSession();
            try (session) {
                tellFromString(session);
                session.reset();
                tellFromSecureMemory(session);
            }
            say("sessionBytesZeroed", session.zeroing().bytes());
        }
        say("weightBytesZeroed", model.zeroing().bytes());
    }

    private static void tellFromString(Session session) {
        var story = new StringBuilder();
        Generation generation = session.generate(PROMPT, SAMPLING, token -> story.append(token.text()));
        say("story", story);
        say("tokens", generation.generatedTokens());
        say("finish", generation.finish());
    }

    private static void tellFromSecureMemory(Session session) {
        var story = new StringBuilder();
        try (var memory = SecureArena.open("the storyteller's prompt")) {
            byte[] utf8 = PROMPT.getBytes(StandardCharsets.UTF_8);
            MemorySegment prompt = memory.allocate(utf8.length);
            MemorySegment.copy(utf8, 0, prompt, ValueLayout.JAVA_BYTE, 0, utf8.length);
            session.generate(prompt, SAMPLING, token -> story.append(token.text()));
        }
        say("storyFromSecureMemory", story);
    }

    private static void say(String name, Object value) {
        System.out.println(name + "=" + value.toString().replace("\n", "\\n"));
    }
}
