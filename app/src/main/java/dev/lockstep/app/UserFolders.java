package dev.lockstep.app;

import java.nio.file.Path;

/** Where a user's own files lie (XDG Base Directory Specification 0.8). */
final class UserFolders {
    private UserFolders() {
    }

    /** What the user or an administrator has set up. */
    static Path configuration() {
        return folder("XDG_CONFIG_HOME", ".config");
    }

    /** What the program remembers. */
    static Path state() {
        return folder("XDG_STATE_HOME", ".local/state");
    }

    private static Path folder(String variable, String belowHome) {
        String set = System.getenv(variable);
        // the specification has relative paths ignored
        boolean usable = set != null && Path.of(set).isAbsolute();
        return (usable ? Path.of(set) : Path.of(System.getProperty("user.home"), belowHome)).resolve("lockstep");
    }
}
