package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.FakeDevice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies on encrypted disks, whatever is stacked between a folder and the disk. */
class DiskEncryptionTest {
    private static final String MOUNTS = "/proc/self/mountinfo";
    private static final String VIRTUAL = "/sys/devices/virtual/block/";
    private static final String SATA = "/sys/devices/pci0000:00/ata1/host0/block/sda";

    @TempDir
    private Path root;
    private FakeDevice device;

    @BeforeEach
    void makeDevice() {
        device = FakeDevice.healthy(root);
        device.blockDevice("8:0", "sda", SATA).blockDevice("8:1", "sda1", SATA + "/sda1").write(SATA + "/sda1/partition", "1\n");
    }

    private void mount(String line) {
        device.write(MOUNTS, "28 1 253:1 / / rw shared:1 - ext4 /dev/mapper/laptop-root rw\n" + line + '\n');
    }

    private CheckResult look(String folder) {
        Posture posture = new PostureProbe(Views.of(device)).examine(PostureScope.DEVICE.withFolder(Path.of(folder)), List.of("disk.encryption"));
        return posture.results().getFirst();
    }

    private void assertPasses(String folder) {
        assertThat(look(folder)).as(folder).matches(result -> result.status() == CheckStatus.PASS, "passes");
    }

    private void assertFails(String folder, String evidence) {
        assertThat(look(folder)).as(folder).matches(result -> result.status() == CheckStatus.FAIL, "fails")
                .extracting(CheckResult::evidence).asString().contains(evidence);
    }

    private void assertUnknown(String folder, String evidence) {
        assertThat(look(folder)).as(folder).matches(result -> result.status() == CheckStatus.UNKNOWN, "is unknown")
                .extracting(CheckResult::evidence).asString().contains(evidence);
    }

    @Test
    void aPartitionOfAPlainDiskIsNamed() {
        mount("40 28 8:1 / /data rw shared:2 - xfs /dev/sda1 rw");
        assertFails("/data/models", "/data/models: sda is not encrypted");
        assertPasses("/database");
    }

    @Test
    void spacesInMountPointsAreEscaped() {
        mount("40 28 8:1 / /media/my\\040disk\\134x rw shared:2 - xfs /dev/sda1 rw");
        assertFails("/media/my disk\\x/models", "sda is not encrypted");
        assertPasses("/media/my");
    }

    @Test
    void aFolderThatIsNotThereCountsAsWhereItWouldBeMade() {
        mount("40 28 8:1 / /data rw shared:2 - xfs /dev/sda1 rw");
        assertFails("/data/a/b/c", "sda is not encrypted");
    }

    @Test
    void linksAreFollowedToWhereTheyLead() {
        mount("40 28 8:1 / /data rw shared:2 - xfs /dev/sda1 rw");
        device.folder("/data/models").link("/home/anna/models", "../../data/./models");
        assertFails("/home/anna/models/x", "sda is not encrypted");
        device.link("/loop1", "/loop2").link("/loop2", "/loop1");
        assertUnknown("/loop1", "leads through more than 40 links");
    }

    @Test
    void aLaterMountHidesWhatWasThereAndBelow() {
        device.folder("/data/models");
        mount("""
                40 28 8:1 / /data/models rw - xfs /dev/sda1 rw
                41 28 253:1 / /data rw - ext4 /dev/mapper/laptop-root rw""");
        assertPasses("/data/models");
        mount("""
                40 28 253:1 / /data rw - ext4 /dev/mapper/laptop-root rw
                41 40 8:1 / /data rw - xfs /dev/sda1 rw""");
        assertFails("/data/models", "sda is not encrypted");
    }

    @Test
    void volumesOverSeveralDisksAreAsGoodAsTheWorstOfThem() {
        device.mapped(5, "LVM-data", VIRTUAL + "dm-0", SATA + "/sda1");
        mount("40 28 253:5 / /data rw - ext4 /dev/mapper/data rw");
        assertFails("/data", "sda is not encrypted");
    }

    @Test
    void whatOnlyChecksDoesNotEncrypt() {
        device.mapped(5, "CRYPT-VERITY-0123-root", SATA + "/sda1").mapped(6, "CRYPT-INTEGRITY-0123-data", VIRTUAL + "dm-0");
        mount("40 28 253:5 / /a rw - ext4 /dev/dm-5 rw\n41 28 253:6 / /b rw - ext4 /dev/dm-6 rw");
        assertFails("/a", "sda is not encrypted");
        assertPasses("/b");
    }

