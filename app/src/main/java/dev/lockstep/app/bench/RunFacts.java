package dev.lockstep.app.bench;

import dev.lockstep.kernel.KernelSelection;
import java.lang.management.ManagementFactory;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * How a measurement can be repeated.
 *
 * @param started when it began
 * @param arguments the command line without the program's name
 * @param jvmFlags options of the JVM
 * @param kernels what computed
 */
public record RunFacts(OffsetDateTime started, List<String> arguments, List<String> jvmFlags, KernelSelection kernels) {
    public RunFacts {
        arguments = List.copyOf(arguments);
        jvmFlags = List.copyOf(jvmFlags);
    }

    /** The run that begins now. */
    public static RunFacts now(List<String> arguments) {
        return new RunFacts(OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS), arguments,
                ManagementFactory.getRuntimeMXBean().getInputArguments(), KernelSelection.current());
    }
}
