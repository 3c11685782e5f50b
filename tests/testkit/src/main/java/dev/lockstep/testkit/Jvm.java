package dev.lockstep.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines for a second JVM like the one that runs the tests. */
public final class Jvm {
    /** The module that the vector kernels need. */
    public static final String VECTOR_MODULE = "jdk.incubator.vector";

    private Jvm() {
    }

    /** The java program that runs the tests. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** A JVM on the tests' class path; {@code options} come first, the arguments last. */
    public static List<String> command(List<String> options, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return command;
    }
}