    @Test
    void devicesThatAreMadeOfThemselvesEnd() {
        device.mapped(5, "LVM-a", VIRTUAL + "dm-6").mapped(6, "LVM-b", VIRTUAL + "dm-5");
        mount("40 28 253:5 / /data rw - ext4 /dev/dm-5 rw");
        assertUnknown("/data", "is made of itself");
    }

    @Test
    void towersOfDevicesEnd() {
        for (int i = 10; i < 200; i++) {
            device.mapped(i, "LVM-" + i, VIRTUAL + "dm-" + (i + 1), VIRTUAL + "dm-" + (i + 2));
        }
        mount("40 28 253:10 / /data rw - ext4 /dev/dm-10 rw");
        assertUnknown("/data", "more than 64 layers");
    }

    @Test
    void loopDevicesAreAsGoodAsWhereTheirFileLies() {
        device.folder("/data").write("/home/anna/image", "").write("/data/image", "");
        device.blockDevice("7:0", "loop0", VIRTUAL + "loop0").write(VIRTUAL + "loop0/loop/backing_file", "/home/anna/image\n");
        device.blockDevice("7:1", "loop1", VIRTUAL + "loop1").write(VIRTUAL + "loop1/loop/backing_file", "/data/image\n");
        device.blockDevice("7:2", "loop2", VIRTUAL + "loop2").write(VIRTUAL + "loop2/loop/backing_file", "/gone (deleted)\n");
        mount("""
                40 28 8:1 / /data rw - xfs /dev/sda1 rw
                50 28 7:0 / /a rw - ext4 /dev/loop0 rw
                51 28 7:1 / /b rw - ext4 /dev/loop1 rw
                52 28 7:2 / /c rw - ext4 /dev/loop2 rw""");
        assertPasses("/a");
        assertFails("/b", "loop1 in /data/image: sda is not encrypted");
        assertUnknown("/c", "/gone (deleted) is not seen from here");
    }

    @Test
    void overlaysAreAsGoodAsTheirWorstLayer() {
        device.folder("/data/lower").folder("/var/upper").folder("/var/work").folder("/var/lower");
        String layers = "rw,lowerdir=/var/lower:%s,upperdir=/var/upper,workdir=/var/work";
        mount("40 28 8:1 / /data rw - xfs /dev/sda1 rw\n50 28 0:60 / /merged rw - overlay overlay " + layers.formatted("/var/lower"));
        assertPasses("/merged/models");
        mount("40 28 8:1 / /data rw - xfs /dev/sda1 rw\n50 28 0:60 / /merged rw - overlay overlay " + layers.formatted("/data/lower"));
        assertFails("/merged/models", "sda is not encrypted");
    }

    @Test
    void layersOfAnotherNamespaceAreNotGuessed() {
        mount("50 28 0:60 / /merged rw - overlay overlay rw,lowerdir=l/ABC:l/DEF,upperdir=/var/lib/docker/x");
        assertUnknown("/merged", "is not seen from here");
        mount("50 28 0:60 / /merged rw - overlay overlay rw");
        assertUnknown("/merged", "names no layers");
        device.folder("/merged/upper");
        mount("50 28 0:60 / /merged rw - overlay overlay rw,upperdir=/merged/upper");
        assertUnknown("/merged", "is made of itself");
    }

    @Test
    void btrfsIsAsGoodAsTheWorstOfItsDevices() {
        device.link("/dev/mapper/laptop-root", "../dm-1").write("/dev/dm-1", "");
        mount("40 28 0:33 /@home /data rw - btrfs /dev/mapper/laptop-root rw,subvol=/@home");
        assertPasses("/data");
        device.folder("/sys/fs/btrfs/features").folder("/sys/fs/btrfs/0b1c/devices/dm-1").folder("/sys/fs/btrfs/0b1c/devices/sda1");
        assertFails("/data", "sda is not encrypted");
    }

