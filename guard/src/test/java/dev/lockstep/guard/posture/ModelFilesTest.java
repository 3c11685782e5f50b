package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.testkit.FakeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who could change a model, or put another in its place. */
class ModelFilesTest {
    private static final String FOLDER = "/srv/models";

    @TempDir
    private Path root;
    private FakeDevice device;

    @BeforeEach
    void makeDevice() {
        device = FakeDevice.healthy(root);
    }

    private CheckResult look(String model) {
        var scope = PostureScope.DEVICE.withModel(Path.of(model));
        return new PostureProbe(Views.of(device)).examine(scope, List.of("model.files")).results().getFirst();
    }

    private void assertFails(String model, String evidence) {
        assertThat(look(model).status()).isEqualTo(CheckStatus.FAIL);
        assertThat(look(model).evidence()).contains(evidence);
    }

    @Test
    void aFolderIsLookedAtWithAllThatIsInIt() {
        device.write(FOLDER + "/big/shard-1", "x").mode(FOLDER + "/big", "rwxr-xr-x").mode(FOLDER + "/big/shard-1", "rw-r--r--");
        assertThat(look(FOLDER).status()).as(look(FOLDER).toString()).isEqualTo(CheckStatus.PASS);
        device.mode(FOLDER + "/big/shard-1", "rw-r--rw-");
        assertFails(FOLDER, "everybody may write to");
    }

    @Test
    void whoMayWriteToAFolderOnTheWayMayPutAnotherModelThere() {
        device.mode("/srv", "rwxrwxrwx");
        assertFails(FakeDevice.MODEL, "everybody may write to");
    }

    @Test
    void linksAreNamed() {
        device.link("/home/anna/model.gguf", "../../srv/models/model.gguf").link(FOLDER + "/weights", "model.gguf");
        assertFails("/home/anna/model.gguf", "/home/anna/model.gguf is a link");
        assertFails(FOLDER, "weights is a link");
    }

    /** Only the administrator makes links there; some systems have their homes behind one. */
    @Test
    void linksDirectlyBelowTheRootAreTheSystems() {
        device.link("/models", "srv/models");
        assertThat(look("/models/model.gguf").status()).isEqualTo(CheckStatus.PASS);
    }

    @Test
    void aSecondNameElsewhereIsNamed() throws IOException {
        Files.createLink(device.path("/home/anna/copy"), device.path(FakeDevice.MODEL));
        assertFails(FakeDevice.MODEL, "model.gguf has other names");
    }

    @ParameterizedTest
    @ValueSource(strings = {"big-00001-of-00002.gguf", "big-00001-of-00002.gguf.age"})
    void ofAModelInPartsAllAreLookedAt(String other) {
        String named = FOLDER + "/big-00002-of-00002.gguf";
        device.write(named, "x").mode(named, "rw-r--r--").write(FOLDER + '/' + other, "x").mode(FOLDER + '/' + other, "rw-r--r--");
        assertThat(look(named).status()).as(look(named).toString()).isEqualTo(CheckStatus.PASS);
        device.mode(FOLDER + '/' + other, "rw-rw-rw-");
        assertFails(named, other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nfs4", "cifs", "9p", "tmpfs", "fuse.sshfs", "fuseblk"})
    void whatOthersServeTheyCanChange(String type) {
        device.replace("/proc/self/mountinfo", "28 1", "40 28 0:50 / /srv rw - " + type + " x rw\n28 1");
        assertFails(FakeDevice.MODEL, "lies on " + type + " at /srv");
    }

    @Test
    void whereDisksOfAFileSystemAreIsKnownOfSomeOnly() {
        device.replace("/proc/self/mountinfo", "- ext4", "- newfs");
        assertThat(look(FakeDevice.MODEL)).matches(result -> result.status() == CheckStatus.UNKNOWN, "is unknown")
                .extracting(CheckResult::evidence).asString().contains("lies on newfs at /");
    }

    @Test
    void whatLiesTooDeepIsNotPassedOver() {
        String deep = FOLDER + "/a".repeat(15);
        device.write(deep + "/file", "x");
        assertThat(look(FOLDER).status()).as(look(FOLDER).toString()).isEqualTo(CheckStatus.PASS);
        device.folder(deep + "/a");
        assertThat(look(FOLDER)).matches(result -> result.status() == CheckStatus.UNKNOWN, "is unknown")
                .extracting(CheckResult::evidence).asString().contains("more than 16 folders");
    }

    /** A group of the user's own name is theirs alone only if nobody else is in it. */
    @Test
    void othersInThePrivateGroupAreNamed() throws IOException {
        Path model = device.path(FakeDevice.MODEL);
        var owner = Files.readAttributes(model, PosixFileAttributes.class).owner().getName();
        assumeThat(Files.readAttributes(model, PosixFileAttributes.class).group().getName()).as("a private group").isEqualTo(owner);
        Object group = Files.getAttribute(model, "unix:gid");
        String own = owner + ":x:1:" + group + "::/:/bin/sh\n";
        device.mode(FakeDevice.MODEL, "rw-rw-r--").write("/etc/passwd", own).write("/etc/group", owner + ":x:" + group + ":" + owner + "\n");
        assertThat(look(FakeDevice.MODEL).status()).as(look(FakeDevice.MODEL).toString()).isEqualTo(CheckStatus.PASS);
        device.write("/etc/passwd", own + "eve:x:2:" + group + "::/:/bin/sh\n");
        assertFails(FakeDevice.MODEL, "eve, of the file's group, may write to");
        device.write("/etc/passwd", own).write("/etc/group", owner + ":x:" + group + ":bob\n");
        assertFails(FakeDevice.MODEL, "bob, of the file's group, may write to");
        device.delete("/etc/group");
        assertThat(look(FakeDevice.MODEL).status()).isEqualTo(CheckStatus.UNKNOWN);
    }

    @Test
    void whatIsNotThereIsUnknown() {
        assertThat(look("/srv/models/other.gguf")).matches(result -> result.status() == CheckStatus.UNKNOWN, "is unknown")
                .extracting(CheckResult::evidence).isEqualTo("/srv/models/other.gguf: does not exist");
    }
}
