package dev.lockstep.app;

import com.sun.management.OperatingSystemMXBean;
import dev.lockstep.guard.posture.JvmFlags;
import dev.lockstep.guard.posture.JvmView;
import dev.lockstep.securemem.CoreDumps;
import dev.lockstep.securemem.Hardening;
import dev.lockstep.securemem.HardeningException;
import dev.lockstep.securemem.Measure;
import dev.lockstep.securemem.MemoryBudget;
import java.lang.management.ManagementFactory;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** How the process treats its memory: the same options for every command, in force before it begins. */
final class MemoryOptions {
    @Option(names = "--harden", scope = ScopeType.INHERIT,
            description = "Lock memory, guard it, keep it out of core dumps, and close the process to others (Linux). What cannot be had is reported.")
    private boolean harden;

    @Option(names = "--harden-strict", scope = ScopeType.INHERIT,
            description = "The same, and refuse to work (exit code 3) if anything of it cannot be had.")
    private boolean strict;

    @Option(names = "--memory", scope = ScopeType.INHERIT, paramLabel = "SIZE", converter = ByteCount.class,
            description = "Take at most this much memory for weights and sessions: 2G, 512M. Default: what the machine or container has.")
    private Long budget;

    /** Puts them in force. */
    void apply(Io io) {
        MemoryBudget.limit(budget != null ? budget : machineBytes());
        // before the process is closed to others: from then on this file belongs to the administrator
        CoreDumps.excludeMemory().ifPresent(problem -> warnIfAsked(io, "core dumps could hold memory: " + problem));
        if (isHardened()) {
            Hardening.enable(strict ? EnumSet.allOf(Measure.class) : Set.of());
            List<String> open = jvmProblems();
            if (strict && !open.isEmpty()) {
                throw new HardeningException("hardening is demanded, and " + String.join("; ", open));
            }
            open.forEach(problem -> warnIfAsked(io, problem));
        }
    }

    /** Sentences for people, one for each option of Java that should be another; empty if all is well. */
    private static List<String> jvmProblems() {
        return JvmFlags.open(JvmView.ofThisProcess()).stream().map(flag -> "this Java runs without " + flag.option()
                + ", so it could write down what is in its memory, or let others in; the launcher passes it").toList();
    }

    /** Says what could not be had, once the command has taken the memory it needed; where it is demanded, the refusal has said so. */
    void report(Io io) {
        if (!strict) {
            Hardening.report().problems().forEach(problem -> warnIfAsked(io, problem));
        }
    }

    private boolean isHardened() {
        return harden || strict;
    }

    private void warnIfAsked(Io io, String problem) {
        if (isHardened()) {
            io.err().println("lockstep: WARNING: " + problem);
        }
    }

    private static long machineBytes() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }
}
