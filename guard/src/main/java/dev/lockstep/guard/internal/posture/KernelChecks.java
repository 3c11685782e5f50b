package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** Whether the kernel is the one that was meant to start, is recent, and defends itself (Linux). */
final class KernelChecks {
    private static final String VARIABLES = "/sys/firmware/efi/efivars/";
    /** The namespace of variables that the UEFI specification defines. */
    private static final String GLOBAL = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    /** Those of shim, by which most distributions are started: it can be told not to look at signatures, which the firmware never hears of. */
    private static final String SHIM = "-605dab50-e046-4300-abb6-3dd810dd8b23";
    private static final int ATTRIBUTE_BYTES = 4;

    private static final String LOCKDOWN = "/sys/kernel/security/lockdown";
    private static final String RELEASE = "/proc/sys/kernel/osrelease";
    private static final String VULNERABILITIES = "/sys/devices/system/cpu/vulnerabilities";

    /** A setting, and the values that will do. */
    private record Wanted(String file, Set<Long> values) { }

    private static final List<Wanted> WANTED = List.of(
            new Wanted("/proc/sys/kernel/randomize_va_space", Set.of(2L)),
            new Wanted("/proc/sys/kernel/kptr_restrict", Set.of(1L, 2L)),
            new Wanted("/proc/sys/kernel/dmesg_restrict", Set.of(1L)),
            new Wanted("/proc/sys/kernel/unprivileged_bpf_disabled", Set.of(1L, 2L)),
            // Debian and Ubuntu have higher levels than the kernel's own
            new Wanted("/proc/sys/kernel/perf_event_paranoid", Set.of(2L, 3L, 4L)),
            new Wanted("/proc/sys/fs/protected_symlinks", Set.of(1L)),
            new Wanted("/proc/sys/fs/protected_hardlinks", Set.of(1L)),
            new Wanted("/proc/sys/fs/suid_dumpable", Set.of(0L, 2L)));

    private KernelChecks() {
    }

    static Finding secureBoot(DeviceView device, PostureScope scope) throws UnseenException {
        int enforced = global(device, "SecureBoot");
        if (enforced != 1) {
            return Finding.fail(VARIABLES + "SecureBoot is " + enforced);
        }
        int setup = global(device, "SetupMode");
        if (setup != 0) {
            return Finding.fail(VARIABLES + "SetupMode is " + setup + ": anybody may replace the keys");
        }
        OptionalInt unchecked = variable(device, "MokSBStateRT" + SHIM);
        return unchecked.orElse(0) == 0 ? Finding.pass(VARIABLES + "SecureBoot is 1")
                : Finding.fail(VARIABLES + "MokSBStateRT is " + unchecked.getAsInt() + ": shim starts any kernel");
    }

    private static int global(DeviceView device, String name) throws UnseenException {
        return variable(device, name + GLOBAL).orElseThrow(() -> DeviceView.absent(VARIABLES + name + GLOBAL));
    }

    /** The one byte of a variable; empty if there is none of that name. */
    private static OptionalInt variable(DeviceView device, String name) throws UnseenException {
        Optional<byte[]> bytes = device.bytesIfPresent(VARIABLES + name);
        if (bytes.isEmpty()) {
            return OptionalInt.empty();
        }
        if (bytes.get().length != ATTRIBUTE_BYTES + 1) {
            throw new UnseenException(VARIABLES + name + " has " + bytes.get().length + " bytes instead of " + (ATTRIBUTE_BYTES + 1));
        }
        return OptionalInt.of(bytes.get()[ATTRIBUTE_BYTES]);
    }

    /** The level in force is in brackets. */
    static Finding lockdown(DeviceView device, PostureScope scope) throws UnseenException {
        List<String> levels = Words.of(device.text(LOCKDOWN));
        String evidence = LOCKDOWN + " is " + String.join(" ", levels);
        if (levels.contains("[none]")) {
            return Finding.fail(evidence);
        }
        return levels.contains("[integrity]") || levels.contains("[confidentiality]") ? Finding.pass(evidence) : Finding.unknown(evidence);
    }

    static Finding version(DeviceView device, PostureScope scope) throws UnseenException {
        return Version.atLeast(device.text(RELEASE), scope.minimumKernel(), RELEASE);
    }

    static Finding hardening(DeviceView device, PostureScope scope) {
        var findings = new ArrayList<Finding>();
        for (Wanted wanted : WANTED) {
            findings.add(Finding.of(() -> {
                long value = new KernelSetting(wanted.file).number(device);
                return Finding.of(wanted.values.contains(value), wanted.file + " is " + value);
            }));
        }
        return Finding.worst(findings).passing(WANTED.size() + " settings in /proc/sys are as they should be");
    }

    static Finding vulnerabilities(DeviceView device, PostureScope scope) throws UnseenException {
        List<String> names = device.names(VULNERABILITIES);
        if (names.isEmpty()) {
            throw DeviceView.absent(VULNERABILITIES);
        }
        return Finding.worst(names.stream().map(name -> Finding.of(() -> vulnerability(device, name))).toList())
                .passing("all in " + VULNERABILITIES + " are mitigated");
    }

    /** Some lines are of several parts, each of which says what it is of: "KVM: Vulnerable". */
    private static Finding vulnerability(DeviceView device, String name) throws UnseenException {
        String text = device.text(VULNERABILITIES + '/' + name);
        String evidence = VULNERABILITIES + '/' + name + ": " + text;
        if (text.contains("Vulnerable")) {
            return Finding.fail(evidence);
        }
        boolean isMitigated = Stream.of("Not affected", "Mitigation: ", "KVM: Mitigation: ").anyMatch(text::startsWith);
        // only guests could use it, and this kernel can have none
        boolean isHarmless = name.equals("itlb_multihit") && text.equals("Processor vulnerable");
        return isMitigated || isHarmless ? Finding.pass(evidence) : Finding.unknown(evidence);
    }
}
