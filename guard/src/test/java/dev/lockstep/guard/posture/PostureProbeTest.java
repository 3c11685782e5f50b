package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.testkit.DeviceFaults;
import dev.lockstep.testkit.FakeDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a probe promises of all checks together. */
class PostureProbeTest {
    @TempDir
    private Path root;
    private FakeDevice device;

    @BeforeEach
    void makeDevice() {
        device = FakeDevice.healthy(root);
    }

    @Test
    void aHealthyDevicePassesEveryCheckWithEvidenceAndNothingToMend() {
        Posture posture = Views.examine(device);
        assertThat(posture.results()).hasSize(17).allSatisfy(result -> {
            assertThat(result.status()).as(result.toString()).isEqualTo(CheckStatus.PASS);
            assertThat(result.evidence()).isNotBlank();
            assertThat(result.remedy()).isEmpty();
        });
        assertThat(posture.isFit()).isTrue();
        assertThat(posture.at()).isEqualTo(device.now());
    }

    static Set<String> failing() {
        return DeviceFaults.FAILING.keySet();
    }

    static Set<String> hiding() {
        return DeviceFaults.HIDING.keySet();
    }

    @ParameterizedTest
    @MethodSource("failing")
    void whatIsWrongMakesItsCheckFailAndNoOther(String check) {
        DeviceFaults.FAILING.get(check).accept(device);
        assertAlone(check, CheckStatus.FAIL);
        assertThat(Views.examine(device).isFit()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("hiding")
    void whatCannotBeSeenLeavesItsCheckUnknownAndNoOther(String check) {
        DeviceFaults.HIDING.get(check).accept(device);
        assertAlone(check, CheckStatus.UNKNOWN);
        assertThat(Views.examine(device).isFit()).isTrue();
    }

    private void assertAlone(String check, CheckStatus status) {
        assertThat(Views.examine(device).results()).allSatisfy(result -> {
            boolean isIt = result.check().equals(check);
            assertThat(result.status()).as(result.toString()).isEqualTo(isIt ? status : CheckStatus.PASS);
            assertThat(result.evidence()).isNotBlank();
            assertThat(result.remedy().isEmpty()).isEqualTo(!isIt);
        });
    }

    @Test
    void thereIsAFaultForEveryCheck() {
        List<String> all = Views.examine(device).results().stream().map(CheckResult::check).toList();
        assertThat(failing()).containsExactlyElementsOf(all);
        assertThat(hiding()).containsAll(all.stream().filter(each -> !List.of("jvm.agents", "environment", "clock").contains(each)).toList());
    }

    @Test
    void aJvmThatTellsNothingLeavesItsChecksUnknown() {
        var silent = new DeviceView(root, Platform.LINUX, () -> {
            throw new IllegalStateException("no management");
        }, Views.NO_COMMANDS, device::now);
        Posture posture = new PostureProbe(silent).examine(Views.SCOPE);
        for (String check : List.of("jvm.flags", "jvm.agents", "environment", "clock")) {
            assertThat(posture.result(check)).hasValueSatisfying(result -> {
                assertThat(result.status()).isEqualTo(CheckStatus.UNKNOWN);
                assertThat(result.evidence()).isEqualTo("the check itself failed: IllegalStateException");
            });
        }
    }

    @Test
    void anEmptyDeviceIsUnknownInAllThatTheKernelSays(@TempDir Path empty) {
        var view = new DeviceView(empty, Platform.LINUX, () -> Views.jvm(device), Views.NO_COMMANDS, device::now);
        Posture posture = new PostureProbe(view).examine(Views.SCOPE);
        assertThat(posture.results()).filteredOn(result -> result.status() == CheckStatus.PASS).extracting(CheckResult::check)
                .containsExactly("jvm.flags", "jvm.agents", "environment", "clock");
        assertThat(posture.isFit()).isTrue();
    }

    @Test
    void onlyWhatIsAskedForIsLookedAtInTheOrderOfAll() {
        device.delete("/proc/self/mountinfo");
        Posture posture = new PostureProbe(Views.of(device)).examine(Views.SCOPE, List.of("clock", "ptrace", "clock"));
        assertThat(posture.results()).extracting(CheckResult::check).containsExactly("ptrace", "clock");
    }

    @Test
    void aCheckOfAnotherPlatformIsUnknownHere() {
        Posture posture = new PostureProbe(Views.of(device)).examine(Views.SCOPE, List.of("defender", "gatekeeper"));
        assertThat(posture.results()).hasSize(2).allMatch(result -> result.status() == CheckStatus.UNKNOWN
                && result.evidence().equals("is not looked at on Linux"));
    }

    @Test
    void aCheckThatNobodyKnowsIsABugOfTheCaller() {
        var probe = new PostureProbe(Views.of(device));
        assertThatThrownBy(() -> probe.examine(Views.SCOPE, List.of("disk.encrpytion"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("check=disk.encrpytion").hasMessageContaining("disk.encryption");
    }

    @Test
    void withoutAScopeTheDeviceAloneIsLookedAt() {
        Posture posture = new PostureProbe(Views.of(device)).examine(PostureScope.DEVICE);
        assertThat(posture.results()).filteredOn(result -> result.status() != CheckStatus.PASS).extracting(CheckResult::check)
                .containsExactly("disk.encryption", "model.files");
    }

    @Test
    void thisDeviceIsLookedAtWithoutAnException() {
        Posture posture = PostureProbe.ofThisDevice().examine(PostureScope.DEVICE.withFolder(root));
        assertThat(posture.results()).hasSizeGreaterThanOrEqualTo(17).noneMatch(result -> result.evidence().startsWith("the check itself failed"));
        assertThat(PostureProbe.knownChecks()).contains("gatekeeper", "defender").containsAll(failing());
    }
}
