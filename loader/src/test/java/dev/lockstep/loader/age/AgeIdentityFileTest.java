package dev.lockstep.loader.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.signing.KeyFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgeIdentityFileTest {
    private final X25519Identity one = X25519Identity.generate();
    private final HybridIdentity two = HybridIdentity.generate();

    @TempDir
    private Path folder;

    @AfterEach
    void forget() {
        one.close();
        two.close();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("keys.txt"), text, StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] ascii) {
        return new String(ascii, StandardCharsets.US_ASCII);
    }

    @Test
    void whatIsWrittenIsRead() {
        Path first = folder.resolve("first.txt");
        Path second = folder.resolve("second.txt");
        AgeIdentityFile.write(first, one);
        AgeIdentityFile.write(second, two);
        assertThat(first).hasContent("# public key: " + one.recipient() + '\n' + text(one.toText()) + '\n');
        assertThat(AgeIdentityFile.read(first)).singleElement().isInstanceOfSatisfying(X25519Identity.class,
                read -> assertThat(read.recipient()).hasToString(one.recipient().toString()));
        assertThat(AgeIdentityFile.read(second)).singleElement().isInstanceOfSatisfying(HybridIdentity.class,
                read -> assertThat(read.recipient()).hasToString(two.recipient().toString()));
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> AgeIdentityFile.write(first, one)).withMessageContaining("not overwritten");
    }

    @Test
    void commentsAndEmptyLinesAreNothing() throws IOException {
        for (String end : new String[] {"\n", "\r\n", "\r"}) {
            Path file = write(String.join(end, "# größe", "", " \t", text(one.toText()), "#" + text(one.toText()), text(two.toText())));
            assertThat(AgeIdentityFile.read(file)).hasSize(2);
            write(String.join(end, "# nobody", one.recipient().toString(), "", two.recipient().toString(), ""));
            assertThat(AgeIdentityFile.readRecipients(file)).extracting(AgeRecipient::toString)
                    .containsExactly(one.recipient().toString(), two.recipient().toString());
        }
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutBeingShown() throws IOException {
        String secret = text(one.toText());
        refused(AgeIdentityFile::read, one.recipient().toString(), "holds a recipient where an identity is wanted");
        refused(AgeIdentityFile::read, secret + '\n' + secret + 'Q', "has a line that is no identity of age");
        refused(AgeIdentityFile::read, ' ' + secret, "has a line that is no identity of age");
        refused(AgeIdentityFile::read, "# " + secret, "holds no identity of age");
        refused(AgeIdentityFile::read, "", "holds no identity of age");
        refused(AgeIdentityFile::readRecipients, secret, "has a line that is no recipient of age");
        refused(AgeIdentityFile::readRecipients, "#", "holds no recipient of age");
        refused(AgeIdentityFile::read, "#".repeat(AgeIdentityFile.MAX_FILE_BYTES + 1), "is larger than 1048576 bytes, so it is no file of keys");
    }

    private void refused(Function<Path, ?> reading, String text, String inMessage) throws IOException {
        Path file = write(text);
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> reading.apply(file)).withMessageContaining(inMessage)
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain(text(one.toText())));
    }
}
