package dev.lockstep.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The memory of another process, as the kernel shows it in {@code /proc/PID/mem} (Linux). Looking from outside is the point: a
 * process that searched itself would find its own search pattern.
 */
public final class ProcessMemory {
    private static final int CHUNK_BYTES = 1 << 20;

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
        var search = new Search(patterns);
        try (var memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            for (Region region : readableRegions()) {
                search(memory, region, search);
            }
        }
        return Arrays.stream(search.counts).boxed().toList();
    }

    private static void search(RandomAccessFile memory, Region region, Search search) {
        byte[] window = new byte[CHUNK_BYTES + search.overlap];
        int kept = 0;
        for (long at = region.from; at < region.to; at += CHUNK_BYTES) {
            int read = read(memory, at, window, kept, (int) Math.min(CHUNK_BYTES, region.to - at));
            if (read < 0) {
                kept = 0;
                continue;
            }
            int size = kept + read;
            search.add(window, size, kept);
            int keep = Math.min(search.overlap, size);
            System.arraycopy(window, size - keep, window, 0, keep);
            kept = keep;
        }
    }

    /** Looks for all patterns in one pass: two bytes decide whether a place deserves a closer look. */
    private static final class Search {
        private final List<byte[]> patterns;
        private final boolean[] beginnings = new boolean[1 << 16];
        private final int[] counts;
        private final int overlap;

        Search(List<byte[]> patterns) {
            this.patterns = patterns;
            this.counts = new int[patterns.size()];
            this.overlap = patterns.stream().mapToInt(pattern -> pattern.length).max().orElseThrow() - 1;
            patterns.forEach(pattern -> beginnings[key(pattern, 0)] = true);
        }

        private static int key(byte[] bytes, int at) {
            return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
        }

        /** Counts the occurrences that end behind {@code newFrom}; the others were counted before. */
        void add(byte[] window, int size, int newFrom) {
            for (int at = 0; at < size - 1; at++) {
                if (beginnings[key(window, at)]) {
                    lookCloser(window, at, size, newFrom);
                }
            }
        }

        private void lookCloser(byte[] window, int at, int size, int newFrom) {
            for (int p = 0; p < counts.length; p++) {
                byte[] pattern = patterns.get(p);
                int end = at + pattern.length;
                if (end <= size && end > newFrom && Arrays.equals(window, at, end, pattern, 0, pattern.length)) {
                    counts[p]++;
                }
            }
        }
    }

    /** A region may vanish between looking at the map and reading it; that is no error. */
    private static int read(RandomAccessFile memory, long at, byte[] window, int offset, int count) {
        try {
            memory.seek(at);
            memory.readFully(window, offset, count);
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
