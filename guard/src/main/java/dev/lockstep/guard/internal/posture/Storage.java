package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether what is written to a folder ends on an encrypted disk (Linux). For one examination. */
final class Storage {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    /** Directories whose contents an overlay shows, or keeps. */
    private static final List<String> LAYERS = List.of("lowerdir", "lowerdir+", "datadir+", "upperdir", "workdir");

    /** Further devices that hold data of it, or pieces of them: of XFS, and journals of others. */
    private static final List<String> FURTHER_DEVICES = List.of("rtdev", "logdev", "journal_path", "jdev");

    private final DeviceView device;
    private final Mounts mounts;
    private final BlockDevices devices;
    private final Explored<Mount> explored = new Explored<>();

    Storage(DeviceView device) throws UnseenException {
        this.device = device;
        mounts = Mounts.of(device);
        devices = new BlockDevices(device, this);
    }

    /** Need not exist: what is made in it later lies where the mounts on its way say. */
    Finding ofFolder(String folder) throws UnseenException {
        return ofResolved(device.follow(folder).path());
    }

    /** A file that must be there: a path of another container names nothing here, or something else. */
    Finding ofFile(String file) throws UnseenException {
        String path = device.follow(file).path();
        if (!file.startsWith("/") || !device.exists(path)) {
            throw new UnseenException(file + " is not seen from here");
        }
        return ofResolved(path);
    }

    Finding ofDevice(String name) throws UnseenException {
        return devices.ofName(name);
    }

    private Finding ofResolved(String path) throws UnseenException {
        Mount mount = mounts.of(path);
        return explored.of(mount, mount.type() + " at " + mount.point(), () -> ofMount(mount));
    }

    private Finding ofMount(Mount mount) throws UnseenException {
        String type = mount.type();
        if (IN_MEMORY.contains(type)) {
            return Finding.pass(type + " at " + mount.point() + " is in memory");
        }
        return switch (type) {
            case "ecryptfs" -> Finding.pass("ecryptfs at " + mount.point());
            case "overlay" -> ofOverlay(mount);
            case "btrfs" -> ofBtrfs(mount);
            case "zfs", "bcachefs" -> Finding.unknown(type + " at " + mount.point() + " encrypts by settings of its own, which are in no file");
            default -> mount.device().startsWith("0:") ? Finding.unknown(type + " at " + mount.point() + " lies on no disk that is seen from here")
                    : ofDisk(mount, ofDevices(mount));
        };
    }

    private Finding ofDevices(Mount mount) {
        var findings = new ArrayList<Finding>();
        findings.add(Finding.of(() -> devices.ofNumber(mount.device())));
        for (String option : FURTHER_DEVICES) {
            for (String further : mount.superOption(option)) {
                findings.add(Finding.of(() -> devices.ofName(nameAt(further))));
            }
        }
        return Finding.worst(findings);
    }

    /** What a file in {@code /dev} is called without links. */
    private String nameAt(String file) throws UnseenException {
        String path = device.follow(file).path();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** fscrypt encrypts single folders of a plain disk, and which ones no file says. */
    private Finding ofDisk(Mount mount, Finding disk) throws UnseenException {
        String marker = mount.point().equals("/") ? "/.fscrypt" : mount.point() + "/.fscrypt";
        return disk.status() == CheckStatus.FAIL && device.exists(marker)
                ? Finding.unknown(disk.evidence() + ", but fscrypt is set up in " + marker) : disk;
    }

    private Finding ofOverlay(Mount mount) {
        var findings = new ArrayList<Finding>();
        for (String layer : LAYERS) {
            for (String folders : mount.superOption(layer)) {
                // data-only layers are set off by an empty name
                for (String folder : folders.split(":")) {
                    if (!folder.isEmpty()) {
                        findings.add(Finding.of(() -> ofFile(folder)));
                    }
                }
            }
        }
        return findings.isEmpty() ? Finding.unknown("overlay at " + mount.point() + " names no layers") : Finding.worst(findings);
    }

    /** Its device number is of no device; it may be spread over several, all of which one folder lists. */
    private Finding ofBtrfs(Mount mount) throws UnseenException {
        String name = nameAt(mount.source());
        for (String fileSystem : device.names("/sys/fs/btrfs")) {
            List<String> names = device.names("/sys/fs/btrfs/" + fileSystem + "/devices");
            if (names.contains(name)) {
                return ofDisk(mount, Finding.worst(names.stream().map(each -> Finding.of(() -> devices.ofName(each))).toList()));
            }
        }
        return ofDisk(mount, devices.ofName(name));
    }
}
