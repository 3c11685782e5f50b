package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is mounted where, as this process sees it. */
public final class Mounts {
    static final String FILE = "/proc/self/mountinfo";

    private final Map<Long, List<Mount>> byParent = new HashMap<>();
    private final Mount top;

    private Mounts(List<Mount> mounts) throws UnseenException {
        var ids = new HashSet<Long>();
        for (Mount mount : mounts) {
            ids.add(mount.id());
            byParent.computeIfAbsent(mount.parent(), _ -> new ArrayList<>()).add(mount);
        }
        top = mounts.stream().filter(each -> each.point().equals("/") && (each.parent() == each.id() || !ids.contains(each.parent())))
                .reduce((_, later) -> later).orElseThrow(() -> new UnseenException(FILE + " shows nothing at /"));
    }

    static Mounts of(DeviceView device) throws UnseenException {
        return parse(device.text(FILE));
    }

    /** @throws UnseenException if the text is no such table; a line that cannot be read could be the one that matters */
    public static Mounts parse(String text) throws UnseenException {
        var mounts = new ArrayList<Mount>();
        for (String line : text.split("\n")) {
            mounts.add(Mount.parse(line, mounts.size() + 1));
        }
        return new Mounts(mounts);
    }

    /**
     * The file system that a path leads to: the way of the system, from mount to mount. The longest mount point would not do: a mount
     * over {@code /a} hides an earlier one on {@code /a/b}.
     *
     * @param path without links
     */
    public Mount of(String path) throws UnseenException {
        var seen = new HashSet<Mount>();
        Mount at = top;
        while (seen.add(at)) {
            Optional<Mount> next = firstWithin(at, path);
            if (next.isEmpty()) {
                return at;
            }
            at = next.get();
        }
        throw new UnseenException(FILE + " has mounts within themselves");
    }

    private Optional<Mount> firstWithin(Mount mount, String path) {
        return byParent.getOrDefault(mount.id(), List.of()).stream().filter(each -> each != mount && each.contains(path))
                .min(Comparator.comparingInt(each -> each.point().length()));
    }
}
