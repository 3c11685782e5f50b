package dev.lockstep.guard.policy;

import dev.lockstep.guard.internal.posture.ProcessStatus;
import dev.lockstep.guard.internal.posture.UserNamespace;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * As whom this process runs, by what the system says and never by what Java was told. On Linux the kernel says it, and the files of the
 * machine say what numbers are called; no command is started. Whom those files do not list (a directory service may) goes by number:
 * {@code uid:1234}, {@code gid:1234}, which no name can be, since it has a colon. In a namespace of users numbers are chosen, and nobody
 * has a name: {@code userns:uid:1234}. On macOS and Windows a command of the system says the name, and no groups are known.
 */
public final class Principals {
    /** In {@code Uid:} and {@code Gid:} (proc_pid_status(5)): real, effective, saved, of the file system. */
    private static final int EFFECTIVE = 1;
    private static final int DECIMAL = 10;

    /** In passwd(5) and group(5): the name, a password that is none, the number. */
    private static final int NUMBER = 2;

    /** What names are in bytes that are no text: many of them would be the same. */
    private static final int NO_LETTER = 0xFFFD;

    private Principals() {
    }

    /**
     * The user of this process, with its groups.
     *
     * @throws IOException if the system does not say
     */
    public static Principal ofProcess() throws IOException {
        return of(DeviceView.ofThisDevice());
    }

    /** The same on a device that is seen otherwise. */
    static Principal of(DeviceView device) throws IOException {
        try {
            return switch (device.platform()) {
                case LINUX -> byNumber(device);
                case MACOS -> byCommand(device, "/usr/bin/id", "-un");
                case WINDOWS -> byCommand(device, "C:\\Windows\\System32\\whoami.exe");
                case OTHER -> throw new UnseenException("this system is not known");
            };
        } catch (UnseenException e) {
            throw new IOException("nobody knows as whom this runs: " + e.getMessage(), e);
        }
    }

    private static Principal byNumber(DeviceView device) throws UnseenException {
        ProcessStatus status = ProcessStatus.own(device);
        long user = effective(status, "Uid");
        var groups = new HashSet<>(status.numbers("Groups", DECIMAL));
        groups.add(effective(status, "Gid"));
        if (UserNamespace.map(device).isPresent()) {
            return principal("userns:uid:" + user, groups, group -> "userns:gid:" + group);
        }
        String groupNames = device.textIfPresent("/etc/group").orElse("");
        String userNames = device.textIfPresent("/etc/passwd").orElse("");
        return principal(name(userNames, user).orElse("uid:" + user), groups, group -> name(groupNames, group).orElse("gid:" + group));
    }

    private static Principal principal(String user, Set<Long> groups, LongFunction<String> groupName) {
        return new Principal(Principal.Kind.USER, user, groups.stream().map(groupName::apply).collect(Collectors.toSet()));
    }

    private static long effective(ProcessStatus status, String field) throws UnseenException {
        List<Long> numbers = status.numbers(field, DECIMAL);
        if (numbers.size() <= EFFECTIVE) {
            throw new UnseenException(field + " has no effective number");
        }
        return numbers.get(EFFECTIVE);
    }

    /** What the first line with this number calls it, as the system's own look-up does. */
    private static Optional<String> name(String lines, long number) {
        String wanted = Long.toString(number);
        return lines.lines().map(line -> line.split(":", -1)).filter(parts -> parts.length > NUMBER && parts[NUMBER].equals(wanted))
                .map(parts -> parts[0]).filter(name -> !name.isEmpty()).findFirst();
    }

    private static Principal byCommand(DeviceView device, String... command) throws UnseenException {
        String name = device.output(List.of(command)).strip();
        if (name.isEmpty() || name.chars().anyMatch(Principals::isInNoName)) {
            throw new UnseenException(command[0] + " says no name that can be told from others");
        }
        return new Principal(Principal.Kind.USER, name, Set.of());
    }

    /** A complaint of a command has a colon. */
    private static boolean isInNoName(int c) {
        return c == ':' || c == NO_LETTER || Character.isISOControl(c);
    }
}
