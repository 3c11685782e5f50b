package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import java.util.List;
import java.util.Optional;

/** Who looks into this process, who could, and what it may do itself (Linux). */
final class ProcessChecks {
    private static final String TASKS = "/proc/self/task";
    private static final String YAMA = "/proc/sys/kernel/yama/ptrace_scope";
    private static final int HEX = 16;
    private static final int DECIMAL = 10;
    private static final int OCTAL = 8;
    private static final int OTHERS_WRITE = 0002;

    private ProcessChecks() {
    }

    /** Threads are traced one by one. */
    static Finding debugger(DeviceView device, PostureScope scope) throws UnseenException {
        int looked = 0;
        for (String task : device.names(TASKS)) {
            Optional<Long> tracer = tracer(device, TASKS + '/' + task);
            if (tracer.isPresent() && tracer.get() != 0) {
                return Finding.fail("process " + tracer.get() + " traces this one (" + TASKS + '/' + task + "/status)");
            }
            looked += tracer.isPresent() ? 1 : 0;
        }
        return looked == 0 ? Finding.unknown(TASKS + " shows no thread") : Finding.pass("nobody traces the threads in " + TASKS);
    }

    /** Empty if the thread has ended meanwhile. */
    private static Optional<Long> tracer(DeviceView device, String task) throws UnseenException {
        String file = task + "/status";
        try {
            return Optional.of(ProcessStatus.parse(file, device.text(file)).number("TracerPid", DECIMAL));
        } catch (UnseenException e) {
            if (device.exists(file)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Without Yama, some other module of the kernel may forbid it, or none. */
    static Finding ptrace(DeviceView device, PostureScope scope) throws UnseenException {
        long value = new KernelSetting(YAMA).number(device);
        return Finding.of(value >= 1, YAMA + " is " + value + (value >= 1 ? "" : ": every process of the user may read this one"));
    }

    /** Whoever has rights of the administrator can undo all of this; and so could whoever breaks into this process. */
    static Finding privileges(DeviceView device, PostureScope scope) throws UnseenException {
        ProcessStatus status = ProcessStatus.own(device);
        return Finding.worst(List.of(Finding.of(() -> rights(device, status)), Finding.of(() -> mask(status))));
    }

    private static Finding rights(DeviceView device, ProcessStatus status) throws UnseenException {
        Optional<String> map = UserNamespace.map(device);
        if (map.isPresent()) {
            return Finding.unknown("this runs in a namespace of users, which has other numbers than the machine (" + map.get() + ')');
        }
        if (status.numbers("Uid", DECIMAL).contains(0L)) {
            return Finding.fail("this runs as the administrator (Uid in " + ProcessStatus.OWN + ')');
        }
        for (String set : new String[] {"CapEff", "CapPrm"}) {
            if (status.number(set, HEX) != 0) {
                return Finding.fail("this has capabilities: " + set + ' ' + status.value(set).orElseThrow() + " (" + ProcessStatus.OWN + ')');
            }
        }
        return Finding.pass("no administrator, no capabilities, NoNewPrivs " + status.value("NoNewPrivs").orElse("?"));
    }

    /** The mask takes rights away. */
    private static Finding mask(ProcessStatus status) throws UnseenException {
        boolean isPrivate = (status.number("Umask", OCTAL) & OTHERS_WRITE) != 0;
        return Finding.of(isPrivate, (isPrivate ? "" : "everybody may write to the files that this makes: ") + "Umask "
                + status.value("Umask").orElseThrow() + " (" + ProcessStatus.OWN + ')');
    }
}
