package dev.lockstep.loader.age;

import java.nio.file.Path;
import java.util.Optional;

/** Names of encrypted files: that of the plaintext, and {@value #ENDING}. The only place that tells one from the other. */
public final class EncryptedName {
    /** How they end. */
    public static final String ENDING = ".age";

    private EncryptedName() {
    }

    /** The name of what is to be decrypted; nothing for a file that is not, by its name. */
    public static Optional<String> plain(String name) {
        return name.endsWith(ENDING) && name.length() > ENDING.length()
                ? Optional.of(name.substring(0, name.length() - ENDING.length()))
                : Optional.empty();
    }

    /** The same for a path: the plaintext beside the encrypted file, whether it lies there or not. */
    public static Optional<Path> plain(Path file) {
        return Optional.ofNullable(file.getFileName()).flatMap(name -> plain(name.toString())).map(file::resolveSibling);
    }

    /** What a file is called when it is encrypted. */
    public static String of(String plain) {
        return plain + ENDING;
    }

    /** The same for a path: the encrypted file beside the plaintext. */
    public static Path of(Path plain) {
        return plain.resolveSibling(of(plain.getFileName().toString()));
    }
}
