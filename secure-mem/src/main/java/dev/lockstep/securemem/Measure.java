package dev.lockstep.securemem;

/** What hardening does, each thing by itself: some may not be had on a machine where others are. */
public enum Measure {
    /** Pages that nobody may touch on both sides of every allocation: whoever runs over its end is stopped. */
    GUARD_PAGES("guard pages"),
    /** Pages stay in memory and never go to swap. */
    LOCKED("locked in memory"),
    /** Pages are left out of core dumps. */
    NOT_DUMPED("left out of core dumps"),
    /** A forked process finds zeros. */
    WIPED_ON_FORK("wiped in forked processes"),
    /** Weights cannot be written any more once they are loaded. */
    SEALED("weights read-only"),
    /** No core dump of this process, and only the administrator may look into it. */
    PROCESS_UNDUMPABLE("process closed to others");

    private final String description;

    Measure(String description) {
        this.description = description;
    }

    /** A few words for people. */
    public String description() {
        return description;
    }
}
