package dev.lockstep.guard.internal.posture;

import java.util.List;

/** The checks that ask the JVM, or what every system answers alike. */
final class SharedChecks {
    static final Check JVM_FLAGS = new Check("jvm.flags", "start it with the launcher, or give Java these options; LOCKSTEP_JAVA_OPTS must not undo them", JvmChecks::flags);

    static final Check JVM_AGENTS = new Check("jvm.agents", "start it with the launcher, without agents, debuggers, recordings and remote management",
                    JvmChecks::agents);

    static final Check ENVIRONMENT = new Check("environment", "unset these variables", JvmChecks::environment);

    static final Check MODEL_FILES = new Check("model.files", "give model and folders to this user or the administrator, writable for nobody else (chmod -R go-w);"
                    + " name the file itself, not a link; keep it on a disk of this machine", ModelFilesCheck::look);

    static final Check CLOCK = new Check("clock", "set the clock, and let it be set by the network (timedatectl set-ntp true)", ClockCheck::look);

    static final List<Check> ALL = List.of(JVM_FLAGS, JVM_AGENTS, ENVIRONMENT, MODEL_FILES, CLOCK);

    private SharedChecks() {
    }
}
