package dev.lockstep.loader.gate;

/** A refusal by policy: what was asked for may not be done here, now, or by whoever asks. Its message says why and what to do; it holds no content. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String LIMITS = "limit.";

    private final String rule;

    /**
     * @param rule the rule that refused, as it is called in policies and audit logs
     * @param message why, and what to do about it
     */
    public RefusedException(String rule, String message) {
        super(rule + ": " + message);
        this.rule = rule;
    }

    /** The rule that refused. */
    public String rule() {
        return rule;
    }

    /** True if too much was asked for: less, or the same later, may be allowed. */
    public boolean isLimit() {
        return isLimit(rule);
    }

    /** True of a rule that sets a limit. */
    public static boolean isLimit(String rule) {
        return rule.startsWith(LIMITS);
    }
}
