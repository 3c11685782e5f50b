package dev.lockstep.app;

import java.nio.file.Path;

/** Where a user's own files lie (XDG Base Directory Specification 0.8). */
final class UserFolders {
    private static final String STATE = ".local/state";
    private static final String NAME = "lockstep";

    private UserFolders() {
    }

    /** What the user or an administrator has set up. */
    static Path configuration() {
        return folder("XDG_CONFIG_HOME", ".config");
    }

    /** What the program remembers. */
    static Path state() {
        return folder("XDG_STATE_HOME", STATE);
    }

    /** The same in the home of somebody, wherever their environment has it. */
    static Path stateBelow(Path home) {
        return home.resolve(STATE).resolve(NAME);
    }

    private static Path folder(String variable, String belowHome) {
        String set = System.getenv(variable);
        // the specification has relative paths ignored
        boolean usable = set != null && Path.of(set).isAbsolute();
        return (usable ? Path.of(set) : Path.of(System.getProperty("user.home"), belowHome)).resolve(NAME);
    }
}
