package dev.lockstep.app;

import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.policy.Principals;
import dev.lockstep.guard.posture.PostureProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The machine that a command runs on, as far as its guard asks about it. No option and no property replaces it.
 *
 * @param probe looks at the device
 * @param machine where its administrator says what applies to everybody
 * @param configuration where the user does, for what the administrator leaves open
 * @param state what is remembered, and recorded unless a policy says where
 * @param user who runs this process
 * @param clock what time it is
 */
record Endpoint(PostureProbe probe, Path machine, Path configuration, Path state, User user, InstantSource clock) {
    /** Who runs this process. */
    @FunctionalInterface
    interface User {
        Principal principal() throws IOException;
    }

    static Endpoint ofThisMachine() {
        return new Endpoint(PostureProbe.ofThisDevice(), Path.of("/etc/lockstep"), UserFolders.configuration(), UserFolders.state(), Principals::ofProcess, InstantSource.system());
    }

    /** Where is recorded what is done, unless somebody says where. */
    Path auditFolder() {
        return state.resolve("audit");
    }

    /** What this device remembers of versions. */
    Path seen() {
        return state.resolve("seen");
    }
}
