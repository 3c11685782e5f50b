package dev.lockstep.guard.posture;

/** What a check found. */
public enum CheckStatus {
    /** It is as it should be. */
    PASS,
    /** It is not. */
    FAIL,
    /** It cannot be told here; a policy decides what that counts for. */
    UNKNOWN
}
