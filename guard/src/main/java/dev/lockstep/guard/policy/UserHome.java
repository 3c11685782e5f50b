package dev.lockstep.guard.policy;

import dev.lockstep.guard.internal.posture.ProcessStatus;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.UnseenException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.StringTokenizer;

/**
 * Where the user of this process is at home: on Linux by the number that the kernel reports and the files of the machine, whatever the
 * environment says; elsewhere by Java's word, since there are no such files.
 */
public final class UserHome {
    private static final String STATUS = "/proc/self/status";
    private static final String USERS = "/etc/passwd";

    /** In {@code Uid:} (proc_pid_status(5)): real, effective, saved, of the file system. */
    private static final int EFFECTIVE = 1;

    /** In passwd(5): name, a password that is none, number, group, a comment, home, shell. */
    private static final int NUMBER = 2;
    private static final int HOME = 5;

    private UserHome() {
    }

    /** @throws IOException if the system does not say */
    public static Path ofProcess() throws IOException {
        return of(DeviceView.ofThisDevice());
    }

    /** The same on a device that is seen otherwise. */
    static Path of(DeviceView device) throws IOException {
        if (device.platform() != Platform.LINUX) {
            return Path.of(System.getProperty("user.home"));
        }
        try {
            return at(device, effectiveUser(device));
        } catch (UnseenException e) {
            throw new IOException("nobody knows where the user is at home: " + e.getMessage(), e);
        }
    }

    private static String effectiveUser(DeviceView device) throws UnseenException {
        String uid = ProcessStatus.parse(STATUS, device.text(STATUS)).value("Uid").orElse("");
        List<Object> numbers = Collections.list(new StringTokenizer(uid));
        if (numbers.size() <= EFFECTIVE) {
            throw new UnseenException(STATUS + " has no effective Uid");
        }
        return (String) numbers.get(EFFECTIVE);
    }

    /** By the first line with the number, as the system's own look-up does. */
    private static Path at(DeviceView device, String uid) throws UnseenException {
        String home = device.textIfPresent(USERS).orElse("").lines().map(line -> line.split(":", -1))
                .filter(parts -> parts.length > NUMBER && parts[NUMBER].equals(uid)).findFirst()
                .filter(parts -> parts.length > HOME).map(parts -> parts[HOME]).orElse("");
        if (!home.startsWith("/")) {
            throw new UnseenException(USERS + " says nothing of uid " + uid + "; a line of theirs (getent passwd " + uid + ") mends it");
        }
        return device.path(home);
    }
}
