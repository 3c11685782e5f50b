package dev.lockstep.guard.posture;

import java.nio.file.Files;
import java.nio.file.Path;

/** Kinds of operating systems, by what can be asked of them. */
public enum Platform {
    LINUX("Linux"),
    MACOS("macOS"),
    WINDOWS("Windows"),
    OTHER("this system");

    private final String title;

    Platform(String title) {
        this.title = title;
    }

    /** As people call it. */
    public String title() {
        return title;
    }

    /** The one that this runs on. Whoever starts Java can call it something else, so what a kernel shows comes first. */
    static Platform ofThisDevice() {
        return Files.exists(Path.of("/proc/self/status")) ? LINUX : of(System.getProperty("os.name"));
    }

    /** The one that Java means by {@code os.name}. */
    public static Platform of(String osName) {
        if (osName.startsWith("Linux")) {
            return LINUX;
        }
        if (osName.startsWith("Mac")) {
            return MACOS;
        }
        return osName.startsWith("Windows") ? WINDOWS : OTHER;
    }
}
