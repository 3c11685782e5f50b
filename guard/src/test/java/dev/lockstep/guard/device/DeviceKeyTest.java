package dev.lockstep.guard.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.guard.internal.crypto.Ed25519;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.KeyId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceKeyTest {
    @TempDir
    private Path temporary;
    private Path folder;

    @BeforeEach
    void folder() {
        folder = temporary.resolve("state/device");
    }

    @Test
    void aKeyIsMadeOnceAndIsTheSameFromThenOn() {
        DeviceKey made = DeviceKey.openOrCreate(folder);
        DeviceKey found = DeviceKey.openOrCreate(folder);
        assertThat(found.id()).isEqualTo(made.id());
        assertThat(found.name()).isEqualTo(made.name());
        assertThat(Ed25519.verify(made.publicKey(), new byte[] {1, 2}, found.sign(new byte[] {1, 2}))).isTrue();
    }

    @Test
    void allFilesAreTheirOwnersAlone() throws IOException {
        DeviceKey.openOrCreate(folder);
        assertThat(Files.getPosixFilePermissions(folder)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (var files = Files.list(folder)) {
            assertThat(files.toList()).hasSize(3).allSatisfy(file ->
                    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
    }

    @Test
    void ofManyThatMakeOneAllGetTheSame() {
        Set<KeyId> ids = IntStream.range(0, 16).parallel().mapToObj(_ -> DeviceKey.openOrCreate(folder).id()).collect(Collectors.toSet());
        assertThat(ids).hasSize(1);
        assertThat(folder.getParent()).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void theIdIsTheDigestOfThePublicFile() throws Exception {
        DeviceKey key = DeviceKey.openOrCreate(folder);
        byte[] pem = Files.readAllBytes(folder.resolve(DeviceKey.PUBLIC_KEY));
        assertThat(key.publicPem()).isEqualTo(new String(pem, StandardCharsets.US_ASCII));
        assertThat(key.id().hex()).isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(pem)));
    }

    /** The example in C2SP's signed-note.md. */
    @Test
    void keysOfSignedNotesAreAsTheSpecificationWritesThem() {
        String example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        assertThat(VerifierKey.parse(example, "vkey").text()).isEqualTo(example);
    }

    @Test
    void aNameIsGivenWhenTheKeyIsMade() {
        DeviceKey key = DeviceKey.create(folder, "till-7.shop");
        assertThat(key.name()).isEqualTo("till-7.shop");
        assertThat(VerifierKey.parse(key.vkey(), "vkey")).isEqualTo(VerifierKey.of(key));
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> DeviceKey.create(folder, "till-8"))
                .withMessageContaining("already");
    }

    @Test
    void aFolderThatHoldsSomethingElseIsNotTakenForThatOfAKey() throws IOException {
        Path other = Files.createDirectories(folder).resolve("notes.txt");
        Files.writeString(other, "mine");
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> DeviceKey.create(folder, "till-7"))
                .withMessageContaining("holds other files, and no key");
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> DeviceKey.openOrCreate(folder))
                .withMessageContaining("holds other files, and no key");
        assertThat(folder).isDirectoryContaining(each -> each.equals(other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a+b", "A", "é", "a\nb", "0123456789012345678901234567890123456789012345678901234567890123"})
    void otherNamesAreRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> DeviceKey.create(folder, name)).withMessageContaining("name=");
        assertThat(folder).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"'Anna''s Mac\n', anna-s-mac", "'', device", "'+é', --", "db1.example, db1.example"})
    void theNameOfAHostIsMadeToFit(String host, String name) {
        assertThat(DeviceName.fitted(host)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"device.key.pem, rw-r-----, may read it", "device.key.pem, rw----r--, may read it", "device.key.pem, rw--w----, may write",
        "device.pub.pem, rw-rw-rw-, could be changed", "device.name, rw-----w-, could be changed"})
    void whatOthersCanReadOrChangeIsRefused(String file, String permissions, String problem) throws IOException {
        DeviceKey.openOrCreate(folder);
        Files.setPosixFilePermissions(folder.resolve(file), PosixFilePermissions.fromString(permissions));
        assertRefused(problem);
    }

    @Test
    void aFolderThatOthersCanChangeIsRefused() throws IOException {
        DeviceKey.openOrCreate(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused("everybody may write to");
    }

    @ParameterizedTest
    @ValueSource(strings = {DeviceKey.PRIVATE_KEY, DeviceKey.PUBLIC_KEY, DeviceKey.NAME})
    void everyByteOfEveryFileCounts(String name) throws IOException {
        DeviceKey made = DeviceKey.openOrCreate(folder);
        Path file = folder.resolve(name);
        byte[] content = Files.readAllBytes(file);
        for (int i = 0; i < content.length; i++) {
            byte[] changed = content.clone();
            changed[i] ^= (byte) 0x80;
            Files.write(file, changed);
            assertRefused("");
        }
        Files.write(file, Arrays.copyOf(content, content.length - 1));
        assertRefused("");
        Files.write(file, content);
        assertThat(DeviceKey.open(folder).id()).isEqualTo(made.id());
    }

    @Test
    void theKeysOfTwoDevicesAreNotMixed() throws IOException {
        DeviceKey.openOrCreate(folder);
        DeviceKey.openOrCreate(temporary.resolve("other"));
        Files.copy(temporary.resolve("other").resolve(DeviceKey.PUBLIC_KEY), folder.resolve(DeviceKey.PUBLIC_KEY), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("not that of the private key");
    }

    @Test
    void whatIsMissingIsSaid() throws IOException {
        assertRefused("does not exist");
        DeviceKey.openOrCreate(folder);
        Files.delete(folder.resolve(DeviceKey.NAME));
        assertRefused(DeviceKey.NAME);
    }

    @Test
    void noMessageShowsThePrivateKey() throws IOException {
        DeviceKey key = DeviceKey.openOrCreate(folder);
        String secret = Files.readAllLines(folder.resolve(DeviceKey.PRIVATE_KEY)).get(1);
        assertThat(key.toString()).contains(key.name()).doesNotContain(secret);
        Files.writeString(folder.resolve(DeviceKey.PRIVATE_KEY), "\n", StandardOpenOption.APPEND);
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> DeviceKey.open(folder))
                .satisfies(e -> assertThat(e.toString()).doesNotContain(secret));
    }

    private void assertRefused(String problem) {
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> DeviceKey.open(folder)).withMessageContaining(problem);
    }
}
