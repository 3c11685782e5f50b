package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What macOS says of itself: its own commands, since it has no files for it. */
final class MacChecks {
    private static final String SYSCTL = "/usr/sbin/sysctl";

    /** What FileVault is about: the volume of the system, and the one that it shows as a part of it. */
    private static final List<String> OWN_VOLUMES = List.of("/", "/System/Volumes/Data");

    /** Where others are mounted, and may be mounted later. */
    private static final Path OTHER_VOLUMES = Path.of("/Volumes");

    static final List<Check> ALL = List.of(
            new Check("disk.encryption", "switch FileVault on (System Settings, Privacy & Security)", MacChecks::diskEncryption),
            new Check("swap", "remove the setting that switches encryption of swap off", MacChecks::swap),
            new Check("core.dumps", "sysctl kern.coredump=0, as the administrator",
                    // where they are written at all, they are bounded by a limit that no command shows
                    new CommandLook(List.of(SYSCTL, "-n", "kern.coredump"), List.of("0"), List.of())),
            new Check("lockdown", "csrutil enable, in the recovery system",
                    new CommandLook(List.of("/usr/bin/csrutil", "status"), List.of("System Integrity Protection status: enabled."),
                            List.of("System Integrity Protection status: disabled."))),
            new Check("kernel.version", "install the system's updates", MacChecks::version),
            new Check("privileges", "run it as an ordinary user", MacChecks::privileges),
            new Check("gatekeeper", "spctl --global-enable, as the administrator",
                    new CommandLook(List.of("/usr/sbin/spctl", "--status"), List.of("assessments enabled"), List.of("assessments disabled"))));

    private MacChecks() {
    }

    private static Finding diskEncryption(DeviceView device, PostureScope scope) throws UnseenException {
        for (Path place : DiskEncryptionCheck.places(scope)) {
            if (place.startsWith(OTHER_VOLUMES) || !isOnOwnVolume(device, place)) {
                return Finding.unknown(place + " may lie on a volume that FileVault is not about");
            }
        }
        var finding = new CommandLook(List.of("/usr/bin/fdesetup", "status"), List.of("FileVault is On."),
                List.of("FileVault is Off.", "FileVault is Off,")).look(device, scope);
        // "Encryption in progress", "Decryption in progress": something on the disk is still plain, or soon will be
        return finding.evidence().contains("in progress") ? Finding.unknown(finding.evidence()) : finding;
    }

    private static boolean isOnOwnVolume(DeviceView device, Path place) throws UnseenException {
        Optional<Path> there = RealPlace.of(device, place);
        if (there.isEmpty()) {
            return false;
        }
        Object volume = RealPlace.volume(there.get());
        for (String own : OWN_VOLUMES) {
            if (device.exists(own) && RealPlace.volume(device.path(own)).equals(volume)) {
                return true;
            }
        }
        return false;
    }

    /** {@code total = 1024.00M  used = 512.00M  free = 512.00M  (encrypted)}. */
    private static Finding swap(DeviceView device, PostureScope scope) throws UnseenException {
        String usage = device.output(List.of(SYSCTL, "-n", "vm.swapusage")).strip();
        String evidence = SYSCTL + " vm.swapusage: " + usage;
        if (!usage.startsWith("total = ")) {
            return Finding.unknown(evidence);
        }
        return Finding.of(usage.endsWith("(encrypted)"), evidence);
    }

    private static Finding version(DeviceView device, PostureScope scope) throws UnseenException {
        return Version.ofOtherKind(device.output(List.of(SYSCTL, "-n", "kern.osproductversion")).strip(), scope.minimumKernel(),
                "kern.osproductversion");
    }

    private static Finding privileges(DeviceView device, PostureScope scope) throws UnseenException {
        String user = device.output(List.of("/usr/bin/id", "-u")).strip();
        return user.isEmpty() || !user.chars().allMatch(c -> c >= '0' && c <= '9') ? Finding.unknown("/usr/bin/id: " + user)
                : Finding.of(!user.equals("0"), "the user's number is " + user);
    }
}
