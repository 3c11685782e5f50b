package dev.lockstep.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The signed model that comes with the project. Its public key is what is trusted when no other is named: the private half was
 * destroyed after it had signed this one file, so it can vouch for nothing else.
 */
final class DemoModel {
    /** Set by the launcher: the folder that it lies in. */
    static final String HOME_PROPERTY = "lockstep.home";

    private static final Path FOLDER = Path.of("models", "checkpoints");

    private DemoModel() {
    }

    /** The model file; where the project lies is known only to its launcher. */
    static Optional<Path> file() {
        return inFolder("andersen-5m-q8_0.gguf");
    }

    static Optional<Path> publicKey() {
        return inFolder("demo-key.pub.pem").filter(Files::exists);
    }

    private static Optional<Path> inFolder(String name) {
        return Optional.ofNullable(System.getProperty(HOME_PROPERTY)).map(home -> Path.of(home).resolve(FOLDER).resolve(name));
    }
}
