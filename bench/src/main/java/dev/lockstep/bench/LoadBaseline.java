package dev.lockstep.bench;

import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/**
 * What loading a file cannot be faster than, measured in the same JVM, the best of several passes.
 *
 * @param sha256GBs 10⁹ bytes per second that one thread hashes, out of its first-level cache
 * @param copyGBs 10⁹ bytes per second that one thread copies from the page cache into memory that it has written to before
 */
record LoadBaseline(double sha256GBs, double copyGBs) {
    private static final int PASSES = 5;
    private static final int ARRAY_BYTES = 16 << 10;
    private static final long HASHED_BYTES = 64L << 20;

    /** Measures and prints. */
    static LoadBaseline measure(Path file) throws IOException {
        var baseline = new LoadBaseline(hash(), copy(file));
        System.out.println(String.format(Locale.ROOT, "# Baselines: SHA-256 alone %.2f GB/s, plain copy of the file %.2f GB/s; one thread",
                baseline.sha256GBs, baseline.copyGBs));
        return baseline;
    }

    private static double hash() {
        byte[] bytes = new byte[ARRAY_BYTES];
        double best = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            MessageDigest digest = newDigest();
            long start = System.nanoTime();
            for (long done = 0; done < HASHED_BYTES; done += ARRAY_BYTES) {
                digest.update(bytes);
            }
            best = Math.max(best, (double) HASHED_BYTES / (System.nanoTime() - start));
        }
        return best;
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static double copy(Path file) throws IOException {
        double best = 0;
        try (var channel = FileChannel.open(file); var arena = SecureArena.open("plain copy")) {
            // a quarter of a gigabyte at a time: a buffer has no more than 2 GiB
            MemorySegment target = arena.allocate(Math.min(channel.size(), 256L << 20)).fill((byte) 1);
            for (int pass = 0; pass < PASSES; pass++) {
                long start = System.nanoTime();
                copyAll(channel, target);
                best = Math.max(best, (double) channel.size() / (System.nanoTime() - start));
            }
        }
        return best;
    }

    private static void copyAll(FileChannel channel, MemorySegment target) throws IOException {
        int count = 0;
        for (long done = 0; done < channel.size(); done += count) {
            count = channel.read(target.asByteBuffer(), done);
        }
    }
}
