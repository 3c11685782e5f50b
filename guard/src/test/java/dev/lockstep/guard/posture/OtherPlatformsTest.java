package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.FakeDevice;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of the words of macOS and Windows, as their manuals show them. */
class OtherPlatformsTest {
    private static final Map<String, String> FIT_MAC = Map.of(
            "/usr/bin/fdesetup status", "FileVault is On.\n",
            "/usr/sbin/sysctl -n vm.swapusage", "total = 2048.00M  used = 1132.50M  free = 915.50M  (encrypted)\n",
            "/usr/sbin/sysctl -n kern.coredump", "0\n",
            "/usr/bin/csrutil status", "System Integrity Protection status: enabled.\n",
            "/usr/sbin/sysctl -n kern.osproductversion", "15.3.1\n",
            "/usr/bin/id -u", "501\n",
            "/usr/sbin/spctl --status", "assessments enabled\n");

    private static final String SYSTEM = "C:\\Windows\\System32\\";
    private static final String POWERSHELL = SYSTEM + "WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -NonInteractive -Command ";
    private static final String BITLOCKER = """
            BitLocker Drive Encryption: Configuration Tool version 10.0.22621
            Copyright (C) 2013 Microsoft Corporation. All rights reserved.

            Volume C: [Windows]
            [OS Volume]

                Size:                 475.69 GB
                Conversion Status:    Used Space Only Encrypted
                Percentage Encrypted: 100.0%
                Protection Status:    Protection On
                Lock Status:          Unlocked
            """.replace("\n", "\r\n");
    private static final Map<String, String> FIT_WINDOWS = Map.of(
            SYSTEM + "manage-bde.exe -status C:", BITLOCKER,
            POWERSHELL + "Confirm-SecureBootUEFI", "True\r\n",
            POWERSHELL + "(Get-MpComputerStatus).RealTimeProtectionEnabled", "True\r\n",
            POWERSHELL + "[Environment]::OSVersion.Version.ToString()", "10.0.22631.0\r\n");

    @TempDir
    private Path root;
    private FakeDevice device;

    @BeforeEach
    void makeDevice() {
        device = FakeDevice.healthy(root);
    }

    private CheckResult look(Platform platform, Map<String, String> outputs, PostureScope scope, String check) {
        StatusCommands commands = command -> {
            String output = outputs.get(String.join(" ", command));
            if (output == null) {
                throw new UnseenException(command.getFirst() + " cannot be run");
            }
            return output;
        };
        var view = new DeviceView(device.root(), platform, () -> Views.jvm(device), commands, device::now);
        return new PostureProbe(view).examine(scope, List.of(check)).results().getFirst();
    }

    private CheckStatus onMac(String check, String command, String output) {
        var outputs = new HashMap<>(FIT_MAC);
        outputs.put(command, output);
        return look(Platform.MACOS, outputs, Views.SCOPE, check).status();
    }

    private CheckStatus onWindows(String check, String command, String output) {
        var outputs = new HashMap<>(FIT_WINDOWS);
        outputs.put(command, output);
        return look(Platform.WINDOWS, outputs, onDrive("C:\\models"), check).status();
    }

