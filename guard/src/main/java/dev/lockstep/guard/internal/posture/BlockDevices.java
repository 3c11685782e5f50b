package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether block devices are encrypted: by what they are made of, down to the disks. Sees what device-mapper, RAID and loop devices stack. */
final class BlockDevices {
    private static final String BY_NAME = "/sys/class/block/";

    /** Kinds of dm-crypt, as cryptsetup writes them; others (VERITY, INTEGRITY) only check. */
    private static final List<String> ENCRYPTED =
            List.of("CRYPT-LUKS1-", "CRYPT-LUKS2-", "CRYPT-PLAIN-", "CRYPT-LOOPAES-", "CRYPT-TCRYPT-", "CRYPT-BITLK-", "CRYPT-FVAULT2-");

    /** Disks that a hypervisor or another machine makes: whether that encrypts them is not seen from here. */
    private static final List<String> ELSEWHERE = List.of("vd", "xvd", "nbd", "rbd", "drbd");
    private static final List<String> HYPERVISORS = List.of("QEMU", "VMware", "VBOX", "Virtual", "Google", "Amazon", "Microsoft", "Msft");

    private final DeviceView device;
    private final Storage storage;
    private final Explored<String> explored = new Explored<>();

    BlockDevices(DeviceView device, Storage storage) {
        this.device = device;
        this.storage = storage;
    }

    /** @param number major and minor, {@code 253:0} */
    Finding ofNumber(String number) throws UnseenException {
        return ofNode(device.follow("/sys/dev/block/" + number).path());
    }

    /** @param name as in {@code /dev}, without links */
    Finding ofName(String name) throws UnseenException {
        if (name.isEmpty()) {
            throw new UnseenException("a device has no name");
        }
        return ofNode(device.follow(BY_NAME + name).path());
    }

    private Finding ofNode(String node) throws UnseenException {
        return explored.of(node, node, () -> look(node));
    }

    private Finding look(String node) throws UnseenException {
        if (!device.exists(node)) {
            throw DeviceView.absent(node);
        }
        Optional<String> kind = device.textIfPresent(node + "/dm/uuid");
        if (kind.isPresent() && ENCRYPTED.stream().anyMatch(kind.get()::startsWith)) {
            return Finding.pass(name(node) + " is " + kind.get().substring(0, kind.get().indexOf('-', "CRYPT-".length())) + " (" + node + "/dm/uuid)");
        }
        List<String> parts = device.names(node + "/slaves");
        if (!parts.isEmpty()) {
            return ofParts(node, parts);
        }
        Optional<String> file = device.textIfPresent(node + "/loop/backing_file");
        if (file.isPresent()) {
            return storage.ofFile(KernelText.unescaped(file.get())).about(name(node) + " in " + file.get());
        }
        return kind.isPresent() ? Finding.unknown(node + " is made by device-mapper of what is not seen") : ofDisk(node);
    }

    private Finding ofParts(String node, List<String> parts) throws UnseenException {
        var findings = new ArrayList<Finding>();
        for (String part : parts) {
            String below = device.follow(node + "/slaves/" + part).path();
            // a link in sysfs leads to the device itself; without links, it has the name
            findings.add(below.startsWith(node) ? ofName(part) : ofNode(below));
        }
        return Finding.worst(findings);
    }

    private Finding ofDisk(String node) throws UnseenException {
        if (device.exists(node + "/partition")) {
            return ofNode(node.substring(0, node.lastIndexOf('/')));
        }
        String name = name(node);
        if (name.startsWith("zram")) {
            return ofCompressedMemory(node);
        }
        if (name.startsWith("ram")) {
            return Finding.pass(name + " is in memory");
        }
        String maker = device.textIfPresent(node + "/device/vendor").orElse("") + ' ' + device.textIfPresent(node + "/device/model").orElse("");
        if (ELSEWHERE.stream().anyMatch(name::startsWith) || HYPERVISORS.stream().anyMatch(maker::contains)) {
            return Finding.unknown(name + " is a disk of a hypervisor or of another machine (" + node + "), which may encrypt it or not");
        }
        return Finding.fail(name + " is not encrypted (" + node + ")");
    }

    /** Swap in memory, which may be written to a disk where it does not compress. */
    private Finding ofCompressedMemory(String node) throws UnseenException {
        Optional<String> disk = device.textIfPresent(node + "/backing_dev").filter(each -> !each.equals("none"));
        return disk.isPresent() ? ofName(name(disk.get())).about(name(node) + " writes to " + disk.get())
                : Finding.pass(name(node) + " is in memory");
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
