package dev.lockstep.guard.policy;

/** What may outlive a session. */
public enum Keeping {
    /** Its state, in a file. */
    SESSIONS,
    /** Texts, in a log. */
    PROMPTS
}
