package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.FakeDevice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What single checks make of what a Linux kernel and a JVM can say. */
class LinuxChecksTest {
    private static final String SWAPS = "/proc/swaps";
    private static final String STATUS = "/proc/self/status";

    @TempDir
    private Path root;
    private FakeDevice device;

    @BeforeEach
    void makeDevice() {
        device = FakeDevice.healthy(root);
    }

    private CheckResult look(String check) {
        return new PostureProbe(Views.of(device)).examine(Views.SCOPE, List.of(check)).results().getFirst();
    }

    private void assertLook(String check, CheckStatus status, String evidence) {
        CheckResult result = look(check);
        assertThat(result.status()).as(result.toString()).isEqualTo(status);
        assertThat(result.evidence()).contains(evidence);
    }

    private void swapOn(String line) {
        device.write(SWAPS, "Filename\tType\tSize\tUsed\tPriority\n" + line + '\n');
    }

    @Test
    void withoutSwapNothingIsSwapped() {
        device.write(SWAPS, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        assertLook("swap", CheckStatus.PASS, SWAPS + " is empty");
    }

    @Test
    void swapFilesAreAsGoodAsTheFileSystemTheyLieOn() {
        device.write("/my swap", "").write("/data/swap", "");
        device.replace("/proc/self/mountinfo", "28 1", "40 28 259:2 / /data rw - ext4 /dev/nvme0n1p2 rw\n28 1");
        swapOn("/my\\040swap file\t1024\t0\t-2");
        assertLook("swap", CheckStatus.PASS, "swap on /my swap: dm-0 is CRYPT-LUKS2");
        swapOn("/data/swap file\t1024\t0\t-2");
        assertLook("swap", CheckStatus.FAIL, "nvme0n1 is not encrypted");
        swapOn("/swap\\040(deleted) file\t1024\t0\t-2");
        assertLook("swap", CheckStatus.UNKNOWN, "is not seen from here");
    }

    @Test
    void compressedMemoryIsMemoryUnlessItIsWrittenToADisk() {
        String zram = "/sys/devices/virtual/block/zram0";
        device.blockDevice("252:0", "zram0", zram).write("/dev/zram0", "").write(zram + "/backing_dev", "none\n");
        swapOn("/dev/zram0 partition\t1024\t0\t100");
        assertLook("swap", CheckStatus.PASS, "zram0 is in memory");
        device.write(zram + "/backing_dev", "/dev/nvme0n1p2\n");
        assertLook("swap", CheckStatus.FAIL, "zram0 writes to /dev/nvme0n1p2: nvme0n1 is not encrypted");
    }

    @Test
    void aGroupThatMayNotSwapClosesAllWithinIt() {
        device.write("/dev/nvme0n1p2", "").write("/proc/self/cgroup", "1:name=systemd:/\n0::/a/b/c\n").write("/sys/fs/cgroup/a/b/c/memory.swap.max", "max\n");
        swapOn("/dev/nvme0n1p2 partition\t1024\t0\t-2");
        assertLook("swap", CheckStatus.FAIL, "nvme0n1 is not encrypted");
        device.write("/sys/fs/cgroup/a/memory.swap.max", "0\n");
        assertLook("swap", CheckStatus.PASS, "/sys/fs/cgroup/a/memory.swap.max is 0");
        device.write("/sys/fs/cgroup/a/memory.swap.max", "00\n").write("/proc/self/cgroup", "0::/\n").write("/sys/fs/cgroup/memory.swap.max", "0\n");
        assertLook("swap", CheckStatus.PASS, "/sys/fs/cgroup/memory.swap.max is 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nothing", "Filename\nnonsense", "Filename\n/dev/dm-2 partition", "Filename\n/dev/gone partition 1 0 -2",
        "Filename\n\u0000\u0001 \u0002 3 4 5", "Filename\n/dev/../../.. partition 1 0 -2"})
    void swapTablesThatAreNoneAreUnknown(String table) {
        device.write(SWAPS, table);
        assertThat(look("swap").status()).isEqualTo(CheckStatus.UNKNOWN);
    }

    @Test
    void hibernationIsFineWhereItsImageIsEncryptedOrHasNoPlace() {
        device.write("/sys/power/disk", "[platform] shutdown\n");
        assertLook("hibernation", CheckStatus.PASS, "allows hibernation: swap on /dev/dm-2: dm-0 is CRYPT-LUKS2");
        device.write(SWAPS, "Filename\n");
        assertLook("hibernation", CheckStatus.PASS, "no swap to go to");
        device.delete("/sys/power/disk");
        assertLook("hibernation", CheckStatus.UNKNOWN, "/sys/power/disk does not exist");
        device.write("/sys/power/state", "freeze mem\n");
        assertLook("hibernation", CheckStatus.PASS, "offers no hibernation");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', value = {"00000033!0!core!PASS", "00000033!0!|/usr/share/apport %p!FAIL", "00000033!unlimited!core!FAIL", "00000033!4096!core!FAIL",
        "00000000!unlimited!|/usr/share/apport %p!PASS", "what!0!core!UNKNOWN"})
    void aDumpNeedsALimitOrAPipe(String filter, String limit, String pattern, CheckStatus expected) {
        device.write("/proc/self/coredump_filter", filter + '\n').write("/proc/sys/kernel/core_pattern", pattern + '\n')
                .replace("/proc/self/limits", "unlimited            unlimited", limit + "            unlimited");
        assertThat(look("core.dumps").status()).isEqualTo(expected);
    }