    private static PostureScope onDrive(String folder) {
        return new PostureScope(List.of(), List.of(Path.of(folder)), Optional.of("10.0.19045"), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk.encryption", "swap", "core.dumps", "lockdown", "privileges", "gatekeeper", "jvm.flags", "model.files", "clock"})
    void aFitMacPasses(String check) {
        CheckResult result = look(Platform.MACOS, FIT_MAC, Views.SCOPE, check);
        assertThat(result.status()).as(result.toString()).isEqualTo(CheckStatus.PASS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk.encryption", "secure.boot", "defender", "jvm.flags", "environment", "clock"})
    void aFitWindowsPasses(String check) {
        CheckResult result = look(Platform.WINDOWS, FIT_WINDOWS, onDrive("c:\\models"), check);
        assertThat(result.status()).as(result.toString()).isEqualTo(CheckStatus.PASS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "disk.encryption|/usr/bin/fdesetup status|FileVault is Off.|FAIL",
        "disk.encryption|/usr/bin/fdesetup status|FileVault is Off, but will be enabled after the next restart.|FAIL",
        "disk.encryption|/usr/bin/fdesetup status|FileVault is On. Encryption in progress: Percent completed = 12|UNKNOWN",
        "disk.encryption|/usr/bin/fdesetup status|Error: something|UNKNOWN",
        "swap|/usr/sbin/sysctl -n vm.swapusage|total = 2048.00M  used = 0.00M  free = 2048.00M|FAIL",
        "swap|/usr/sbin/sysctl -n vm.swapusage|sysctl: unknown oid|UNKNOWN",
        "core.dumps|/usr/sbin/sysctl -n kern.coredump|1|UNKNOWN",
        "lockdown|/usr/bin/csrutil status|System Integrity Protection status: disabled.|FAIL",
        "lockdown|/usr/bin/csrutil status|System Integrity Protection status: unknown (Custom Configuration).|UNKNOWN",
        "kernel.version|/usr/sbin/sysctl -n kern.osproductversion|none|UNKNOWN",
        "privileges|/usr/bin/id -u|0|FAIL",
        "privileges|/usr/bin/id -u|root|UNKNOWN",
        "gatekeeper|/usr/sbin/spctl --status|assessments disabled|FAIL",
        "gatekeeper|/usr/sbin/spctl --status|''|UNKNOWN"})
    void aMacIsTakenAtItsWord(String check, String command, String output, CheckStatus expected) {
        assertThat(onMac(check, command, output)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "disk.encryption|manage-bde.exe -status C:|    Protection Status:    Protection Off|FAIL",
        "disk.encryption|manage-bde.exe -status C:|ERROR: An attempt to access a required resource was denied.|UNKNOWN",
        "disk.encryption|manage-bde.exe -status C:|    Schutzstatus:    Der Schutz ist aktiviert|UNKNOWN",
        "secure.boot|WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -NonInteractive -Command Confirm-SecureBootUEFI|False|FAIL",
        "secure.boot|WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -NonInteractive -Command Confirm-SecureBootUEFI|Unable to set proper privileges. Access was denied.|UNKNOWN"})
    void windowsIsTakenAtItsWord(String check, String command, String output, CheckStatus expected) {
        assertThat(onWindows(check, SYSTEM + command, output)).isEqualTo(expected);
    }

    @Test
    void otherVolumesAreNotWhatTheCommandsAreAbout() {
        var volume = PostureScope.DEVICE.withFolder(Path.of("/Volumes/usb/models"));
        assertThat(look(Platform.MACOS, FIT_MAC, volume, "disk.encryption").status()).isEqualTo(CheckStatus.UNKNOWN);
        assertThat(look(Platform.WINDOWS, FIT_WINDOWS, onDrive("\\\\server\\models"), "disk.encryption").status()).isEqualTo(CheckStatus.UNKNOWN);
        assertThat(look(Platform.WINDOWS, FIT_WINDOWS, PostureScope.DEVICE, "disk.encryption").status()).isEqualTo(CheckStatus.UNKNOWN);
    }

    /** A link leads to another volume; what is mounted here and now is enough for a test. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void linksLeadToOtherVolumesOnAMac() {
        device.link("/Users/anna/models", "/proc/self").link("/Users/anna/gone", "/no/such/volume").link("/Users/anna/here", device.path("/srv").toString());
        assertThat(onMac("/Users/anna/here/models").status()).isEqualTo(CheckStatus.PASS);
        assertThat(onMac("/Users/anna/models").status()).isEqualTo(CheckStatus.UNKNOWN);
        assertThat(onMac("/Users/anna/models/not/made/yet").status()).isEqualTo(CheckStatus.UNKNOWN);
        assertThat(onMac("/Users/anna/gone").status()).isEqualTo(CheckStatus.UNKNOWN);
    }

    private CheckResult onMac(String folder) {
        return look(Platform.MACOS, FIT_MAC, PostureScope.DEVICE.withFolder(Path.of(folder)), "disk.encryption");
    }

    @Test
    void aMinimumOfLinuxIsUnknownOnOtherSystems() {
        for (Platform platform : List.of(Platform.MACOS, Platform.WINDOWS)) {
            Map<String, String> outputs = platform == Platform.MACOS ? FIT_MAC : FIT_WINDOWS;
            assertThat(look(platform, outputs, PostureScope.DEVICE, "kernel.version").status()).isEqualTo(CheckStatus.PASS);
            assertThat(look(platform, outputs, PostureScope.DEVICE.withMinimumKernel("6.1"), "kernel.version"))
                    .matches(result -> result.status() == CheckStatus.UNKNOWN, "is unknown").extracting(CheckResult::evidence).asString()
                    .contains("the minimum 6.1 is one of Linux");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Platform.class, names = "LINUX", mode = EnumSource.Mode.EXCLUDE)
    void whatNobodyAnswersIsUnknownAndHasItsPlace(Platform platform) {
        var view = new DeviceView(device.root(), platform, () -> Views.jvm(device), Views.NO_COMMANDS, device::now);
        Posture posture = new PostureProbe(view).examine(Views.SCOPE);
        assertThat(posture.results()).extracting(CheckResult::check).startsWith(PostureProbe.knownChecks().stream().limit(17).toArray(String[]::new));
        assertThat(posture.results()).filteredOn(result -> result.status() == CheckStatus.PASS).extracting(CheckResult::check)
                .containsExactly("jvm.flags", "jvm.agents", "environment", "model.files", "clock");
        assertThat(posture.results()).noneMatch(result -> result.status() == CheckStatus.FAIL);
    }

    @ParameterizedTest
    @CsvSource({"Linux,LINUX", "Mac OS X,MACOS", "Windows 11,WINDOWS", "FreeBSD,OTHER"})
    void platformsAreKnownByWhatJavaCallsThem(String name, Platform expected) {
        assertThat(Platform.of(name)).isEqualTo(expected);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whoStartsJavaDoesNotChooseThePlatform() {
        String name = System.setProperty("os.name", "Windows 11");
        try {
            assertThat(Platform.ofThisDevice()).isEqualTo(Platform.LINUX);
        } finally {
            System.setProperty("os.name", name);
        }
    }
}
