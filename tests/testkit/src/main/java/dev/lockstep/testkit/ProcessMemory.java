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
        int[] counts = new int[patterns.size()];
        int overlap = patterns.stream().mapToInt(pattern -> pattern.length).max().orElseThrow() - 1;
        try (var memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            for (Region region : readableRegions()) {
                count(memory, region, patterns, overlap, counts);
            }
        }
        List<Integer> result = new ArrayList<>();
        for (int count : counts) {
            result.add(count);
        }
        return result;
    }

    private static void count(RandomAccessFile memory, Region region, List<byte[]> patterns, int overlap, int[] counts)
            throws IOException {
        byte[] window = new byte[CHUNK_BYTES + overlap];
        int kept = 0;
        for (long at = region.from; at < region.to; at += CHUNK_BYTES) {
            int wanted = (int) Math.min(CHUNK_BYTES, region.to - at);
            int read = read(memory, at, window, kept, wanted);
            if (read < 0) {
                kept = 0;
                continue;
            }
            int size = kept + read;
            for (int p = 0; p < patterns.size(); p++) {
                counts[p] += occurrences(window, size, patterns.get(p), kept);
            }
            int keep = Math.min(overlap, size);
            System.arraycopy(window, size - keep, window, 0, keep);
            kept = keep;
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

    /** Occurrences that end in the new part of the window; the others were counted before. */
    private static int occurrences(byte[] window, int size, byte[] pattern, int newFrom) {
        int count = 0;
        for (int at = Math.max(0, newFrom - pattern.length + 1); at + pattern.length <= size; at++) {
            int i = 0;
            while (i < pattern.length && window[at + i] == pattern[i]) {
                i++;
            }
            if (i == pattern.length) {
                count++;
            }
        }
        return count;
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
