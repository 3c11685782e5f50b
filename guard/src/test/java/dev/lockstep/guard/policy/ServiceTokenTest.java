package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.KeyFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceTokenTest {
    private static final String TEXT = "0123456789-0123456789-0123456789-0123456789";

    @TempDir
    private Path folder;

    private static ServiceToken token(String line) {
        return ServiceToken.ofLine(line.getBytes(StandardCharsets.UTF_8), "test");
    }

    private static GuardPolicy policyWith(ServiceToken token) {
        return new PolicyText().at("/principals/2", service -> service.put("tokenSha256", token.sha256())).parse();
    }

    @Test
    void whoHoldsTheTokenOfAServiceIsTheService() {
        try (var token = ServiceToken.generate(); var other = ServiceToken.generate()) {
            assertThat(token.service(policyWith(token))).contains(Facts.service("batch"));
            assertThat(other.service(policyWith(token))).isEmpty();
            assertThat(token.copyOfText()).hasSize(43).isNotEqualTo(other.copyOfText());
        }
    }

    @Test
    void theServiceIsFoundAmongOthers() {
        try (var token = ServiceToken.generate(); var last = ServiceToken.generate()) {
            GuardPolicy policy = new PolicyText().at("/principals/2", service -> service.put("tokenSha256", token.sha256()))
                    .array("/principals", all -> all.addObject().put("type", "service").put("name", "cron").put("tokenSha256", last.sha256())).parse();

            assertThat(token.service(policy)).contains(Facts.service("batch"));
            assertThat(last.service(policy)).contains(Facts.service("cron"));
        }
    }

    @Test
    void theHashIsThatOfTheTextAsEverybodyComputesIt() {
        // printf '%s' TEXT | sha256sum
        assertThat(token(TEXT).sha256()).isEqualTo("5ea575b5f9584bda44d5b9c39a3f985c4c4ddef4e8f23f0409dfc863c1ed3546");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n", "\n\n"})
    void theEndOfTheLineIsNoPartOfIt(String end) {
        assertThat(token(TEXT + end).sha256()).isEqualTo(token(TEXT).sha256());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", " 0123456789-0123456789-0123456789-0123456789", "0123456789-0123456789-0123456789\n0123456789-0123456789",
        "é123456789-0123456789-0123456789-0123456789"})
    void whatIsNoTokenIsRefusedWithoutBeingRepeated(String line) {
        assertThatThrownBy(() -> token(line)).isInstanceOf(KeyFileException.class).hasMessage(
                "test: holds no token: one line of 43 or more printable characters without spaces");
    }

    @Test
    void itIsReadFromAFileThatOnlyItsOwnerCanRead() throws IOException {
        Path file = folder.resolve("token");
        Files.writeString(file, TEXT + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        try (var read = ServiceToken.read(file)) {
            assertThat(read.sha256()).isEqualTo(token(TEXT).sha256());
        }

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> ServiceToken.read(file)).isInstanceOf(KeyFileException.class).hasMessageContaining("others than its owner may read it")
                .hasMessageNotContaining(TEXT);
        assertThatThrownBy(() -> ServiceToken.read(folder.resolve("none"))).isInstanceOf(KeyFileException.class).hasMessageContaining("does not exist");
    }

    @Test
    void itIsReadFromAPipeToItsEnd() throws IOException {
        try (var read = ServiceToken.read(Channels.newChannel(new ByteArrayInputStream((TEXT + "\n").getBytes(StandardCharsets.UTF_8))), "stdin")) {
            assertThat(read.sha256()).isEqualTo(token(TEXT).sha256());
        }
        assertThatThrownBy(() -> ServiceToken.read(Channels.newChannel(new ByteArrayInputStream(new byte[5000])), "stdin"))
                .isInstanceOf(KeyFileException.class).hasMessageContaining("larger than 4096 bytes");
    }

    @Test
    void itIsOverwrittenWhenItIsClosedAndNeverShown() {
        var token = token(TEXT);
        assertThat(token).hasToString("ServiceToken");
        token.close();

        assertThat(token.copyOfText()).containsOnly(0);
    }
}
