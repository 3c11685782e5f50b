package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.SignedNote;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed notes and the keys that verify them, also those of others. */
class VerifierKeyTest {
    private static final TestDevice DEVICE = TestDevice.named("device.example/1");

    /** The example in the documentation of Go's package golang.org/x/mod/sumdb/note. */
    private static final String GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private static final String GO_NOTE = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
            """;

    private static SignedNote note(String text) {
        return SignedNote.parse(text, "note", AuditException::new);
    }

    private static Checkpoint checkpoint(String text) {
        return Checkpoint.parse(text, "checkpoint", AuditException::new);
    }

    private static SignedNote signed(String text) {
        return SignedNote.of(text, DEVICE.name(), VerifierKey.of(DEVICE).id(), DEVICE.sign(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aNoteOfAnotherProgramVerifies() {
        VerifierKey key = VerifierKey.parse(GO_KEY, "key");
        assertThat(key.name()).isEqualTo("PeterNeumann");
        assertThat(key.text()).isEqualTo(GO_KEY);
        assertThat(key.hasSigned(note(GO_NOTE))).isTrue();
        assertThat(key.hasSigned(note(GO_NOTE.replace("think", "thank")))).isFalse();
        assertThat(VerifierKey.of(DEVICE).hasSigned(note(GO_NOTE))).isFalse();
    }

    /** The example of C2SP tlog-checkpoint. */
    @Test
    void aCheckpointOfAnotherLogIsRead() {
        Checkpoint read = checkpoint("""
                example.com/behind-the-sofa
                20852163
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
                """);
        assertThat(read.origin()).isEqualTo("example.com/behind-the-sofa");
        assertThat(read.size()).isEqualTo(20852163);
    }

    @Test
    void signaturesOfWitnessesAreLetBe() {
        String text = Checkpoint.text(DEVICE.name(), 0, new byte[32]);
        String witnessed = signed(text).toString() + "— witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
                + "\n— " + DEVICE.name() + " AAAAAAAA\n";
        assertThat(VerifierKey.of(DEVICE).hasSigned(note(witnessed))).isTrue();
        assertThat(note(witnessed).toString()).isEqualTo(witnessed);
    }

    @Test
    void aSecondSignatureOfTheKeyThatIsNoneSpoilsTheNote() {
        SignedNote good = signed("text\n");
        SignedNote other = signed("other\n");
        assertThat(VerifierKey.of(DEVICE).hasSigned(note(good.toString() + other.signatures().getFirst() + '\n'))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text\n", "text\n\n", "text\n\n— a b", "text\n\nsignature\n", "te\u0007xt\n\n— a b\n", "text\r\n\n— a b\n"})
    void whatIsNoNoteIsRefused(String text) {
        assertThatThrownBy(() -> note(text)).isInstanceOf(AuditException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"o\n1\n", "o\n01\n%s\n", "o\n-1\n%s\n", "o\n9223372036854775808\n%s\n", "o\n1\nAAAA\n", "o\n1\n%s=\n", "\n1\n%s\n", "o\n1\n\n%s\n"})
    void whatIsNoCheckpointIsRefused(String text) {
        String root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        assertThatThrownBy(() -> checkpoint(text.replace("%s", root) + "\n— a b\n")).isInstanceOf(AuditException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a+b", "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"})
    void whatIsNoVerifierKeyIsRefused(String text) {
        assertThatThrownBy(() -> VerifierKey.parse(text, "key")).isInstanceOf(AuditException.class);
    }
}
