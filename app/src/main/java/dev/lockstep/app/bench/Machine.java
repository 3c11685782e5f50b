package dev.lockstep.app.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Circumstances of a measurement.
 *
 * @param cpu what the system calls the processor
 * @param processors processors that the JVM may use
 * @param jdk vendor and version
 * @param os name and version of the operating system
 * @param loadAverage threads that wanted to run, averaged over the last minute; empty where the system does not tell
 */
public record Machine(String cpu, int processors, String jdk, String os, OptionalDouble loadAverage) {
    /** With a quarter of the processors in use by others, some repetition is bound to be disturbed. */
    private static final double BUSY_LOAD_PER_PROCESSOR = 0.25;

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final String CPU_KEY = "model name";

    /** This machine, now. */
    public static Machine now() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        double load = system.getSystemLoadAverage();
        return new Machine(readCpu(), system.getAvailableProcessors(),
                System.getProperty("java.vendor.version", System.getProperty("java.vendor")) + " (" + Runtime.version() + ")",
                system.getName() + " " + system.getVersion(), load < 0 ? OptionalDouble.empty() : OptionalDouble.of(load));
    }

    /** True if the load average says that the machine was at work before: numbers are ratios at best then. */
    public boolean isBusy() {
        return loadAverage.orElse(0) > BUSY_LOAD_PER_PROCESSOR * processors;
    }

    private static String readCpu() {
        try {
            return Files.exists(CPU_INFO) ? cpuIn(Files.readAllLines(CPU_INFO)) : System.getProperty("os.arch");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    static String cpuIn(List<String> cpuInfo) {
        return cpuInfo.stream().filter(line -> line.startsWith(CPU_KEY) && line.contains(":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst().orElse(System.getProperty("os.arch"));
    }
}
