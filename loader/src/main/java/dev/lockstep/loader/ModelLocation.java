package dev.lockstep.loader;

import dev.lockstep.loader.age.EncryptedName;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a model is.
 *
 * @param path a file or folder
 * @param group of an HDF5 file that holds several models, the one that is meant, as in {@code models.h5#int8}
 */
record ModelLocation(Path path, Optional<String> group) {
    private static final char GROUP_MARK = '#';
    private static final List<String> ENDINGS_WITH_GROUPS = List.of(".h5", ".hdf5");

    /** Takes a path apart, unless there is a file whose name really is all of it. */
    static ModelLocation of(Path model) {
        String text = model.toString();
        int mark = text.lastIndexOf(GROUP_MARK);
        Path file = model.getFileSystem().getPath(text.substring(0, Math.max(0, mark)));
        if (mark < 0 || !hasGroups(file) || Files.exists(model, LinkOption.NOFOLLOW_LINKS)) {
            return new ModelLocation(model, Optional.empty());
        }
        return new ModelLocation(file, Optional.of(text.substring(mark + 1)));
    }

    /** True if it is an HDF5 file, by its name. */
    static boolean hasGroups(Path file) {
        String name = EncryptedName.plain(file).orElse(file).toString().toLowerCase(Locale.ROOT);
        return ENDINGS_WITH_GROUPS.stream().anyMatch(name::endsWith);
    }
}
