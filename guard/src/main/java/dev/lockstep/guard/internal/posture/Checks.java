package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.Platform;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which checks there are, in the order in which they are reported. */
public final class Checks {
    /** Linux, and with it the order of all. */
    private static final List<Check> LINUX = List.of(
            new Check("disk.encryption", "put it on a LUKS volume (cryptsetup), or move it to a folder on one", DiskEncryptionCheck::look),
            new Check("swap", "swapoff -a, or swap to an encrypted volume or to zram; or run it in a control group with memory.swap.max=0",
                    MemoryChecks::swap),
            new Check("hibernation", "systemctl mask hibernate.target hybrid-sleep.target, or boot with nohibernate; or encrypt the swap",
                    MemoryChecks::hibernation),
            new Check("core.dumps", "ulimit -c 0 and no pipe in kernel.core_pattern; the program empties its coredump_filter itself",
                    MemoryChecks::coreDumps),
            new Check("debugger", "end the process that traces this one", ProcessChecks::debugger),
            new Check("ptrace", "sysctl kernel.yama.ptrace_scope=1 (a kernel with Yama)", ProcessChecks::ptrace),
            SharedChecks.JVM_FLAGS,
            SharedChecks.JVM_AGENTS,
            SharedChecks.ENVIRONMENT,
            new Check("secure.boot", "switch Secure Boot on in the firmware, and leave its setup mode", KernelChecks::secureBoot),
            new Check("lockdown", "boot with lockdown=integrity; Secure Boot switches it on in most distributions", KernelChecks::lockdown),
            new Check("kernel.version", "install a later kernel, and boot it", KernelChecks::version),
            new Check("kernel.hardening", "set these with sysctl, and in /etc/sysctl.d/", KernelChecks::hardening),
            new Check("vulnerabilities", "install updates of kernel, firmware and microcode; boot without mitigations=off",
                    KernelChecks::vulnerabilities),
            new Check("privileges", "run it as an ordinary user without capabilities, with umask 022 or stricter", ProcessChecks::privileges),
            SharedChecks.MODEL_FILES,
            SharedChecks.CLOCK);

    private static final Map<Platform, List<Check>> BY_PLATFORM = Map.of(
            Platform.LINUX, LINUX,
            Platform.MACOS, completed(Platform.MACOS, MacChecks.ALL),
            Platform.WINDOWS, completed(Platform.WINDOWS, WindowsChecks.ALL),
            Platform.OTHER, completed(Platform.OTHER, List.of()));

    private Checks() {
    }

    /** All that are made on a platform; what can be looked at on Linux only is there too, and unknown. */
    public static List<Check> of(Platform platform) {
        return BY_PLATFORM.get(platform);
    }

    /** The checks with some ids, each once; unknown where they are of another platform. */
    public static List<Check> of(Platform platform, Collection<String> wanted) {
        Set<String> ids = ids();
        wanted.stream().filter(id -> !ids.contains(id)).findFirst().ifPresent(id -> {
            throw new IllegalArgumentException("check=" + id + " is none of " + String.join(", ", ids));
        });
        return ids.stream().filter(wanted::contains).map(id -> find(platform, id)).toList();
    }

    private static Check find(Platform platform, String id) {
        return of(platform).stream().filter(each -> each.id().equals(id)).findFirst().orElseGet(() -> unseen(platform, id));
    }

    /** Ids of all checks of all platforms. */
    public static Set<String> ids() {
        var ids = new LinkedHashSet<String>();
        for (Platform platform : Platform.values()) {
            of(platform).forEach(check -> ids.add(check.id()));
        }
        return ids;
    }

    private static List<Check> completed(Platform platform, List<Check> own) {
        Map<String, Check> checks = new LinkedHashMap<>();
        LINUX.forEach(check -> checks.put(check.id(), SharedChecks.ALL.contains(check) ? check : unseen(platform, check.id())));
        own.forEach(check -> checks.put(check.id(), check));
        return new ArrayList<>(checks.values());
    }

    private static Check unseen(Platform platform, String id) {
        return new Check(id, "none; let the policy say what this counts for", (_, _) -> Finding.unknown("is not looked at on " + platform.title()));
    }
}
