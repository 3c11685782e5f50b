package dev.lockstep.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A Linux laptop made of files: what its kernel says in {@code /proc} and {@code /sys}, below a folder, and what its Java says of itself.
 * It is fit when it is made: LVM on LUKS on an SSD, encrypted swap, Secure Boot, an ordinary user. Tests spoil it, one thing at a time.
 */
public final class FakeDevice {
    /** A model file that is there. */
    public static final String MODEL = "/srv/models/model.gguf";
    /** A folder of the user. */
    public static final String STATE = "/home/anna/.local/state/lockstep";
    /** When its program was built; its clock is a day further. */
    public static final Instant BUILT_AT = Instant.parse("2026-11-23T00:00:00Z");

    private static final String EFI = "/sys/firmware/efi/efivars/";
    private static final String EFI_GLOBAL = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    private static final String VIRTUAL = "/sys/devices/virtual/block/";
    private static final String DISK = "/sys/devices/pci0000:00/0000:00:1d.0/nvme/nvme0/nvme0n1";

    private final Path root;
    private final Map<String, String> options = new HashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private final Set<String> variables = new TreeSet<>(List.of("HOME", "PATH", "LANG"));

    /** Also for threads that look by themselves. */
    private volatile Instant now = BUILT_AT.plus(Duration.ofDays(1));

    private FakeDevice(Path root) {
        this.root = root;
    }

    /** @param root an empty folder */
    public static FakeDevice healthy(Path root) {
        var device = new FakeDevice(root);
        device.makeDisks();
        device.makeProcess();
        device.makeKernel();
        device.makeJvm();
        return device;
    }

    /** {@code nvme0n1p2} holds LUKS ({@code dm-0}), in which LVM has a volume for all ({@code dm-1}) and one for swap ({@code dm-2}). */
    private void makeDisks() {
        write("/proc/self/mountinfo", """
                22 28 0:21 / /proc rw,nosuid shared:14 - proc proc rw
                23 28 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw
                28 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/laptop-root rw,errors=remount-ro
                """);
        write("/proc/swaps", """
                Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority
                /dev/dm-2                               partition\t8388604\t\t0\t\t-2
                """);
        write("/proc/self/cgroup", "0::/user.slice\n").write("/sys/fs/cgroup/user.slice/memory.swap.max", "max\n");
        write(DISK + "/device/model", "Samsung SSD 980 PRO\n").write(DISK + "/nvme0n1p2/partition", "2\n");
        blockDevice("259:0", "nvme0n1", DISK).blockDevice("259:2", "nvme0n1p2", DISK + "/nvme0n1p2");
        mapped(0, "CRYPT-LUKS2-8c1f0d1e5a3b4b7e9f3e2d7c6b5a4938-laptop", DISK + "/nvme0n1p2");
        mapped(1, "LVM-Yq0zcBsv3VtqLnQJxNw4mUuHkP2aTe8R", VIRTUAL + "dm-0").mapped(2, "LVM-Yq0zcBsv3VtqLnQJxNw4mUuHkP2aTe9S", VIRTUAL + "dm-0");
        write("/dev/dm-2", "");
        write("/sys/power/state", "freeze mem disk\n").write("/sys/power/disk", "[disabled]\n");
        write(MODEL, "GGUF").folder(STATE);
        mode("/srv", "rwxr-xr-x").mode("/srv/models", "rwxr-xr-x").mode(MODEL, "rw-r--r--");
    }

