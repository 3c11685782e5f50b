package dev.lockstep.loader.signing;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What a caller forgives when the files of a model are compared with the signed list. Nothing here excuses a signed
 * file that is missing or changed.
 *
 * @param ignorePaths unsigned files and folders that may be there, relative to the model or absolute; a path outside
 *     the model has no effect
 * @param ignoreUnsignedFiles true if any unsigned file may be there
 * @param legacyV02 true to accept what release 0.2 of the reference program signed, which no specification describes
 */
public record VerifyOptions(List<Path> ignorePaths, boolean ignoreUnsignedFiles, boolean legacyV02) {
    /** Forgives nothing. */
    public static final VerifyOptions STRICT = new VerifyOptions(List.of(), false, false);

    public VerifyOptions {
        ignorePaths = List.copyOf(Objects.requireNonNull(ignorePaths, "ignorePaths"));
    }
}
