package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.util.List;
import java.util.Optional;

/**
 * Whether numbers of users and groups are those of the machine (Linux). In a namespace of users, whoever makes it chooses them, 0 and
 * those of others included, and is told to have all capabilities (user_namespaces(7)).
 */
public final class UserNamespace {
    private static final List<String> MAPS = List.of("/proc/self/uid_map", "/proc/self/gid_map");

    /** All numbers, each itself. A namespace within another one cannot have this map, unless the other has. */
    private static final List<String> WHOLE = List.of("0", "0", "4294967295");

    private UserNamespace() {
    }

    /** The map that gives other numbers; empty if those of the machine apply. A kernel without such namespaces has no maps. */
    public static Optional<String> map(DeviceView device) throws UnseenException {
        for (String map : MAPS) {
            if (!device.textIfPresent(map).map(Words::of).orElse(WHOLE).equals(WHOLE)) {
                return Optional.of(map);
            }
        }
        return Optional.empty();
    }
}
