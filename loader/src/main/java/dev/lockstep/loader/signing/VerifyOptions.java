package dev.lockstep.loader.signing;

import dev.lockstep.loader.age.AgeIdentities;
import dev.lockstep.loader.age.AgeIdentity;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What a caller forgives when the files of a model are compared with the signed list, and who decrypts them. Nothing here excuses a
 * signed file that is missing or changed. Where both a file and its encrypted form lie there, the one of them that is ignored is not the
 * signed one.
 *
 * @param ignorePaths unsigned files and folders that may be there, relative to the model or absolute; a path outside
 *     the model has no effect
 * @param ignoreUnsignedFiles true if any unsigned file may be there
 * @param legacyV02 true to accept what release 0.2 of the reference program signed, which no specification describes
 * @param identities who decrypts what lies there encrypted; asked only if something does, and the caller's to close
 */
public record VerifyOptions(List<Path> ignorePaths, boolean ignoreUnsignedFiles, boolean legacyV02, AgeIdentities identities) {
    /** Forgives nothing. */
    public static final VerifyOptions STRICT = new VerifyOptions(List.of(), false, false);

    public VerifyOptions {
        ignorePaths = List.copyOf(Objects.requireNonNull(ignorePaths, "ignorePaths"));
        Objects.requireNonNull(identities, "identities");
    }

    /** For models of which nothing is encrypted. */
    public VerifyOptions(List<Path> ignorePaths, boolean ignoreUnsignedFiles, boolean legacyV02) {
        this(ignorePaths, ignoreUnsignedFiles, legacyV02, AgeIdentities.NONE);
    }

    /** The same for models that may be encrypted. The identities stay the caller's, who closes them after the verification. */
    public VerifyOptions decryptedBy(List<? extends AgeIdentity> all) {
        return new VerifyOptions(ignorePaths, ignoreUnsignedFiles, legacyV02, _ -> all);
    }
}
