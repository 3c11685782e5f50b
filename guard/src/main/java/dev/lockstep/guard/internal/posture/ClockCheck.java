package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import java.time.Instant;

/** Whether the clock has been set back: certificates that have expired would count again. */
final class ClockCheck {
    private ClockCheck() {
    }

    static Finding look(DeviceView device, PostureScope scope) {
        Instant now = device.now();
        Instant built = device.jvm().builtAt();
        if (now.isBefore(built)) {
            return Finding.fail("it is " + now + ", before this was built (" + built + ')');
        }
        return scope.notBefore().filter(now::isBefore).map(last -> Finding.fail("it is " + now + ", before the last entry in the audit log (" + last + ')'))
                .orElseGet(() -> Finding.pass("it is " + now + ", after all that is known to be past"));
    }
}
