package dev.lockstep.loader.signing;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The files below a model directory, seen without following a single link.
 *
 * @param files path by canonical name, in code-point order
 * @param oddities names of what is neither a regular file nor a folder, or has a name that no manifest can hold
 */
record ModelTree(SortedMap<String, Path> files, SortedSet<String> oddities) {
    /** What is found under a name. */
    enum Kind { REGULAR_FILE, MISSING, OTHER }

    /** Lists a directory, an absolute path, without what is excluded. */
    static ModelTree list(Path directory, Exclusions exclusions) throws IOException {
        var tree = new ModelTree(new TreeMap<>(ResourceName.CODE_POINT_ORDER), new TreeSet<>());
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean skip = !folder.equals(directory) && isExcluded(folder);
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!isExcluded(file)) {
                    tree.add(directory, file, attributes);
                }
                return FileVisitResult.CONTINUE;
            }

            private boolean isExcluded(Path path) {
                try {
                    return exclusions.covers(ResourceName.of(directory, path));
                } catch (CharacterCodingException e) {
                    return false;
                }
            }
        });
        return tree;
    }

    private void add(Path directory, Path file, BasicFileAttributes attributes) {
        try {
            String name = ResourceName.of(directory, file);
            if (attributes.isRegularFile() && ResourceName.isCanonical(name)) {
                files.put(name, file);
            } else {
                oddities.add(name);
            }
        } catch (CharacterCodingException e) {
            oddities.add(file.toString());
        }
    }

    /**
     * What lies under a path below a directory. Every folder on the way must be a folder and not a link to one.
     * Whoever swaps a folder for a link after this look gains nothing: the bytes that are read are the bytes that are
     * hashed.
     */
    static Kind kindOf(Path directory, Path file) throws IOException {
        try {
            for (int parts = directory.getNameCount() + 1; parts < file.getNameCount(); parts++) {
                Path folder = file.getRoot().resolve(file.subpath(0, parts));
                if (!attributesOf(folder).isDirectory()) {
                    return Kind.OTHER;
                }
            }
            return attributesOf(file).isRegularFile() ? Kind.REGULAR_FILE : Kind.OTHER;
        } catch (NoSuchFileException e) {
            return Kind.MISSING;
        }
    }

    static BasicFileAttributes attributesOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
