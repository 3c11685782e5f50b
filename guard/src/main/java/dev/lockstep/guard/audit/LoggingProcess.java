package dev.lockstep.guard.audit;

import java.security.SecureRandom;
import java.util.HexFormat;

/** This process, as records call it. */
final class LoggingProcess {
    private static final int BOOT_BYTES = 16;
    private static final long START_NANOS = System.nanoTime();

    /** Random, so that it is no other's. */
    static final String BOOT = boot();

    /** What the system calls it. */
    static final long PID = ProcessHandle.current().pid();

    private LoggingProcess() {
    }

    private static String boot() {
        byte[] random = new byte[BOOT_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Since it began to log. */
    static long nanos() {
        return System.nanoTime() - START_NANOS;
    }
}
