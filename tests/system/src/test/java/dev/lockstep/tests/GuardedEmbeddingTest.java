package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.guard.Guard;
import dev.lockstep.guard.GuardOptions;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditOptions;
import dev.lockstep.guard.audit.AuditVerifier;
import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.guard.device.DeviceKey;
import dev.lockstep.guard.policy.GuardPolicies;
import dev.lockstep.guard.policy.Principals;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.EcCurve;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.SealedState;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of the README, with the policy of the README, signed by an administrator, on a machine that is fit. */
class GuardedEmbeddingTest {
    @TempDir
    private Path folder;

    @Test
    void aProgramUsesModelsThroughAGuard() throws IOException {
        KeyPair administrator = SigningKeys.generate(EcCurve.P256);
        Path file = Files.copy(SharedData.projectRoot().resolve("docs/examples/guard-endpoint.json"), folder.resolve("guard.json"));
        ModelSigner.sign(file, administrator, folder.resolve("guard.json.sig"), List.of());
        var policy = GuardPolicies.readNewest(file, Optional.of(TrustedSigners.of(administrator.getPublic())), SealedState.in(folder.resolve("seen")));
        DeviceKey device = DeviceKey.openOrCreate(folder.resolve("device"));
        var text = new StringBuilder();
        try (AuditLog log = AuditLog.open(folder.resolve("audit"), device, AuditOptions.standard());
                Guard guard = Guard.open(GuardOptions.of(policy).withAudit(log).withProbe(new GuardedMachine(Files.createDirectory(folder.resolve("machine"))).probe()))) {
            ModelGate gate = guard.gate(Request.toInfer(Principals.ofProcess(), Optional.of("stories")));
            try (Model model = Lockstep.load(Models.demoFile(), Models.demoTrust(), LoadOptions.defaults().withGate(gate));
                    Session session = model.newSession()) {
                session.generate("Once upon a time", Sampling.greedy().maxTokens(8), token -> text.append(token.text()));
                ModelGate others = guard.gate(Request.toInfer(Principals.ofProcess(), Optional.of("letters")));
                assertThatThrownBy(() -> model.newSession(SessionOptions.defaults().withGate(others))).isInstanceOf(RefusedException.class)
                        .hasMessageContaining("dataClass.known");
            }
            assertThatThrownBy(() -> Lockstep.load(Models.demoFile(), TrustPolicy.allowUnsigned(), LoadOptions.defaults().withGate(gate)))
                    .isInstanceOf(RefusedException.class).hasMessageContaining("model.unsigned");
        }
        assertThat(text).isNotEmpty();
        assertThat(AuditVerifier.verify(folder.resolve("audit"), List.of(VerifierKey.of(device))).problem()).isEmpty();
    }
}
