package dev.lockstep.guard.policy;

import java.util.Optional;

/**
 * What somebody asks for.
 *
 * @param principal who asks
 * @param scope what they want to do
 * @param dataClass of what is to be processed; absent if they did not say
 */
public record Request(Principal principal, Scope scope, Optional<String> dataClass) {
    /** To use models on data. */
    public static Request toInfer(Principal principal, Optional<String> dataClass) {
        return new Request(principal, Scope.INFER, dataClass);
    }
}
