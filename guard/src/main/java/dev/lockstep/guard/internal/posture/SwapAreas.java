package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.util.ArrayList;
import java.util.List;

/** Where the kernel swaps to. */
public final class SwapAreas {
    static final String FILE = "/proc/swaps";

    private static final int FIELDS = 5;

    /**
     * One of them.
     *
     * @param path of a device or a file
     * @param isFile the latter
     */
    public record Area(String path, boolean isFile) { }

    private SwapAreas() {
    }

    /** The lines after the heading, which is there when nothing else is. */
    public static List<Area> parse(String text) throws UnseenException {
        String[] lines = text.split("\n");
        if (!lines[0].startsWith("Filename")) {
            throw new UnseenException(FILE + " has no heading");
        }
        var areas = new ArrayList<Area>();
        for (int i = 1; i < lines.length; i++) {
            areas.add(area(lines[i], i + 1));
        }
        return areas;
    }

    private static Area area(String line, int number) throws UnseenException {
        List<String> fields = Words.of(line);
        if (fields.size() != FIELDS || !fields.getFirst().startsWith("/")) {
            throw new UnseenException("line " + number + " of " + FILE + " is malformed");
        }
        return new Area(KernelText.unescaped(fields.getFirst()), fields.get(1).equals("file"));
    }

    /** Whether each of them is encrypted or in memory. */
    static List<Finding> findings(DeviceView device) throws UnseenException {
        List<Area> areas = parse(device.text(FILE));
        if (areas.isEmpty()) {
            return List.of();
        }
        var storage = new Storage(device);
        return areas.stream().map(area -> Finding.of(() -> ofArea(device, storage, area)).about("swap on " + area.path())).toList();
    }

    private static Finding ofArea(DeviceView device, Storage storage, Area area) throws UnseenException {
        if (area.isFile()) {
            return storage.ofFile(area.path());
        }
        String path = device.follow(area.path()).path();
        return storage.ofDevice(path.substring(path.lastIndexOf('/') + 1));
    }
}
