package dev.lockstep.app;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the signature of a model lies unless somebody says otherwise. */
final class SignaturePlace {
    private SignaturePlace() {
    }

    static Path of(Path model) {
        return Files.isDirectory(model) ? model.resolve("model.sig") : model.resolveSibling(model.getFileName() + ".sig");
    }
}
