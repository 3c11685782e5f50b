package dev.lockstep.tests;

import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.EmbeddingOptions;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Short ways to load models in tests. */
final class Models {
    private Models() {
    }

    static Path demoFolder() {
        return SharedData.projectRoot().resolve("models/checkpoints");
    }

    static Path demoFile() {
        return demoFolder().resolve("andersen-5m-q8_0.gguf");
    }

    static TrustPolicy demoTrust() {
        return TrustPolicy.of(SigningKeys.readPublicKey(demoFolder().resolve("demo-key.pub.pem")));
    }

    /** The demo model and what belongs to it, in another folder. */
    static Path copyOfDemo(Path folder) throws IOException {
        try (var files = Files.list(demoFolder())) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return folder.resolve(demoFile().getFileName());
    }

    /** The demo model, encrypted only, beside its signature; and the identity it is encrypted for. */
    static Path encryptedDemo(Path folder, Path identityFile) throws IOException {
        Path plain = copyOfDemo(folder);
        Path encrypted = plain.resolveSibling(plain.getFileName() + ".age");
        try (var identity = X25519Identity.generate()) {
            AgeIdentityFile.write(identityFile, identity);
            AgeFiles.encrypt(plain, encrypted, List.of(identity.recipient()), _ -> { });
        }
        Files.delete(plain);
        return encrypted;
    }

    static Model demo() {
        return load(demoFile(), demoTrust(), LoadOptions.defaults());
    }

    static Model unsigned(Path file, int threads) {
        return load(file, TrustPolicy.allowUnsigned(), LoadOptions.defaults().withThreads(threads));
    }

    static Model load(Path file, TrustPolicy trust, LoadOptions options) {
        try {
            return Lockstep.load(file, trust, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The vector of tokens. */
    static float[] embedding(Embedder embedder, int[] ids, EmbeddingOptions options) {
        try (var memory = SecureArena.open("tokens")) {
            MemorySegment tokens = memory.allocate((long) ids.length * Integer.BYTES);
            MemorySegment.copy(ids, 0, tokens, ValueLayout.JAVA_INT, 0, ids.length);
            MemorySegment vector = memory.allocate((long) embedder.dimension() * Float.BYTES);
            embedder.embedTokens(tokens, options, vector);
            return vector.toArray(LittleEndian.FLOAT);
        }
    }

    /** Logits of all positions: shape (tokens, vocabulary). */
    static float[] logits(Session session, int[] tokens) {
        List<float[]> rows = new ArrayList<>();
        session.score(tokens, (_, logits) -> rows.add(logits.toArray(LittleEndian.FLOAT)));
        float[] all = new float[rows.size() * rows.getFirst().length];
        for (int row = 0; row < rows.size(); row++) {
            System.arraycopy(rows.get(row), 0, all, row * rows.get(row).length, rows.get(row).length);
        }
        return all;
    }

    /** The most probable continuation, token by token. */
    static int[] greedy(Session session, int[] tokens, int count) {
        int[] generated = new int[count];
        int[] next = tokens;
        for (int i = 0; i < count; i++) {
            float[] logits = logits(session, next);
            int vocabulary = logits.length / next.length;
            generated[i] = argmax(logits, logits.length - vocabulary, vocabulary);
            next = new int[] {generated[i]};
        }
        return generated;
    }

    private static int argmax(float[] values, int from, int count) {
        int best = from;
        for (int i = from; i < from + count; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best - from;
    }

    /** The ids of the most probable tokens after the begin of a text, as a generation tells them; 0 where it ended early. */
    static int[] greedyStory(Session session, int tokens) {
        int[] ids = new int[tokens];
        int[] count = {0};
        session.generate("", Sampling.greedy().maxTokens(tokens), token -> {
            if (token.id() >= 0) {
                ids[count[0]++] = token.id();
            }
        });
        return ids;
    }

    static String generate(Session session, String prompt, Sampling sampling) {
        var text = new StringBuilder();
        session.generate(prompt, sampling, token -> text.append(token.text()));
        return text.toString();
    }
}