    private void makeProcess() {
        String status = """
                Name:\tjava
                Umask:\t0022
                TracerPid:\t0
                Uid:\t1000\t1000\t1000\t1000
                CapPrm:\t0000000000000000
                CapEff:\t0000000000000000
                NoNewPrivs:\t0
                """;
        write("/proc/self/status", status).write("/proc/self/task/100/status", status).write("/proc/self/task/101/status", status);
        // nobody but the administrator, so that whoever runs the tests is in no group with others
        write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n").write("/etc/group", "root:x:0:\n");
        write("/proc/self/coredump_filter", "00000000\n");
        write("/proc/self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max core file size        unlimited            unlimited            bytes
                """);
    }

    private void makeKernel() {
        setting("kernel/yama/ptrace_scope", 1).setting("kernel/randomize_va_space", 2).setting("kernel/kptr_restrict", 1)
                .setting("kernel/dmesg_restrict", 1).setting("kernel/unprivileged_bpf_disabled", 2).setting("kernel/perf_event_paranoid", 4)
                .setting("fs/protected_symlinks", 1).setting("fs/protected_hardlinks", 1).setting("fs/suid_dumpable", 2);
        write("/proc/sys/kernel/core_pattern", "core\n").write("/proc/sys/kernel/osrelease", "6.8.0-49-generic\n");
        firmware("SecureBoot", 1).firmware("SetupMode", 0);
        write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
        write("/sys/devices/system/cpu/vulnerabilities/meltdown", "Not affected\n");
        write("/sys/devices/system/cpu/vulnerabilities/spectre_v1", "Mitigation: usercopy/swapgs barriers and __user pointer sanitization\n");
    }

    private void makeJvm() {
        for (String name : List.of("CreateCoredumpOnCrash", "HeapDumpOnOutOfMemoryError", "HeapDumpBeforeFullGC", "HeapDumpAfterFullGC",
                "UsePerfData", "EnableDynamicAgentLoading")) {
            option(name, "false");
        }
        option("SuppressFatalErrorMessage", "true").option("DisableAttachMechanism", "true").option("OnError", "").option("OnOutOfMemoryError", "");
        arguments.add("-Xmx512m");
    }

    /** Where it is: its own {@code /}. */
    public Path root() {
        return root;
    }

    /** Where one of its files is in truth. */
    public Path path(String path) {
        return root.resolve(path.substring(1));
    }

    /** Writes a file of it, and makes the folders on the way. */
    public FakeDevice write(String file, String content) {
        return write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** The same for any bytes. */
    public FakeDevice write(String file, byte[] content) {
        return change(() -> {
            Files.createDirectories(path(file).getParent());
            Files.write(path(file), content);
        });
    }

    public FakeDevice folder(String folder) {
        return change(() -> Files.createDirectories(path(folder)));
    }

    /** Replaces a text in a file of it; the text must be there. */
    public FakeDevice replace(String file, String before, String after) {
        return change(() -> {
            String text = Files.readString(path(file));
            if (!text.contains(before)) {
                throw new IllegalArgumentException(file + " has no " + before);
            }
            Files.writeString(path(file), text.replace(before, after));
        });
    }

    public FakeDevice delete(String file) {
        return change(() -> Files.delete(path(file)));
    }

    /** Makes a link; where to is not looked at. */
    public FakeDevice link(String link, String target) {
        return change(() -> {
            Files.createDirectories(path(link).getParent());
            Files.createSymbolicLink(path(link), Path.of(target));
        });
    }

    /** @param permissions as {@code rw-r--r--} */
    public FakeDevice mode(String file, String permissions) {
        return change(() -> Files.setPosixFilePermissions(path(file), PosixFilePermissions.fromString(permissions)));
    }

    /** A number below {@code /proc/sys}. */
    public FakeDevice setting(String name, int value) {
        return write("/proc/sys/" + name, value + "\n");
    }

    /** A global variable of the firmware: four bytes of attributes, and one that counts. */
    public FakeDevice firmware(String name, int value) {
        return firmware(name, new byte[] {6, 0, 0, 0, (byte) value});
    }

    /** The same for any bytes. */
    public FakeDevice firmware(String name, byte[] bytes) {
        return write(EFI + name + EFI_GLOBAL, bytes);
    }

    /** A disk, a partition, or something made of them. */
    public FakeDevice blockDevice(String number, String name, String folder) {
        return folder(folder).inSysfs("/sys/dev/block/" + number, folder).inSysfs("/sys/class/block/" + name, folder);
    }

    /** A device of device-mapper, made of others. */
    public FakeDevice mapped(int minor, String uuid, String... parts) {
        String folder = VIRTUAL + "dm-" + minor;
        blockDevice("253:" + minor, "dm-" + minor, folder).write(folder + "/dm/uuid", uuid + '\n');
        for (String part : parts) {
            inSysfs(folder + "/slaves" + part.substring(part.lastIndexOf('/')), part);
        }
        return this;
    }

    /** Links of sysfs are relative. */
    private FakeDevice inSysfs(String link, String target) {
        return link(link, Path.of(link).getParent().relativize(Path.of(target)).toString());
    }

    /** What an option of its VM is; null if it has none of that name. */
    public FakeDevice option(String name, String value) {
        if (value == null) {
            options.remove(name);
        } else {
            options.put(name, value);
        }
        return this;
    }

    public Map<String, String> options() {
        return options;
    }

    /** What its Java was started with; may be added to. */
    public List<String> arguments() {
        return arguments;
    }

    /** Names of the variables in its environment; may be added to. */
    public Set<String> variables() {
        return variables;
    }

    /** What its clock says. */
    public Instant now() {
        return now;
    }

    public FakeDevice setClock(Instant time) {
        now = time;
        return this;
    }

    private interface Change {
        void make() throws IOException;
    }

    private FakeDevice change(Change change) {
        try {
            change.make();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
