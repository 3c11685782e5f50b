package dev.lockstep.loader.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileExposureTest {
    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void protectedFile() throws IOException {
        assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("unix");
        permissions(folder, "rwxr-xr-x");
        file = Files.write(folder.resolve("file"), new byte[1]);
        permissions(file, "rw-r--r--");
    }

    private static void permissions(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aFileOfOnesOwnIsProtected() throws IOException {
        assertThat(FileExposure.of(file)).isEmpty();
    }

    @Test
    void whatEverybodyMayWriteIsNot() throws IOException {
        permissions(file, "rw-r--rw-");
        assertThat(FileExposure.of(file)).containsExactly("everybody may write to " + file.toRealPath());
    }

    @Test
    void neitherIsAFileInAFolderThatEverybodyMayWrite() throws IOException {
        permissions(folder, "rwxrwxrwx");
        assertThat(FileExposure.of(file)).containsExactly("everybody may write to " + folder.toRealPath());
    }

    @Test
    void inAStickyFolderOnlyOwnersReplaceFiles() throws IOException {
        Files.setAttribute(folder, "unix:mode", 01777);
        assertThat(FileExposure.of(file)).isEmpty();
    }

    @Test
    void aGroupOfOnesOwnIsNobodyElse() throws IOException {
        permissions(file, "rw-rw-r--");
        var attributes = Files.readAttributes(file, PosixFileAttributes.class);
        boolean own = attributes.owner().getName().equals(attributes.group().getName());
        assertThat(FileExposure.of(file)).hasSize(own ? 0 : 1);
    }

    @Test
    void aFileOfSomebodyElseIsNot() throws IOException {
        assumeThat(System.getProperty("user.name")).as("who may give files away").isEqualTo("root");
        Files.setAttribute(file, "unix:uid", 12345);
        assertThat(FileExposure.of(file)).containsExactly(file.toRealPath() + " belongs to another user (12345)");
    }

    @Test
    void whoCanTurnALinkAroundCanChangeWhatItLeadsTo() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Path link = Files.createSymbolicLink(open.resolve("link"), Path.of("../file"));
        assertThat(FileExposure.of(link)).isEmpty();
        permissions(open, "rwxrwxrwx");
        assertThat(FileExposure.of(link)).containsExactly("everybody may write to " + open.toRealPath());
        Path folderLink = Files.createSymbolicLink(folder.resolve("way"), open);
        assertThat(FileExposure.of(folderLink.resolve("../file"))).as("back out of the open folder").hasSize(1);
    }

    @Test
    void aLoopIsAnErrorNotAnAnswer() throws IOException {
        Path a = folder.resolve("a");
        Files.createSymbolicLink(a, folder.resolve("b"));
        Files.createSymbolicLink(folder.resolve("b"), a);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> FileExposure.of(a));
    }

    @Test
    void theFileBehindALinkCounts() throws IOException {
        permissions(file, "rw-r--rw-");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(FileExposure.of(link)).hasSize(1);
    }
}
