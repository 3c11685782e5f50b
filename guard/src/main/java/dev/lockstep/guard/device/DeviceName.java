package dev.lockstep.guard.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What devices are called: lower-case letters, digits, dots, dashes and underscores, so that a name can stand in every format. */
final class DeviceName {
    /** As long as a label of a host name may be. */
    static final int MAX_CHARACTERS = 63;

    private static final String FALLBACK = "device";

    private DeviceName() {
    }

    static boolean isOne(String name) {
        return !name.isEmpty() && name.length() <= MAX_CHARACTERS && name.chars().allMatch(DeviceName::isAllowed);
    }

    private static boolean isAllowed(int c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_';
    }

    /** @throws IllegalArgumentException if it is none */
    static String require(String name) {
        if (!isOne(name)) {
            throw new IllegalArgumentException("name=" + name + " must be 1 to " + MAX_CHARACTERS
                    + " lower-case letters, digits, dots, dashes and underscores");
        }
        return name;
    }

    /** That of this machine, made to fit. Nobody is asked over a network. */
    static String ofHost() {
        try {
            return fitted(Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8));
        } catch (IOException _) {
            // no Linux: the systems that have this variable set it for every process
            return fitted(System.getenv().getOrDefault("COMPUTERNAME", FALLBACK));
        }
    }

    /** The same in lower case, with dashes for what is not allowed. */
    static String fitted(String text) {
        var name = new StringBuilder();
        text.strip().toLowerCase(Locale.ROOT).chars().limit(MAX_CHARACTERS).forEach(c -> name.append(isAllowed(c) ? (char) c : '-'));
        return name.isEmpty() ? FALLBACK : name.toString();
    }
}
