package dev.lockstep.guard.posture;

import dev.lockstep.guard.internal.posture.Check;
import dev.lockstep.guard.internal.posture.Checks;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Looks at a device: whether it is fit for what it is to be trusted with. Only reads; safe for any number of threads. What it finds is
 * what the system says, and whoever is the administrator can make a system say anything (docs/posture.md).
 */
public final class PostureProbe {
    private final DeviceView device;

    public PostureProbe(DeviceView device) {
        this.device = device;
    }

    /** Of the device that this runs on. */
    public static PostureProbe ofThisDevice() {
        return new PostureProbe(DeviceView.ofThisDevice());
    }

    /** Ids of all checks, those of other platforms included. */
    public static Set<String> knownChecks() {
        return Checks.ids();
    }

    /** Makes all checks of the platform. Never throws for what it finds, or cannot see. */
    public Posture examine(PostureScope scope) {
        return made(scope, Checks.of(device.platform()));
    }

    /**
     * Makes some checks only, in the order of all. A check of another platform is unknown here.
     *
     * @throws IllegalArgumentException if there is no check of that id
     */
    public Posture examine(PostureScope scope, Collection<String> checks) {
        return made(scope, Checks.of(device.platform(), checks));
    }

    private Posture made(PostureScope scope, List<Check> checks) {
        return new Posture(device.now(), checks.stream().map(check -> check.on(device, scope)).toList());
    }
}
