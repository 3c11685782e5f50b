package dev.lockstep.kernel;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * How long to wait for the JVM's compilers: while they get on with anything. On a busy machine that takes longer than on an idle one;
 * where they are switched off, or never manage what is waited for, it ends soon.
 */
final class CompilerPatience {
    /** Between two looks at the compilers. One large kernel takes less, with a processor shared by four. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * Other code of a large application may be compiled for ever; nobody wants to wait for that with every model. Kernels that have a
     * processor to themselves take two seconds; among ten busy processes on two processors, more than ten were seen.
     */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final long start = System.nanoTime();
    private long nextLook = start + LOOK_NANOS;
    private long compiledMillis;

    /** True if it is of no use to wait any longer. */
    boolean isOver() {
        long now = System.nanoTime();
        if (now - nextLook < 0) {
            return false;
        }
        nextLook = now + LOOK_NANOS;
        long before = compiledMillis;
        compiledMillis = compiledMillis();
        return compiledMillis == before || now - start > MAX_NANOS;
    }

    /** Time that the compilers have spent, in milliseconds; 0 for an interpreter. */
    private static long compiledMillis() {
        CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
        return compilation == null || !compilation.isCompilationTimeMonitoringSupported() ? 0 : compilation.getTotalCompilationTime();
    }
}
