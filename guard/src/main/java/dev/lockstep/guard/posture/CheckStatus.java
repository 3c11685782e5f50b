package dev.lockstep.guard.posture;

import java.util.Locale;

/** What a check found. */
public enum CheckStatus {
    /** It is as it should be. */
    PASS,
    /** It is not. */
    FAIL,
    /** It cannot be told here; a policy decides what that counts for. */
    UNKNOWN;

    /** As it is called in records and statements. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
