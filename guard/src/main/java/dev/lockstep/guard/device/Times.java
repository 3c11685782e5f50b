package dev.lockstep.guard.device;

import dev.lockstep.loader.internal.json.StrictJson;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Points in time as statements have them, to the second, and how long something may take. */
final class Times {
    private Times() {
    }

    /** One that must be there. */
    static Instant in(StrictJson object, String member) {
        return object.instantIfPresent(member).orElseThrow(() -> object.fault("member \"" + member + "\" is missing"));
    }

    static Instant toSecond(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    static void requireNotNegative(String name, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(name + '=' + duration + " must not be negative");
        }
    }
}
