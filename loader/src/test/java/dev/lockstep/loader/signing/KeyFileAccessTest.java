package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who beside its owner may read and write a private key. */
class KeyFileAccessTest {
    @TempDir
    private Path folder;
    private Path plain;
    private Path encrypted;

    @BeforeEach
    void makeKeys() {
        plain = folder.resolve("plain.pem");
        encrypted = folder.resolve("encrypted.pem");
        var keys = SigningKeys.generate(SigningAlgorithm.P256);
        SigningKeys.write(keys, plain, folder.resolve("plain.pub.pem"), null);
        SigningKeys.write(keys, encrypted, folder.resolve("encrypted.pub.pem"), "secret".toCharArray());
    }

    private static void allow(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw--w----", "rw-rw----", "rw-----w-", "rw-rw-rw-"})
    void aPrivateKeyThatOthersMayWriteToIsNotRead(String permissions) throws IOException {
        for (Path file : new Path[] {plain, encrypted}) {
            allow(file, permissions);
            assertThatExceptionOfType(KeyFileException.class)
                    .isThrownBy(() -> SigningKeys.readKeyPair(file, "secret".toCharArray()))
                    .withMessageContaining("may write to (" + permissions + ")").withMessageContaining("chmod 600");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "r--r--r--"})
    void aPlainPrivateKeyThatOthersMayReadIsReadAndSaidToBeExposed(String permissions) throws IOException {
        allow(plain, permissions);
        assertThat(SigningKeys.readKeyPair(plain, null).getPrivate()).isNotNull();
        assertThat(SigningKeys.exposure(plain)).hasValueSatisfying(
                problem -> assertThat(problem).isEqualTo("others than its owner may read it (" + permissions + ")"));
    }

    @Test
    void aKeyOfItsOwnerAloneIsNotExposed() throws IOException {
        assertThat(SigningKeys.exposure(plain)).isEmpty();
        allow(plain, "r--------");
        assertThat(SigningKeys.exposure(plain)).isEmpty();
    }

    @Test
    void anEncryptedKeyIsNotExposedByBeingRead() throws IOException {
        allow(encrypted, "rw-r--r--");
        assertThat(SigningKeys.exposure(encrypted)).isEmpty();
    }

    @Test
    void permissionsOfALinkAreThoseOfTheFileItLeadsTo() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.pem"), plain);
        assertThat(SigningKeys.readKeyPair(link, null).getPrivate()).isNotNull();
        allow(plain, "rw-rw-r--");
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> SigningKeys.readKeyPair(link, null));
    }

    @Test
    void publicKeysMayBeAnybodys() throws IOException {
        Path publicPem = folder.resolve("plain.pub.pem");
        allow(publicPem, "rw-rw-rw-");
        assertThat(SigningKeys.readPublicKey(publicPem)).isNotNull();
        allow(publicPem, "rw-r--r--");
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> SigningKeys.exposure(publicPem))
                .withMessageContaining("not a PRIVATE KEY");
    }
}
