package dev.lockstep.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs name files, not folders. */
class FileNamesTest {
    private static final FileNames NAMES = new FileNames(List.of(Path.of("/home/anna/Project Zwickau/model.gguf"), Path.of("/home/anna/state")));

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/home/anna/Project Zwickau/model.gguf: lies on ext4 at / (/proc/self/mountinfo) | model.gguf: lies on ext4 at / (/proc/self/mountinfo)",
        "everybody may write to /home/anna/Project Zwickau; /home/anna/state is a link | everybody may write to Project Zwickau; state is a link",
        "everybody may write to /home/anna/Project Zwickau/other.gguf | everybody may write to other.gguf",
        "/srv/secret/vault is a link | vault is a link",
        "ext4 at /media/anna/stick (/dev/sda1, /sys/dev/block/8:1) | ext4 at stick (/dev/sda1, /sys/dev/block/8:1)",
        "the administrator owns /srv and \"/a/b\" | the administrator owns /srv and \"b\"",
        "10 tokens/minute, 1/2 | 10 tokens/minute, 1/2"})
    void pathsBecomeNamesAndTheSystemsFilesStay(String text, String named) {
        assertThat(NAMES.in(text)).isEqualTo(named);
    }

    @Test
    void pathsThatAreNotNormalAreKnownToo() {
        assertThat(new FileNames(List.of(Path.of("/a b/c/../d/model.gguf"))).in("/a b/c/../d/model.gguf or /a b/d/model.gguf"))
                .isEqualTo("model.gguf or model.gguf");
    }
}
