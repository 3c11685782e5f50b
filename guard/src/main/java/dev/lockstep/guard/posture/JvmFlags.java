package dev.lockstep.guard.posture;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the JVM must not do for what is in its memory to stay there: write it down, or let others in. The launcher passes all of it. */
public enum JvmFlags {
    /** {@code hs_err} files hold registers and pieces of the stack. */
    FATAL_ERROR_FILE("SuppressFatalErrorMessage", "true"),
    CORE_DUMP("CreateCoredumpOnCrash", "false"),
    HEAP_DUMP("HeapDumpOnOutOfMemoryError", "false"),
    HEAP_DUMP_BEFORE("HeapDumpBeforeFullGC", "false"),
    HEAP_DUMP_AFTER("HeapDumpAfterFullGC", "false"),
    /** Commands that could look into the process. */
    ERROR_COMMAND("OnError", ""),
    OUT_OF_MEMORY_COMMAND("OnOutOfMemoryError", ""),
    ATTACH("DisableAttachMechanism", "true"),
    /** A file in the temporary folder that tells every process of the user what runs here. */
    PERFORMANCE_DATA("UsePerfData", "false"),
    /** Code that is brought into a program while it runs. */
    DYNAMIC_AGENTS("EnableDynamicAgentLoading", "false");

    private final String flag;
    private final String wanted;

    JvmFlags(String flag, String wanted) {
        this.flag = flag;
        this.wanted = wanted;
    }

    /** The name of the VM's option. */
    public String flag() {
        return flag;
    }

    /** What to start Java with. */
    public String option() {
        return "-XX:" + (wanted.isEmpty() ? flag + '=' : (wanted.equals("true") ? '+' : '-') + flag);
    }

    /** Whether it is as it should be; empty if this VM has no such option. */
    public Optional<Boolean> isSet(JvmView jvm) {
        return Optional.ofNullable(jvm.options().get(flag)).map(wanted::equals);
    }

    /** Those that are not as they should be. */
    public static List<JvmFlags> open(JvmView jvm) {
        return Stream.of(values()).filter(each -> each.isSet(jvm).equals(Optional.of(false))).toList();
    }
}
