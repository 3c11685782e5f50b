package dev.lockstep.guard.policy;

/**
 * What one rule said.
 *
 * @param rule its name: {@code dataClass.models}
 * @param outcome what it came to
 * @param reason why, one line for people, without content
 */
public record RuleResult(String rule, Outcome outcome, String reason) {
    /** What a rule can come to. */
    public enum Outcome { PASS, WARN, REFUSE }
}
