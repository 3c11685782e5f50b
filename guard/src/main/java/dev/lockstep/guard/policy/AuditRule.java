package dev.lockstep.guard.policy;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether there must be a record of what is done.
 *
 * @param required true if nothing may be done without one
 * @param onError what follows if an event cannot be recorded
 * @param folder where the record is kept, absolute; the user's own if absent
 */
public record AuditRule(boolean required, OnError onError, Optional<Path> folder) {
    /** Asks for nothing; but a record that is kept is kept whole. */
    public static final AuditRule NONE = new AuditRule(false, OnError.REFUSE, Optional.empty());

    /** What follows if an event cannot be recorded. */
    public enum OnError {
        /** Nothing more is done. */
        REFUSE,
        /** It goes on; the record says where it has a gap. */
        CONTINUE;

        /** As policies call it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
