package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.JvmFlags;
import dev.lockstep.guard.posture.JvmView;
import dev.lockstep.guard.posture.PostureScope;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether the JVM writes down what is in its memory, or lets others in; and whether the environment brings code into it. */
final class JvmChecks {
    /** Beginnings of arguments by which other code is loaded from the start, or others are let in. */
    private static final List<String> AGENTS = List.of("-agentlib:", "-agentpath:", "-javaagent:", "-Xdebug", "-Xrun", "-Xbootclasspath",
            "--patch-module", "--upgrade-module-path", "-Dcom.sun.management.jmxremote");

    /** Beginnings of arguments by which Java writes down what happens in it, or takes classes from where they are not compared with their jar. */
    private static final List<String> FILES = List.of("-XX:StartFlightRecording", "-XX:+FlightRecorder", "-XX:SharedArchiveFile", "-XX:AOTCache");

    /** Modules with which it could be done; an image without them cannot. */
    private static final Set<String> AGENT_MODULES = Set.of("java.instrument", "jdk.attach", "jdk.jdwp.agent", "jdk.management.agent");

    /** Variables that add options to Java, or libraries to any program. */
    private static final Set<String> INJECTING = Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "LD_PRELOAD", "LD_AUDIT",
            "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH");

    /** The launcher's own, which hands its words to Java: what they do there is what the other checks look at. */
    private static final String LAUNCHER_OPTIONS = "LOCKSTEP_JAVA_OPTS";

    private JvmChecks() {
    }

    static Finding flags(DeviceView device, PostureScope scope) {
        JvmView jvm = device.jvm();
        List<JvmFlags> open = JvmFlags.open(jvm);
        if (!open.isEmpty()) {
            return Finding.fail("this Java runs without " + open.stream().map(JvmFlags::option).collect(Collectors.joining(" ")));
        }
        List<String> files = given(FILES, jvm);
        if (!files.isEmpty()) {
            return startedWith(files);
        }
        return Stream.of(JvmFlags.values()).filter(each -> each.isSet(jvm).isEmpty()).findFirst()
                .map(each -> Finding.unknown("this Java has no option " + each.flag()))
                .orElseGet(() -> Finding.pass(JvmFlags.values().length + " options of this Java are as they should be"));
    }

    static Finding agents(DeviceView device, PostureScope scope) {
        JvmView jvm = device.jvm();
        List<String> found = given(AGENTS, jvm);
        if (!found.isEmpty()) {
            return startedWith(found);
        }
        return Finding.pass("no agent among " + jvm.arguments().size() + " arguments of this Java" + modules(jvm));
    }

    private static List<String> given(List<String> beginnings, JvmView jvm) {
        return beginnings.stream().filter(each -> jvm.arguments().stream().anyMatch(argument -> argument.startsWith(each))).toList();
    }

    /** Without what follows, which may name files. */
    private static Finding startedWith(List<String> beginnings) {
        return Finding.fail("this Java was started with " + String.join(" ", beginnings));
    }

    private static String modules(JvmView jvm) {
        var there = new TreeSet<>(AGENT_MODULES);
        there.retainAll(jvm.modules());
        return there.isEmpty() ? "; no module for them is loaded" : "; modules for them: " + String.join(" ", there);
    }

    static Finding environment(DeviceView device, PostureScope scope) {
        Set<String> variables = device.jvm().variables();
        var there = new TreeSet<>(INJECTING);
        there.retainAll(variables);
        String launcher = variables.contains(LAUNCHER_OPTIONS) ? "; the launcher's " + LAUNCHER_OPTIONS + " is set" : "";
        return Finding.of(there.isEmpty(), (there.isEmpty() ? "no variable adds options or libraries" : "set: " + String.join(" ", there)) + launcher);
    }
}
