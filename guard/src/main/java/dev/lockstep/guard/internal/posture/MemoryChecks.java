package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import java.util.List;
import java.util.Optional;

/** Ways by which the system writes memory to a disk: swapping, hibernation, core dumps (Linux). */
final class MemoryChecks {
    private static final String CGROUP = "/proc/self/cgroup";
    private static final String CGROUPS = "/sys/fs/cgroup";
    private static final String STATES = "/sys/power/state";
    private static final String HIBERNATION = "/sys/power/disk";
    private static final String DUMP_FILTER = "/proc/self/coredump_filter";
    private static final String DUMP_PATTERN = "/proc/sys/kernel/core_pattern";
    private static final String LIMITS = "/proc/self/limits";
    private static final String DUMP_LIMIT = "Max core file size";

    private MemoryChecks() {
    }

    /** Where this process may not swap, it does not matter to where others do. */
    static Finding swap(DeviceView device, PostureScope scope) throws UnseenException {
        Optional<String> limit = closedGroup(device);
        if (limit.isPresent()) {
            return Finding.pass(limit.get() + " is 0");
        }
        List<Finding> areas = SwapAreas.findings(device);
        return areas.isEmpty() ? Finding.pass(SwapAreas.FILE + " is empty") : Finding.worst(areas);
    }

    /** The limit of the control group that this process is in, or of one around it, that lets nothing swap (cgroups(7), version 2). */
    private static Optional<String> closedGroup(DeviceView device) throws UnseenException {
        String group = device.textIfPresent(CGROUP).flatMap(groups -> groups.lines().filter(each -> each.startsWith("0::/")).findFirst())
                .map(line -> line.substring("0::".length())).filter(each -> !each.equals("/")).orElse("");
        for (String at = CGROUPS + group; at.length() >= CGROUPS.length(); at = at.substring(0, at.lastIndexOf('/'))) {
            String limit = at + "/memory.swap.max";
            if (device.textIfPresent(limit).equals(Optional.of("0"))) {
                return Optional.of(limit);
            }
        }
        return Optional.empty();
    }

    /** The image of a hibernating system goes where it swaps to, whatever this process may swap. */
    static Finding hibernation(DeviceView device, PostureScope scope) throws UnseenException {
        if (!Words.of(device.text(STATES)).contains("disk")) {
            return Finding.pass(STATES + " offers no hibernation");
        }
        if (device.text(HIBERNATION).contains("[disabled]")) {
            return Finding.pass(HIBERNATION + " is disabled");
        }
        List<Finding> areas = SwapAreas.findings(device);
        return areas.isEmpty() ? Finding.pass("hibernation has no swap to go to (" + SwapAreas.FILE + ")")
                : Finding.worst(areas).about(HIBERNATION + " allows hibernation");
    }

    /** Nothing of memory in a dump, or no dump; a pattern that begins with a pipe pays no heed to the limit (core(5)). */
    static Finding coreDumps(DeviceView device, PostureScope scope) throws UnseenException {
        Optional<String> filter = device.textIfPresent(DUMP_FILTER);
        if (filter.isPresent() && isZero(filter.get())) {
            return Finding.pass(DUMP_FILTER + " is 0: a dump holds no memory");
        }
        String pattern = device.text(DUMP_PATTERN);
        String limit = dumpLimit(device.text(LIMITS));
        boolean isStopped = limit.equals("0") && !pattern.startsWith("|");
        return Finding.of(isStopped, "a core dump holds memory (" + DUMP_FILTER + "), its size limit is " + limit + " (" + LIMITS + "), it goes to "
                + pattern + " (" + DUMP_PATTERN + ')');
    }

    private static boolean isZero(String hex) throws UnseenException {
        try {
            return Long.parseUnsignedLong(hex, 16) == 0;
        } catch (NumberFormatException e) {
            throw new UnseenException(DUMP_FILTER + " is no number", e);
        }
    }

    private static String dumpLimit(String limits) throws UnseenException {
        List<String> values = limits.lines().filter(each -> each.startsWith(DUMP_LIMIT)).findFirst()
                .map(line -> Words.of(line.substring(DUMP_LIMIT.length()))).orElse(List.of());
        if (values.isEmpty()) {
            throw new UnseenException(LIMITS + " has no " + DUMP_LIMIT);
        }
        return values.getFirst();
    }
}
