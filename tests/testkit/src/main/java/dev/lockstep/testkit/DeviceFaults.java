package dev.lockstep.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What can be wrong with a device: for each check, by its id, one change to a healthy {@link FakeDevice} that this check alone sees. */
public final class DeviceFaults {
    /** With it the check fails. */
    public static final Map<String, Consumer<FakeDevice>> FAILING = new LinkedHashMap<>();

    /** With it the check cannot tell. Of its arguments, environment and clock, Java always tells: those three are not here. */
    public static final Map<String, Consumer<FakeDevice>> HIDING = new LinkedHashMap<>();

    private static final String MOUNTS = "/proc/self/mountinfo";
    private static final String SWAPS = "/proc/swaps";
    private static final String STATUS = "/proc/self/status";
    private static final String THREAD = "/proc/self/task/101/status";
    private static final String VULNERABILITY = "/sys/devices/system/cpu/vulnerabilities/spectre_v1";
    private static final String RELEASE = "/proc/sys/kernel/osrelease";
    private static final String LOCKDOWN = "/sys/kernel/security/lockdown";
    private static final String NO_CAPABILITIES = "CapEff:\t0000000000000000\n";

    static {
        FAILING.put("disk.encryption", device -> device.replace(MOUNTS, "253:1", "259:2"));
        FAILING.put("swap", DeviceFaults::swapInPlain);
        FAILING.put("hibernation", device -> {
            swapInPlain(device);
            device.write("/sys/fs/cgroup/user.slice/memory.swap.max", "0\n").write("/sys/power/disk", "[platform] shutdown\n");
        });
        FAILING.put("core.dumps", device -> device.write("/proc/self/coredump_filter", "00000033\n"));
        FAILING.put("debugger", device -> device.replace(THREAD, "TracerPid:\t0", "TracerPid:\t77"));
        FAILING.put("ptrace", device -> device.setting("kernel/yama/ptrace_scope", 0));
        FAILING.put("jvm.flags", device -> device.option("DisableAttachMechanism", "false"));
        FAILING.put("jvm.agents", device -> device.arguments().add("-javaagent:/tmp/secret.jar"));
        FAILING.put("environment", device -> device.variables().add("LD_PRELOAD"));
        FAILING.put("secure.boot", device -> device.firmware("SecureBoot", 0));
        FAILING.put("lockdown", device -> device.write(LOCKDOWN, "[none] integrity confidentiality\n"));
        FAILING.put("kernel.version", device -> device.write(RELEASE, "5.10.0-8-amd64\n"));
        FAILING.put("kernel.hardening", device -> device.setting("kernel/kptr_restrict", 0));
        FAILING.put("vulnerabilities", device -> device.write(VULNERABILITY, "Vulnerable: __user pointer sanitization\n"));
        FAILING.put("privileges", device -> device.replace(STATUS, NO_CAPABILITIES, "CapEff:\t0000000000200000\n"));
        FAILING.put("model.files", device -> device.mode(FakeDevice.MODEL, "rw-rw-rw-"));
        FAILING.put("clock", device -> device.setClock(FakeDevice.BUILT_AT.minusSeconds(1)));

        HIDING.put("disk.encryption", device -> device.replace(MOUNTS, "253:1", "0:40").replace(MOUNTS, "ext4", "zfs"));
        HIDING.put("swap", device -> device.delete(SWAPS));
        HIDING.put("hibernation", device -> device.delete("/sys/power/state"));
        HIDING.put("core.dumps", device -> device.delete("/proc/self/coredump_filter").delete("/proc/self/limits"));
        HIDING.put("debugger", device -> device.write(THREAD, "Name:\tjava\n"));
        HIDING.put("ptrace", device -> device.delete("/proc/sys/kernel/yama/ptrace_scope"));
        HIDING.put("jvm.flags", device -> device.option("UsePerfData", null));
        HIDING.put("secure.boot", device -> device.firmware("SecureBoot", new byte[0]));
        HIDING.put("lockdown", device -> device.delete(LOCKDOWN));
        HIDING.put("kernel.version", device -> device.write(RELEASE, "rolling\n"));
        HIDING.put("kernel.hardening", device -> device.delete("/proc/sys/kernel/dmesg_restrict"));
        HIDING.put("vulnerabilities", device -> device.write(VULNERABILITY, "Unknown: No mitigations\n"));
        HIDING.put("privileges", device -> device.replace(STATUS, NO_CAPABILITIES, ""));
        HIDING.put("model.files", device -> device.delete(FakeDevice.MODEL));
    }

    private DeviceFaults() {
    }

    private static void swapInPlain(FakeDevice device) {
        device.replace(SWAPS, "/dev/dm-2", "/dev/nvme0n1p2").write("/dev/nvme0n1p2", "");
    }
}
