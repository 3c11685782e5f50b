package dev.lockstep.guard.posture;

import dev.lockstep.testkit.FakeDevice;
import java.nio.file.Path;
import java.util.Set;

/** How the checks see a device that is made for a test. */
final class Views {
    /** All that a fake device has. */
    static final PostureScope SCOPE = PostureScope.DEVICE.withModel(Path.of(FakeDevice.MODEL)).withFolder(Path.of(FakeDevice.STATE))
            .withMinimumKernel("6.1").withNotBefore(FakeDevice.BUILT_AT.plusSeconds(60));

    static final StatusCommands NO_COMMANDS = command -> {
        throw new UnseenException("there are no commands");
    };

    private Views() {
    }

    static DeviceView of(FakeDevice device) {
        return new DeviceView(device.root(), Platform.LINUX, () -> jvm(device), NO_COMMANDS, device::now);
    }

    static JvmView jvm(FakeDevice device) {
        return new JvmView(device.options(), device.arguments(), device.variables(), Set.of("java.base"), FakeDevice.BUILT_AT);
    }

    static Posture examine(FakeDevice device) {
        return new PostureProbe(of(device)).examine(SCOPE);
    }
}
