package dev.lockstep.app;

import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.policy.Principals;
import java.io.IOException;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** On whose behalf a policy is asked; nobody has to prove anything, since nothing is done. */
final class AskerOptions {
    @ArgGroup
    private Asker asker;

    private static final class Asker {
        @ArgGroup(exclusive = false)
        private User user;

        @Option(names = "--service", required = true, paramLabel = "NAME", description = "A service, instead of a user.")
        private String service;
    }

    private static final class User {
        @Option(names = "--user", required = true, paramLabel = "NAME", description = "The user who asks. Default: you, with your groups.")
        private String name;

        @Option(names = "--group", paramLabel = "NAME", description = "A group of the user; may be given several times.")
        private Set<String> groups = Set.of();
    }

    Principal principal() throws IOException {
        if (asker == null) {
            return Principals.ofProcess();
        }
        return asker.service != null ? new Principal(Principal.Kind.SERVICE, asker.service, Set.of())
                : new Principal(Principal.Kind.USER, asker.user.name, asker.user.groups);
    }
}
