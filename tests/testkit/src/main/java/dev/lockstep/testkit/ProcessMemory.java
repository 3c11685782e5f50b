package dev.lockstep.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of another process, as the kernel shows it in {@code /proc/PID/mem} (Linux). Looking from outside is the point: a
 * process that searched itself would find its own search pattern.
 */
public final class ProcessMemory {
    private final long pid;

    private ProcessMemory(long pid) {
        this.pid = pid;
    }

    public static ProcessMemory of(Process process) {
        return new ProcessMemory(process.pid());
    }

    private record Region(long from, long to) { }

    /**
     * Counts how often each pattern occurs.
     *
     * @param patterns at least 16 bytes each, so that chance plays no part
     */
    public List<Integer> count(List<byte[]> patterns) throws IOException {
        var search = new PatternSearch(patterns);
        try (var memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            for (Region region : readableRegions()) {
                search.search((at, target, offset, count) -> read(memory, at, target, offset, count), region.from, region.to);
            }
        }
        return search.counts();
    }

    /** A region may vanish between looking at the map and reading it; that is no error. */
    private static int read(RandomAccessFile memory, long at, byte[] target, int offset, int count) {
        try {
            memory.seek(at);
            memory.readFully(target, offset, count);
            return count;
        } catch (IOException e) {
            return -1;
        }
    }

    private List<Region> readableRegions() throws IOException {
        List<Region> regions = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
            String[] fields = line.split("\\s+");
            // addresses above the user half (vsyscall) are not readable this way
            if (fields[1].startsWith("r") && !line.endsWith("[vvar]") && !line.endsWith("[vsyscall]")) {
                String[] bounds = fields[0].split("-");
                regions.add(new Region(Long.parseUnsignedLong(bounds[0], 16), Long.parseUnsignedLong(bounds[1], 16)));
            }
        }
        return regions;
    }
}
