package dev.lockstep.loader.signing;

import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names in a model directory that are not part of the model; each stands for itself and everything below it. No
 * patterns: OMS forbids them.
 */
final class Exclusions {
    /** What version control leaves at the top of a checkout. */
    private static final List<String> DEFAULTS = List.of(".git", ".gitignore", ".gitattributes", ".github");

    private final Set<String> names = new TreeSet<>(ResourceName.CODE_POINT_ORDER);

    Exclusions() {
        names.addAll(DEFAULTS);
    }

    /** Adds names from a signed statement. One that is not canonical (absolute, or with ..) has no effect. */
    void addNames(Collection<String> candidates) {
        candidates.stream().filter(ResourceName::isCanonical).forEach(names::add);
    }

    /**
     * Adds a path below the directory, given relative to it or absolute.
     *
     * @return false if it is not below the directory and so has no effect
     */
    boolean add(Path directory, Path path) {
        Path absolute = directory.resolve(path).normalize();
        if (!absolute.startsWith(directory) || absolute.equals(directory)) {
            return false;
        }
        try {
            String name = ResourceName.of(directory, absolute);
            return ResourceName.isCanonical(name) && (names.contains(name) || names.add(name));
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    boolean covers(String name) {
        for (int end = name.length(); end > 0; end = name.lastIndexOf('/', end - 1)) {
            if (names.contains(name.substring(0, end))) {
                return true;
            }
        }
        return false;
    }

    /** All names, in code-point order. */
    List<String> names() {
        return List.copyOf(names);
    }
}
