package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.trust.SealedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others do to the files of a log, and whether it is opened and written to all the same. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class AuditLogFilesTest extends LogFixture {
    @Test
    void aLogThatIsShorterThanItsCheckpointIsNotOpened() throws IOException {
        try (var log = open()) {
            record(log, 3);
        }
        List<String> lines = Files.readAllLines(segment(0));
        Files.write(segment(0), lines.subList(0, 2));
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("records were removed");
        assertThat(verify().problem().orElseThrow().seq()).isEqualTo(2);
    }

    @Test
    void aRecordThatIsSignedForIsReadAgainByTheVerifierOnly() throws IOException {
        copyOfARunningLog();
        List<String> lines = new ArrayList<>(Files.readAllLines(segment(0)));
        lines.set(0, lines.get(0).replace("\"value\":0}", "\"value\":7}"));
        Files.write(segment(0), lines);
        // the short cut skips what is signed for, which only the verifier reads again
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(verify().problem().orElseThrow().seq()).isZero();
        Files.delete(new LogFolder(folder()).head());
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("was changed");
    }

    @Test
    void theLastRecordThatIsSignedForIsReadAtOpening() throws IOException {
        try (var log = open()) {
            record(log, 3);
        }
        Files.writeString(segment(0), Files.readString(segment(0)).replace("\"value\":2}", "\"value\":7}"));
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("record 2 was changed");
    }

    @Test
    void aLogWithoutAnEarlierFileIsNotOpened() throws IOException {
        try (var log = AuditLog.open(folder(), DEVICE, OPTIONS.withMaxSegmentBytes(1))) {
            record(log, 3);
        }
        Files.delete(segment(1));
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("is missing");
    }

    @Test
    void aLogWithoutItsHistoryIsNotOpened() throws IOException {
        Path history = new LogFolder(folder()).history();
        open().close();
        String first = Files.readString(history);
        try (var log = open()) {
            record(log, 3);
        }
        Files.writeString(history, first);
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("checkpoints were removed");
        Files.delete(history);
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("checkpoints were removed");
    }

    @Test
    void aLogWithoutCheckpointAndRecordsIsStillToBegin() throws IOException {
        open().close();
        Files.delete(new LogFolder(folder()).checkpoint());
        Files.delete(segment(0));
        assertThatThrownBy(this::verify).isInstanceOf(AuditException.class).hasMessageContaining("holds no audit log");
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(verify().isIntact()).isTrue();
        Files.delete(new LogFolder(folder()).checkpoint());
        Files.delete(segment(0));
        assertThatThrownBy(this::open).as("the history knows of a record").isInstanceOf(AuditException.class).hasMessageContaining("is missing");
    }

    @Test
    void aFileThatWasExchangedWhileTheLogIsOpenIsNotWrittenTo() throws IOException {
        for (String name : List.of("audit-00000000.jsonl", "lock")) {
            Path file = folder().resolve(name);
            Path copy = temporary.resolve(name);
            try (var log = open()) {
                record(log, 1);
                Files.copy(file, copy);
                Files.move(file, temporary.resolve("original-" + name));
                Files.move(copy, file);
                assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class).hasMessageContaining("was replaced");
                assertThatThrownBy(log::close).hasMessageContaining("was replaced");
            }
        }
        assertThat(verify()).extracting(AuditVerification::records, AuditVerification::isIntact).containsExactly(2L, true);
    }

    @Test
    void whatAKilledProcessHasLeftOfAFileIsDeleted() throws IOException {
        open().close();
        Path left = Files.writeString(folder().resolve(".checkpoint.0.tmp"), "half of");
        open().close();
        assertThat(left).doesNotExist();
    }

    @Test
    void aLineThatIsCutOffEndsNothingButTheLog() throws IOException {
        try (var log = AuditLog.open(folder(), DEVICE, OPTIONS.withMaxSegmentBytes(1))) {
            record(log, 2);
        }
        String whole = Files.readString(segment(0));
        Files.writeString(segment(0), whole.substring(0, whole.length() - 1));
        assertThatThrownBy(this::records).isInstanceOf(AuditException.class).hasMessageContaining("is no whole record");
        Files.writeString(segment(0), "\0\n" + whole);
        assertThatThrownBy(this::records).isInstanceOf(AuditException.class).hasMessageContaining("is no whole record");
    }

    @Test
    void aPipeInPlaceOfAFileIsNotWaitedFor() throws Exception {
        open().close();
        for (Path file : List.of(new LogFolder(folder()).verifierKeys(), new LogFolder(folder()).checkpoint(), segment(0))) {
            Files.move(file, temporary.resolve("kept"));
            assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
            assertThatThrownBy(() -> {
                AuditVerifier.verify(folder(), VerifierKey.besideLog(folder())).problem().ifPresent(problem -> {
                    throw new AuditException(problem.file(), problem.what());
                });
            }).isInstanceOf(AuditException.class).hasMessageContaining("is no regular file");
            Files.move(temporary.resolve("kept"), file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void aFolderThatIsALinkIsNotLoggedInto() throws IOException {
        open().close();
        Path link = Files.createSymbolicLink(temporary.resolve("link"), folder());
        assertThatThrownBy(() -> AuditLog.open(link, DEVICE, OPTIONS)).isInstanceOf(AuditException.class).hasMessageContaining("is a link");
    }

    @Test
    void anOldStateInPlaceOfTheNewestIsNotOpened() throws IOException {
        AuditOptions counting = OPTIONS.withCounter(SealedState.in(temporary.resolve("state")));
        try (var log = AuditLog.open(folder(), DEVICE, counting)) {
            record(log, 2);
        }
        Path old = temporary.resolve("old");
        Files.createDirectory(old);
        try (var files = Files.list(folder())) {
            for (Path file : files.toList()) {
                Files.copy(file, old.resolve(file.getFileName()));
            }
        }
        try (var log = AuditLog.open(folder(), DEVICE, counting)) {
            record(log, 2);
        }
        try (var files = Files.list(old)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        assertThat(verify().isIntact()).as("an old state is as good as the newest to whoever has not seen the newest").isTrue();
        assertThatThrownBy(() -> AuditLog.open(folder(), DEVICE, counting)).isInstanceOf(AuditException.class)
                .hasMessageContaining("is of 2 records; there were 4 once");
        assertThatThrownBy(() -> AuditLog.open(old, DEVICE, counting)).as("in another place").isInstanceOf(AuditException.class)
                .hasMessageContaining("is of 2 records; there were 4 once");
        try (var files = Files.list(folder())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThatThrownBy(() -> AuditLog.open(folder(), DEVICE, counting)).hasMessageContaining("is missing");
    }

    @Test
    void aFolderThatOthersMayWriteToIsNotLoggedInto() throws IOException {
        Files.createDirectory(folder());
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("everybody may write to");
        // as /tmp is
        Files.setAttribute(folder(), "unix:mode", 01777);
        assertThatThrownBy(this::open).isInstanceOf(AuditException.class).hasMessageContaining("everybody may make files in it");
    }

    @Test
    void filesAreForTheirOwnerOnly() throws IOException {
        try (var log = open()) {
            record(log, 1);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder()))).isEqualTo("rwx------");
        try (var files = Files.list(folder())) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).as(file.toString()).isEqualTo("rw-------");
            }
        }
    }

    @Test
    void aFolderThatVanishesIsNoticed() throws IOException {
        try (var log = open()) {
            record(log, 1);
            try (var files = Files.list(folder())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            assertThatThrownBy(() -> log.record(event(2))).isInstanceOf(AuditException.class);
            assertThatThrownBy(log::close).isInstanceOf(AuditException.class);
        }
    }
}
