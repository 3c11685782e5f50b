package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What Windows says of itself. The folder of its commands is where it always is: an environment variable could lead elsewhere. Answers in
 * other languages than English, and commands that want an administrator, leave it unknown.
 */
final class WindowsChecks {
    private static final String SYSTEM = "C:\\Windows\\System32\\";

    static final List<Check> ALL = List.of(
            new Check("disk.encryption", "switch BitLocker on for these drives (manage-bde -on); asking for its state needs an administrator",
                    WindowsChecks::diskEncryption),
            new Check("secure.boot", "switch Secure Boot on in the firmware; asking for its state needs an administrator",
                    powerShell("Confirm-SecureBootUEFI")),
            new Check("kernel.version", "install the system's updates", WindowsChecks::version),
            new Check("defender", "switch real-time protection on (Windows Security)",
                    powerShell("(Get-MpComputerStatus).RealTimeProtectionEnabled")));

    private WindowsChecks() {
    }

    private static CommandLook powerShell(String expression) {
        return new CommandLook(powerShellCommand(expression), List.of("True"), List.of("False"));
    }

    private static List<String> powerShellCommand(String expression) {
        return List.of(SYSTEM + "WindowsPowerShell\\v1.0\\powershell.exe", "-NoProfile", "-NonInteractive", "-Command", expression);
    }

    private static Finding diskEncryption(DeviceView device, PostureScope scope) {
        List<Path> places = DiskEncryptionCheck.places(scope);
        var drives = new Explored<String>();
        return places.isEmpty() ? Finding.unknown("no model or folder was named") : Finding.worst(places.stream().map(place -> Finding.of(() -> {
            String drive = drive(device, place);
            return drives.of(drive, drive, () -> ofDrive(device, scope, drive));
        }).about(place.toString())).toList());
    }

    private static Finding ofDrive(DeviceView device, PostureScope scope, String drive) throws UnseenException {
        if (drive.length() != 2 || !Character.isLetter(drive.charAt(0)) || drive.charAt(1) != ':') {
            return Finding.unknown("is not on a drive of this machine");
        }
        return new CommandLook(List.of(SYSTEM + "manage-bde.exe", "-status", drive), List.of("Protection Status: Protection On"),
                List.of("Protection Status: Protection Off")).look(device, scope);
    }

    /** {@code C:} of {@code C:\models}. Where nothing of it exists there is no such drive, which the command says too. */
    private static String drive(DeviceView device, Path place) throws UnseenException {
        Optional<Path> there = RealPlace.of(device, place);
        if (there.isPresent() && !RealPlace.isOnVolumeOfItsRoot(there.get())) {
            throw new UnseenException("lies on a volume that is mounted in a folder");
        }
        String path = there.orElse(place).toString();
        return path.substring(0, Math.min(2, path.length())).toUpperCase(Locale.ROOT);
    }

    private static Finding version(DeviceView device, PostureScope scope) throws UnseenException {
        return Version.ofOtherKind(device.output(powerShellCommand("[Environment]::OSVersion.Version.ToString()")).strip(), scope.minimumKernel(),
                "the version of Windows");
    }
}
