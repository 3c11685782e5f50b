package dev.lockstep.app;

import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.policy.Principals;
import dev.lockstep.guard.policy.UserHome;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.loader.gate.RefusedException;
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
 * @param home where the machine says that they are at home
 * @param clock what time it is
 */
record Endpoint(PostureProbe probe, Path machine, Path configuration, Path state, User user, Home home, InstantSource clock) {
    /** Who runs this process. */
    @FunctionalInterface
    interface User {
        Principal principal() throws IOException;
    }

    /** Where the user of this process is at home. */
    @FunctionalInterface
    interface Home {
        Path path() throws IOException;
    }

    static Endpoint ofThisMachine() {
        return new Endpoint(PostureProbe.ofThisDevice(), machineFolder(), UserFolders.configuration(),
                UserFolders.state(), Principals::ofProcess, UserHome::ofProcess, InstantSource.system());
    }

    /** Where the first one has no drive, and would lie on any, the other. What variables and properties say is their user's word. */
    private static Path machineFolder() {
        Path folder = Path.of("/etc/lockstep");
        return folder.isAbsolute() ? folder : Path.of("C:\\ProgramData\\lockstep");
    }

    /**
     * The same as the machine's policy has it, if there is one: what is remembered and recorded then lies where the machine says that the
     * user is at home, and nothing that they set moves it.
     *
     * @throws RefusedException if there is such a policy, or may be one, and the machine does not say that
     */
    Endpoint inForce() {
        if (!isGoverned()) {
            return this;
        }
        try {
            return new Endpoint(probe, machine, configuration, UserFolders.stateBelow(home.path()), user, home, clock);
        } catch (IOException e) {
            throw new RefusedException(GuardPolicyFile.MACHINE_RULE, "the machine has a guard policy, under which things are remembered at home, and "
                    + e.getMessage());
        }
    }

    /** True if the machine has a policy. */
    boolean isGoverned() {
        return GuardPolicyFile.lyingIn(machine).isPresent();
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