    @Test
    void threadsThatEndMeanwhileAreNoReasonToDoubt() {
        device.folder("/proc/self/task/102");
        assertLook("debugger", CheckStatus.PASS, "nobody traces");
        device.replace("/proc/self/task/100/status", "TracerPid:\t0", "TracerPid:\t4711");
        assertLook("debugger", CheckStatus.FAIL, "process 4711 traces this one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-agentlib:jdwp=transport=dt_socket,server=y", "-agentpath:/x.so", "-javaagent:/x.jar", "-Xdebug", "-Xrunjdwp:transport=x",
        "-Dcom.sun.management.jmxremote.port=9", "-Xbootclasspath/a:/x.jar", "--patch-module=java.base=/x", "--upgrade-module-path=/x"})
    void whateverBringsCodeInIsAnAgent(String argument) {
        assertFailsWithoutDetails("jvm.agents", argument);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:StartFlightRecording=filename=/x.jfr", "-XX:SharedArchiveFile=/x.jsa", "-XX:AOTCache=/x.aot"})
    void filesThatJavaWritesOrBelievesAreAMatterOfItsFlags(String argument) {
        assertFailsWithoutDetails("jvm.flags", argument);
    }

    private void assertFailsWithoutDetails(String check, String argument) {
        device.arguments().add(argument);
        CheckResult result = look(check);
        assertThat(result.status()).isEqualTo(CheckStatus.FAIL);
        // what follows the option may be anything
        assertThat(result.evidence()).doesNotContain("/x").doesNotContain("server");
    }

    @ParameterizedTest
    @EnumSource(JvmFlags.class)
    void everyFlagCounts(JvmFlags flag) {
        device.option(flag.flag(), "something else");
        assertLook("jvm.flags", CheckStatus.FAIL, "this Java runs without " + flag.option());
    }

    @Test
    void variablesAreNamedWithoutTheirValues() {
        device.variables().addAll(List.of("JAVA_TOOL_OPTIONS", "LD_AUDIT", "GLIBC_TUNABLES"));
        assertLook("environment", CheckStatus.FAIL, "set: JAVA_TOOL_OPTIONS LD_AUDIT");
    }

    @Test
    void theLaunchersVariableIsNamedAndFailsNothing() {
        device.variables().add("LOCKSTEP_JAVA_OPTS");
        assertLook("environment", CheckStatus.PASS, "LOCKSTEP_JAVA_OPTS is set");
    }

    @Test
    void firmwareInSetupModeTakesAnybodysKeys() {
        device.firmware("SetupMode", 1);
        assertLook("secure.boot", CheckStatus.FAIL, "SetupMode is 1");
        device.firmware("SetupMode", new byte[100]);
        assertLook("secure.boot", CheckStatus.UNKNOWN, "has 100 bytes instead of 5");
    }

    @Test
    void shimCanBeToldToStartAnything() {
        String variable = "/sys/firmware/efi/efivars/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23";
        device.write(variable, new byte[] {6, 0, 0, 0, 0});
        assertLook("secure.boot", CheckStatus.PASS, "SecureBoot is 1");
        device.write(variable, new byte[] {6, 0, 0, 0, 1});
        assertLook("secure.boot", CheckStatus.FAIL, "MokSBStateRT is 1");
        device.write(variable, new byte[4]);
        assertLook("secure.boot", CheckStatus.UNKNOWN, "has 4 bytes instead of 5");
    }

    @ParameterizedTest
    @CsvSource({"none [integrity] confidentiality,PASS", "none integrity [confidentiality],PASS", "[none] integrity confidentiality,FAIL", "'',UNKNOWN",
        "none integrity,UNKNOWN"})
    void theLevelInBracketsIsInForce(String levels, CheckStatus expected) {
        device.write("/sys/kernel/security/lockdown", levels);
        assertThat(look("lockdown").status()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"6.1,PASS", "6.1.0,PASS", "6.0.99,FAIL", "6.10,PASS", "5.15.167-generic,FAIL", "7,PASS", "6,FAIL", "6.1-rc1,PASS", "x,UNKNOWN", "99999999999.1,UNKNOWN",
        ".6,UNKNOWN"})
    void versionsAreComparedByTheirNumbers(String release, CheckStatus expected) {
        device.write("/proc/sys/kernel/osrelease", release);
        assertThat(look("kernel.version").status()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"Not affected,PASS", "Mitigation: PTI,PASS", "Mitigation: Clear CPU buffers; SMT vulnerable,PASS", "KVM: Mitigation: VMX disabled,PASS", "Vulnerable,FAIL",
        "KVM: Vulnerable,FAIL", "Mitigation: Retpolines; BHI: Vulnerable,FAIL", "Unknown: No mitigations,UNKNOWN", "'',UNKNOWN"})
    void vulnerabilitiesAreReadWhole(String text, CheckStatus expected) {
        device.write("/sys/devices/system/cpu/vulnerabilities/another", text);
        assertThat(look("vulnerabilities").status()).isEqualTo(expected);
    }

    @Test
    void aVulnerableProcessorIsFineWhereThereAreNoGuests() {
        device.write("/sys/devices/system/cpu/vulnerabilities/itlb_multihit", "Processor vulnerable\n");
        assertThat(look("vulnerabilities").status()).isEqualTo(CheckStatus.PASS);
        device.write("/sys/devices/system/cpu/vulnerabilities/another", "Processor vulnerable\n");
        assertLook("vulnerabilities", CheckStatus.UNKNOWN, "another: Processor vulnerable");
    }

    @ParameterizedTest
    @CsvSource({"Uid:\t1000,Uid:\t0,FAIL", "1000\t1000\t1000\t1000,1000\t1000\t0\t1000,FAIL", "CapPrm:\t0000000000000000,CapPrm:\t000001ffffffffff,FAIL", "Umask:\t0022,Umask:\t0000,FAIL",
        "Umask:\t0022,Umask:\t0077,PASS", "Umask:\t0022,Umask:\t9,UNKNOWN", "Umask:\t0022,Umask:,UNKNOWN", "NoNewPrivs:\t0,x,UNKNOWN", "NoNewPrivs:\t0,Uid:\t7,UNKNOWN",
        "NoNewPrivs:\t0,Seccomp:\t2,PASS"})
    void privilegesAreThoseOfTheAdministratorInAnyForm(String before, String after, CheckStatus expected) {
        device.replace(STATUS, before, after);
        assertThat(look("privileges").status()).isEqualTo(expected);
    }

    @Test
    void inANamespaceOfUsersNumbersSayNothing() {
        device.write("/proc/self/uid_map", "         0          0 4294967295\n");
        assertLook("privileges", CheckStatus.PASS, "no administrator");
        device.write("/proc/self/uid_map", "0 1000 1\n").replace(STATUS, "Uid:\t1000", "Uid:\t0");
        assertLook("privileges", CheckStatus.UNKNOWN, "/proc/self/uid_map");
        device.replace(STATUS, "Umask:\t0022", "Umask:\t0000");
        assertLook("privileges", CheckStatus.FAIL, "everybody may write");
    }

    @Test
    void theClockIsNotBehindTheLog() {
        device.setClock(FakeDevice.BUILT_AT.plusSeconds(59));
        assertLook("clock", CheckStatus.FAIL, "before the last entry in the audit log");
        device.setClock(FakeDevice.BUILT_AT.plusSeconds(60));
        assertLook("clock", CheckStatus.PASS, "after all that is known");
    }

    @Test
    void evidenceIsOneShortLineWhateverTheKernelSays() {
        device.write("/sys/kernel/security/lockdown", "[none] \u001b[31m\u202e\n" + "x".repeat(100_000));
        assertThat(look("lockdown").evidence()).hasSizeLessThan(500).doesNotContain("\u001b", "\u202e", "\n").endsWith("...");
    }
}
