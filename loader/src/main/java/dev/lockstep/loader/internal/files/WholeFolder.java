package dev.lockstep.loader.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** Folders that are there with all their files, or not at all. */
public final class WholeFolder {
    private WholeFolder() {
    }

    /** True if there is no such folder, or nothing in it. */
    public static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /**
     * Makes a folder and its files, all of them their owner's alone, in one step: a crash leaves no folder with some of them.
     *
     * @param folder must not exist, or be empty
     * @param files content of each by its name
     * @return false if somebody else filled the folder meanwhile; it is as they left it
     */
    public static boolean create(Path folder, Map<String, byte[]> files) throws IOException {
        Path absolute = folder.toAbsolutePath();
        Files.createDirectories(absolute.getParent());
        Path temporary = absolute.resolveSibling('.' + absolute.getFileName().toString() + '.' + UUID.randomUUID() + ".tmp");
        Files.createDirectory(temporary, WholeFile.ownerOnlyFolder(folder));
        try {
            for (var file : files.entrySet()) {
                WholeFile.create(temporary.resolve(file.getKey()), file.getValue(), WholeFile.ownerOnly(folder));
            }
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            files.keySet().forEach(name -> WholeFile.delete(temporary.resolve(name), e));
            WholeFile.delete(temporary, e);
            if (isEmpty(absolute)) {
                throw e;
            }
            return false;
        }
    }
}