    @Test
    void furtherDevicesOfAFileSystemCount() {
        device.write("/dev/sda1", "").link("/dev/disk/log", "../sda1").link("/dev/mapper/laptop-root", "../dm-1").write("/dev/dm-1", "");
        for (String option : List.of("rtdev=/dev/sda1", "logdev=/dev/disk/log", "journal_path=/dev/sda1", "jdev=/dev/sda1")) {
            mount("40 28 253:1 / /data rw - xfs /dev/dm-1 rw,attr2," + option + ",noquota");
            assertFails("/data", "sda is not encrypted");
        }
        mount("40 28 253:1 / /data rw - xfs /dev/dm-1 rw,logdev=/dev/mapper/laptop-root");
        assertPasses("/data");
        mount("40 28 253:1 / /data rw - xfs /dev/dm-1 rw,logdev=/dev/gone");
        assertUnknown("/data", "gone does not exist");
    }

    @Test
    void fileSystemsThatEncryptByThemselvesAreKnownAsFarAsFilesTell() {
        mount("""
                40 28 0:50 / /zfs rw - zfs pool/data rw
                41 28 0:51 / /ecryptfs rw - ecryptfs /home/.ecryptfs rw
                42 28 0:52 / /gocryptfs rw - fuse.gocryptfs /home/x rw
                43 28 0:53 / /nfs rw - nfs4 server:/x rw
                44 28 0:54 / /tmp rw - tmpfs tmpfs rw""");
        assertUnknown("/zfs", "zfs at /zfs encrypts by settings of its own");
        assertPasses("/ecryptfs");
        assertUnknown("/gocryptfs", "lies on no disk");
        assertUnknown("/nfs", "lies on no disk");
        assertPasses("/tmp");
    }

    @Test
    void fscryptLeavesItUnknownWhichFoldersAreEncrypted() {
        mount("40 28 8:1 / /data rw - ext4 /dev/sda1 rw");
        device.folder("/data/.fscrypt");
        assertUnknown("/data/x", "fscrypt is set up in /data/.fscrypt");
    }

    @Test
    void disksOfHypervisorsMayBeEncryptedOutside() {
        String virtio = "/sys/devices/pci0000:00/virtio1/block/vda";
        device.blockDevice("254:0", "vda", virtio).write(SATA + "/device/vendor", "QEMU    \n");
        mount("40 28 254:0 / /a rw - ext4 /dev/vda rw\n41 28 8:1 / /b rw - ext4 /dev/sda1 rw");
        assertUnknown("/a", "vda is a disk of a hypervisor");
        assertUnknown("/b", "sda is a disk of a hypervisor");
    }

    @Test
    void oneOfManyMountsIsFoundAndOneMalformedLineMakesAllUnknown() {
        var lines = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            lines.append(1000 + i).append(" 28 8:1 / /data/").append(i).append(" rw shared:2 - xfs /dev/sda1 rw\n");
        }
        mount(lines.toString().stripTrailing());
        assertFails("/data/9999/models", "sda is not encrypted");
        assertPasses("/data");
        mount(lines + "no mount");
        assertUnknown("/data/1", "line 10002 of " + MOUNTS + " is malformed");
    }

    @Test
    void tablesThatAreNoneAreUnknown() {
        for (String table : List.of("", "\0\1\2", "1 1 8:1 / x rw - ext4 a rw", "1 2 8:1 / /x rw - ext4 a rw", "1 2 8:1 / / rw ext4 a rw b c d",
                "x 2 8:1 / / rw - ext4 a rw", "1 2 9:9 / / rw - ext4 a rw", "1 2 ../../x / / rw - ext4 a rw", "1 1 8:1 / / rw - ext4\n2 1 8:1 / / rw - ext4 a rw")) {
            device.write(MOUNTS, table);
            assertUnknown("/srv", "");
        }
        device.write(MOUNTS, new byte[DeviceView.MAX_FILE_BYTES + 1]);
        assertUnknown("/srv", MOUNTS + " is larger than");
        device.delete(MOUNTS).folder(MOUNTS);
        assertUnknown("/srv", MOUNTS + " is no file");
    }

    @Test
    void mountsThatAreWithinThemselvesEnd() {
        device.write(MOUNTS, """
                1 0 253:1 / / rw - ext4 a rw
                2 1 253:1 / /data rw - ext4 a rw
                3 2 253:1 / /data rw - ext4 a rw
                2 3 253:1 / /data rw - ext4 a rw
                """);
        assertUnknown("/data", "has mounts within themselves");
    }

    @Test
    void aPathThatNoSystemHasIsUnknown() {
        assertUnknown("/a".repeat(3000), "a path has more than 4096 characters");
    }
}
