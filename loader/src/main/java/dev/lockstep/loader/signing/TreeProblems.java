package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** All differences between a signed list of files and a directory, collected so that one message names them. */
final class TreeProblems {
    private final Path directory;
    private final Path signature;
    private final SortedSet<String> notRegular = new TreeSet<>(ResourceName.CODE_POINT_ORDER);
    private final SortedSet<String> missing = new TreeSet<>(ResourceName.CODE_POINT_ORDER);
    private final List<String> ambiguous = new ArrayList<>();
    private final SortedSet<String> extra = new TreeSet<>(ResourceName.CODE_POINT_ORDER);

    TreeProblems(Path directory, Path signature) {
        this.directory = directory;
        this.signature = signature;
    }

    void notRegular(String name) {
        notRegular.add(name);
    }

    void missing(String name) {
        missing.add(name);
    }

    /** Two files of which either could be the signed one. */
    void ambiguous(String plain, String encrypted) {
        ambiguous.add(plain);
        ambiguous.add(encrypted);
    }

    void extra(String name) {
        extra.add(name);
    }

    /** The reason is that of the first kind found: not regular, then missing, then ambiguous or extra; the message names all. */
    void throwIfAny() {
        var parts = new ArrayList<String>();
        describe(parts, notRegular, "neither regular file nor folder (links are not followed): ", "");
        describe(parts, missing, "signed but missing: ", "");
        describe(parts, ambiguous, "there both plain and encrypted: ", " (remove one of two, or pass it as ignored)");
        describe(parts, extra, "not signed: ", " (remove them, or pass them as ignored)");
        if (parts.isEmpty()) {
            return;
        }
        Reason reason = !notRegular.isEmpty() ? Reason.FILE_NOT_REGULAR
                : !missing.isEmpty() ? Reason.FILE_MISSING : Reason.FILE_EXTRA;
        throw new ModelSignatureException(reason, directory.toString(),
                "differs from what " + signature + " covers: " + String.join("; ", parts));
    }

    private static void describe(List<String> parts, Collection<String> names, String before, String after) {
        if (!names.isEmpty()) {
            parts.add(before + Printable.list(names) + after);
        }
    }
}
