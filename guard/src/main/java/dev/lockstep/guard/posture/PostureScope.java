package dev.lockstep.guard.posture;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the checks are about, beside the device itself. What is left out is not looked at.
 *
 * @param models files or folders of models, absolute
 * @param folders where else something is kept: sessions, logs, keys; absolute; what does not exist yet counts as where it would be made
 * @param minimumKernel the oldest kernel of Linux that will do, as {@code 6.1.90}; on other systems it is unknown whether one does
 * @param notBefore a moment that has certainly passed: of the last entry in the audit log
 */
public record PostureScope(List<Path> models, List<Path> folders, Optional<String> minimumKernel, Optional<Instant> notBefore) {
    /** The device alone. */
    public static final PostureScope DEVICE = new PostureScope(List.of(), List.of(), Optional.empty(), Optional.empty());

    public PostureScope {
        models = List.copyOf(models);
        folders = List.copyOf(folders);
    }

    /** The same that is about one more model. */
    public PostureScope withModel(Path model) {
        return new PostureScope(joined(models, model), folders, minimumKernel, notBefore);
    }

    /** The same that is about one more folder. */
    public PostureScope withFolder(Path folder) {
        return new PostureScope(models, joined(folders, folder), minimumKernel, notBefore);
    }

    /** The same that demands a kernel of this version or later. */
    public PostureScope withMinimumKernel(String version) {
        return new PostureScope(models, folders, Optional.of(version), notBefore);
    }

    /** The same that knows of a moment in the past. */
    public PostureScope withNotBefore(Instant moment) {
        return new PostureScope(models, folders, minimumKernel, Optional.of(moment));
    }

    private static List<Path> joined(List<Path> paths, Path last) {
        var all = new ArrayList<>(paths);
        all.add(last.toAbsolutePath());
        return all;
    }
}
