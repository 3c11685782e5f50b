package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedKeys;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.SealedState;
import dev.lockstep.loader.trust.SeenVersions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardPoliciesTest {
    private static final KeyPair ADMINISTRATOR = SigningKeys.generate(SigningAlgorithm.P256);

    @TempDir
    private Path folder;

    private Path file;
    private SeenVersions seen;

    @BeforeEach
    void aPolicyOfTheUser() throws IOException {
        file = folder.resolve("guard.json");
        seen = SealedState.in(folder.resolve("seen"));
        write(7);
    }

    private void write(int version) throws IOException {
        Files.write(file, new PolicyText().root(root -> root.put("version", version)).bytes());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static Optional<TrustedSigners> signedBy(KeyPair keys) {
        return Optional.of(TrustedSigners.of(TrustedKeys.of(keys.getPublic())));
    }

    private void sign() {
        ModelSigner.sign(file, ADMINISTRATOR, folder.resolve("guard.json.sig"), List.of());
    }

    @Test
    void aFileThatOnlyTheUserCanChangeIsReadWithoutASignature() {
        assertThat(GuardPolicies.read(file, Optional.empty()).version()).isEqualTo(7);
    }

    @Test
    void aFileThatOthersCanChangeIsRefused() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThatThrownBy(() -> GuardPolicies.read(file, Optional.empty())).isInstanceOf(TrustFileException.class)
                .hasMessageContaining("could be changed by others");
    }

    @Test
    void withTheKeyOfAnAdministratorItMustBeSigned() {
        assertThatThrownBy(() -> GuardPolicies.read(file, signedBy(ADMINISTRATOR))).isInstanceOf(ModelSignatureException.class);

        sign();
        assertThat(GuardPolicies.read(file, signedBy(ADMINISTRATOR)).version()).isEqualTo(7);
        assertThatThrownBy(() -> GuardPolicies.read(file, signedBy(SigningKeys.generate(SigningAlgorithm.P256))))
                .isInstanceOf(ModelSignatureException.class);
    }

    @Test
    void aSignedPolicyThatWasChangedIsRefused() throws IOException {
        sign();
        write(8);

        assertThatThrownBy(() -> GuardPolicies.read(file, signedBy(ADMINISTRATOR))).isInstanceOf(ModelSignatureException.class);
    }

    @Test
    void aVersionIsNewOnce() throws IOException {
        GuardPolicy policy = GuardPolicies.read(file, Optional.empty());
        assertThat(GuardPolicies.accept(policy, file, Optional.empty(), seen)).isTrue();
        assertThat(GuardPolicies.accept(policy, file, Optional.empty(), seen)).isFalse();
        write(8);
        assertThat(GuardPolicies.accept(GuardPolicies.read(file, Optional.empty()), file, Optional.empty(), seen)).isTrue();
    }

    @Test
    void anOlderVersionThanOneSeenIsRefused() throws IOException {
        assertThat(GuardPolicies.readNewest(file, Optional.empty(), seen).version()).isEqualTo(7);
        assertThat(GuardPolicies.readNewest(file, Optional.empty(), seen).version()).isEqualTo(7);
        write(6);
        assertThatThrownBy(() -> GuardPolicies.readNewest(file, Optional.empty(), seen)).isInstanceOfSatisfying(RefusedException.class, refusal ->
                assertThat(refusal).returns("policy.version", RefusedException::rule)).hasMessageContaining("this device has seen version 7");
        write(8);
        assertThat(GuardPolicies.readNewest(file, Optional.empty(), seen).version()).isEqualTo(8);
    }

    @Test
    void aPolicyThatSomebodyElseCallsTheSameIsAnotherMatter() throws IOException {
        write(99);
        assertThat(GuardPolicies.readNewest(file, Optional.empty(), seen).version()).isEqualTo(99);
        write(7);
        sign();
        assertThat(GuardPolicies.readNewest(file, signedBy(ADMINISTRATOR), seen).version()).isEqualTo(7);
        KeyPair other = SigningKeys.generate(SigningAlgorithm.P256);
        write(3);
        ModelSigner.sign(file, other, folder.resolve("other.sig"), List.of());
        Files.move(folder.resolve("other.sig"), folder.resolve("guard.json.sig"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(GuardPolicies.readNewest(file, signedBy(other), seen).version()).isEqualTo(3);
        assertThatThrownBy(() -> GuardPolicies.readNewest(file, Optional.empty(), seen)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aTrustPolicyOfTheSameNameIsAnotherMatter() {
        seen.record(SeenVersions.Kind.POLICY, "office", 99);

        assertThat(GuardPolicies.readNewest(file, Optional.empty(), seen).version()).isEqualTo(7);
    }

    @Test
    void justLookingAtAPolicyRemembersNothing() throws IOException {
        GuardPolicies.read(file, Optional.empty());
        write(6);

        assertThat(GuardPolicies.readNewest(file, Optional.empty(), seen).version()).isEqualTo(6);
    }

    @Test
    void aFileThatIsNotThereIsSaidToBe() {
        assertThatThrownBy(() -> GuardPolicies.read(folder.resolve("none.json"), Optional.empty())).isInstanceOf(TrustFileException.class)
                .hasMessageContaining("does not exist");
    }
}
