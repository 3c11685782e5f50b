package dev.lockstep.guard.policy;

import dev.lockstep.guard.posture.CheckStatus;

/**
 * What follows from each result of a check: whether it fails open or closed.
 *
 * @param fail if it found that something is wrong
 * @param unknown if it could not tell, or was not made
 */
public record Reactions(Reaction fail, Reaction unknown) {
    /** Of a result; none of a good one. */
    public Reaction to(CheckStatus status) {
        return switch (status) {
            case PASS -> Reaction.IGNORE;
            case FAIL -> fail;
            case UNKNOWN -> unknown;
        };
    }
}
