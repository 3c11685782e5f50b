package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.FakeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    @ValueSource(strings = {"nfs4", "cifs", "9p", "tmpfs", "fuse.sshfs", "fuseblk"})
    void whatOthersServeTheyCanChange(String type) {
        device.replace("/proc/self/mountinfo", "28 1", "40 28 0:50 / /srv rw - " + type + " x rw\n28 1");
        assertFails(FakeDevice.MODEL, "lies on " + type + " at /srv");
    }

    @Test
    void whatIsNotThereIsUnknown() {
        assertThat(look("/srv/models/other.gguf")).matches(result -> result.status() == CheckStatus.UNKNOWN, "is unknown")
                .extracting(CheckResult::evidence).isEqualTo("/srv/models/other.gguf: does not exist");
    }
}
