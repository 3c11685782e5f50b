package dev.lockstep.app;

import dev.lockstep.guard.device.DeviceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep device key}: makes the key of this device, or shows the one it has. */
@Command(name = "key", description = "Shows the public key of this device; makes one if there is none.")
final class DeviceKeyCommand extends IoCommand {
    @Mixin
    private DeviceFolderOption device;

    @Option(names = "--name", paramLabel = "NAME", description = "Make a key under this name; there must be none. Default: the name of the host.")
    private String name;

    @Option(names = "--out", paramLabel = "PEM", description = "Also write the public key to a new file, for an administrator to certify.")
    private Path out;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        DeviceKey key = name == null
                ? DeviceKey.openOrCreate(device.value(io.guard().endpoint()))
                : Arguments.checked(spec, () -> DeviceKey.create(device.value(io.guard().endpoint()), name));
        if (out != null) {
            Files.writeString(out, key.publicPem(), StandardOpenOption.CREATE_NEW);
        }
        io.println(json ? json(key) : text(key));
        return ExitCode.OK;
    }

    private static String text(DeviceKey key) {
        return "name:  " + key.name() + "\nid:    " + key.id() + "\nvkey:  " + key.vkey() + '\n' + key.publicPem().stripTrailing();
    }

    private static String json(DeviceKey key) {
        return Json.pretty(Json.object().put("name", key.name()).put("id", key.id().hex()).put("vkey", key.vkey()).put("publicKey", key.publicPem()));
    }
}
