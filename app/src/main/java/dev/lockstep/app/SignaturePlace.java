package dev.lockstep.app;

import dev.lockstep.loader.age.EncryptedName;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Where the signature of a model lies unless somebody says otherwise. */
final class SignaturePlace {
    private SignaturePlace() {
    }

    /** Where it is written. */
    static Path of(Path model) {
        return Files.isDirectory(model) ? model.resolve("model.sig") : model.resolveSibling(model.getFileName() + ".sig");
    }

    /** Where it is looked for: what was encrypted after it was signed has the signature of its plaintext. */
    static Path existing(Path model) {
        Path own = of(model);
        boolean isPlaintexts = !Files.isDirectory(model) && Files.notExists(own, LinkOption.NOFOLLOW_LINKS);
        return isPlaintexts ? EncryptedName.plain(model).map(SignaturePlace::of).orElse(own) : own;
    }
}
