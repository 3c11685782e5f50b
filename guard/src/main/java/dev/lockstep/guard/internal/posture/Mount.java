package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.UnseenException;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param parent id of the mount that this one is in
 * @param device major and minor number, {@code 253:0}
 * @param point where it is mounted, as this process sees it
 * @param type of the file system
 * @param source what is mounted: a device, usually
 * @param superOptions of the file system, as they are written there
 */
public record Mount(long id, long parent, String device, String point, String type, String source, String superOptions) {
    private static final int FIRST_OPTIONAL = 6;
    private static final int FIELDS_AFTER_SEPARATOR = 3;

    /** @param number of the line, from 1 */
    static Mount parse(String line, int number) throws UnseenException {
        String[] fields = line.split(" ", -1);
        int separator = FIRST_OPTIONAL;
        while (separator < fields.length && !fields[separator].equals("-")) {
            separator++;
        }
        if (separator + FIELDS_AFTER_SEPARATOR >= fields.length || !fields[4].startsWith("/")) {
            throw malformed(number, null);
        }
        try {
            return new Mount(Long.parseLong(fields[0]), Long.parseLong(fields[1]), fields[2], KernelText.unescaped(fields[4]),
                    KernelText.unescaped(fields[separator + 1]), KernelText.unescaped(fields[separator + 2]), fields[separator + 3]);
        } catch (NumberFormatException e) {
            throw malformed(number, e);
        }
    }

    private static UnseenException malformed(int number, Throwable cause) {
        return new UnseenException("line " + number + " of " + Mounts.FILE + " is malformed", cause);
    }

    boolean contains(String path) {
        return point.equals("/") || path.equals(point) || path.startsWith(point + '/');
    }

    /** All values of an option of the file system. */
    public List<String> superOption(String name) {
        var values = new ArrayList<String>();
        for (String option : superOptions.split(",")) {
            if (option.startsWith(name + '=')) {
                values.add(KernelText.unescaped(option.substring(name.length() + 1)));
            }
        }
        return values;
    }
}
