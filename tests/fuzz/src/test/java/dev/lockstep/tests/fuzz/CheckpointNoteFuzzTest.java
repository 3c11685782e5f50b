package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.guard.audit.AuditException;
import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/** Any bytes as a signed checkpoint, with a verifier key before its first line feed. What is read has one form. */
class CheckpointNoteFuzzTest {
    @FuzzTest
    void readsOrRefuses(byte[] keyAndNote) throws Exception {
        check(keyAndNote);
    }

    /** True if the bytes are a key and a checkpoint. */
    static boolean check(byte[] keyAndNote) throws Exception {
        String text = new String(keyAndNote, StandardCharsets.UTF_8);
        int split = Math.max(0, text.indexOf('\n'));
        // one after the other: a fault in the first must not hide the second
        boolean[] isRead = {reads(() -> readKey(text.substring(0, split)), split),
            reads(() -> readCheckpoint(text.substring(Math.min(text.length(), split + 1))), keyAndNote.length)};
        return isRead[0] && isRead[1];
    }

    private static boolean reads(Parsing.Call call, long bytes) throws Exception {
        return Parsing.accepts(bytes, Set.of(AuditException.class), call);
    }

    private static void readKey(String text) {
        VerifierKey key = VerifierKey.parse(text, "fuzz.vkey");
        assertThat(key.text()).isEqualTo(text);
    }

    private static void readCheckpoint(String text) {
        Checkpoint checkpoint = Checkpoint.parse(text, "fuzz", AuditException::new);
        assertThat(checkpoint.note().toString()).isEqualTo(text);
        assertThat(checkpoint.note().text()).startsWith(Checkpoint.text(checkpoint.origin(), checkpoint.size(), checkpoint.root()));
        assertThat(checkpoint.note().isSignedBy(checkpoint.origin(), new byte[4], Arrays::equals)).isFalse();
    }
}
