package dev.lockstep.app;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the JVM itself would write memory down, or let others in. The launcher switches all of it off for {@code --harden}. */
final class JvmHygiene {
    /** Flag, and what it must be. */
    private static final Map<String, String> WANTED = new LinkedHashMap<>();

    static {
        // hs_err files hold registers and pieces of the stack
        WANTED.put("SuppressFatalErrorMessage", "true");
        WANTED.put("CreateCoredumpOnCrash", "false");
        WANTED.put("HeapDumpOnOutOfMemoryError", "false");
        WANTED.put("HeapDumpBeforeFullGC", "false");
        WANTED.put("HeapDumpAfterFullGC", "false");
        // commands that could look into the process
        WANTED.put("OnError", "");
        WANTED.put("OnOutOfMemoryError", "");
        WANTED.put("DisableAttachMechanism", "true");
    }

    private JvmHygiene() {
    }

    /** Sentences for people, one for each flag; empty if all is well. */
    static List<String> problems() {
        var flags = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return WANTED.entrySet().stream().filter(each -> !flags.getVMOption(each.getKey()).getValue().equals(each.getValue()))
                .map(each -> "this Java runs without " + option(each.getKey(), each.getValue())
                        + ", so it could write down what is in its memory, or let others in; the launcher passes it")
                .toList();
    }

    private static String option(String flag, String value) {
        return "-XX:" + (value.isEmpty() ? flag + '=' : (value.equals("true") ? '+' : '-') + flag);
    }
}
