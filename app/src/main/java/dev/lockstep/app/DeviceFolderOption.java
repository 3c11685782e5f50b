package dev.lockstep.app;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where this device has its key. */
final class DeviceFolderOption {
    @Option(names = "--device", paramLabel = "FOLDER",
            description = "Where the key of this device and its certificate lie. Default: ~/.local/state/lockstep/device.")
    private Path folder;

    Path value(Endpoint endpoint) {
        return folder != null ? folder : endpoint.inForce().state().resolve("device");
    }
}
