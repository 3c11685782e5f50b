package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.MerkleTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proofs as those read them who have no more than the proof and the device's key. */
class ProofsTest {
    private static final TestDevice DEVICE = TestDevice.named("device.example/1");
    private static final int RECORDS = 11;

    @TempDir
    Path folder;

    @BeforeEach
    void writeLog() {
        try (var log = AuditLog.open(folder, DEVICE, AuditOptions.standard().withCheckpoints(4, Duration.ofDays(1)))) {
            for (int i = 0; i < RECORDS; i++) {
                log.record(AuditEvent.of(AuditEventType.SESSION_USE).with(AuditField.VALUE, i));
            }
        }
    }

    private static List<byte[]> hashes(String proof, int from) {
        return proof.substring(0, proof.indexOf("\n\n") + 1).lines().skip(from).map(Base64.getDecoder()::decode).toList();
    }

    private static Checkpoint checkpoint(String proof) {
        Checkpoint checkpoint = Checkpoint.parse(proof.substring(proof.indexOf("\n\n") + 2), "proof", AuditException::new);
        assertThat(VerifierKey.of(DEVICE).hasSigned(checkpoint.note())).isTrue();
        return checkpoint;
    }

    @Test
    void everyRecordIsProvenToBeInTheLog() {
        for (int seq = 0; seq < RECORDS; seq++) {
            String proof = AuditProofs.of(folder).inclusion(seq);
            List<String> lines = proof.lines().toList();
            assertThat(lines.get(0)).isEqualTo("c2sp.org/tlog-proof@v1");
            byte[] record = Base64.getDecoder().decode(lines.get(1).substring("extra ".length()));
            assertThat(AuditRecord.parse(record, "proof").fields()).containsEntry("value", (long) seq);
            assertThat(lines.get(2)).isEqualTo("index " + seq);
            assertThat(MerkleTree.root(MerkleTree.leafHash(record), seq, RECORDS, hashes(proof, 3))).contains(checkpoint(proof).root());
        }
    }

    @Test
    void everyCheckpointIsProvenToBeginWithTheOnesBefore() {
        long[] sizes = {0, 4, 8, RECORDS};
        for (long to : sizes) {
            for (long from : sizes) {
                if (from <= to) {
                    String proof = AuditProofs.of(folder).consistency(from, OptionalLong.of(to));
                    assertThat(proof).startsWith("old " + from + '\n');
                    byte[] oldRoot = checkpoint(AuditProofs.of(folder).consistency(from, OptionalLong.of(from))).root();
                    assertThat(checkpoint(proof).size()).isEqualTo(to);
                    assertThat(MerkleTree.isConsistent(from, oldRoot, to, checkpoint(proof).root(), hashes(proof, 1))).isTrue();
                }
            }
        }
        assertThat(checkpoint(AuditProofs.of(folder).consistency(5, OptionalLong.empty())).size()).isEqualTo(RECORDS);
    }

    @Test
    void whatNoCheckpointSpeaksOfIsNotProven() {
        AuditProofs proofs = AuditProofs.of(folder);
        assertThatThrownBy(() -> proofs.inclusion(RECORDS)).isInstanceOf(AuditException.class).hasMessageContaining("is none of them");
        assertThatThrownBy(() -> proofs.consistency(1, OptionalLong.of(5))).hasMessageContaining("holds no checkpoint of 5 records");
        assertThatThrownBy(() -> proofs.consistency(9, OptionalLong.of(8))).hasMessageContaining("none later than 9");
    }

    @Test
    void nothingIsProvenOfALogThatWasChanged() throws IOException {
        Path file = new LogFolder(folder).segment(0);
        Files.writeString(file, Files.readString(file).replace("\"value\":3}", "\"value\":9}"));
        assertThatThrownBy(() -> AuditProofs.of(folder).inclusion(0)).isInstanceOf(AuditException.class).hasMessageContaining("nothing can be proven");
    }

    @Test
    void theKeysBesideALogAreThoseItIsVerifiedWith() {
        assertThat(VerifierKey.besideLog(folder)).containsExactly(VerifierKey.of(DEVICE));
        assertThat(AuditVerifier.verify(folder, VerifierKey.besideLog(folder)).isIntact()).isTrue();
    }
}
