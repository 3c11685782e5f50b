package dev.lockstep.guard.policy;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A kind of data, and how it may be processed. Immutable.
 *
 * @param name what requests call it
 * @param models names of the entries whose models may be used
 * @param principals {@linkplain PrincipalEntry#id ids} of the entries whom it is confined to; absent for all that have this data class
 * @param posture how fit the device must be
 * @param saveSessions true if sessions may be saved
 * @param logPrompts true if texts may be logged
 * @param unsignedModels true if models may be used for which nobody vouches
 * @param limits besides those of the policy
 */
public record DataClass(String name, Set<String> models, Optional<Set<String>> principals, PostureRule posture, boolean saveSessions,
        boolean logPrompts, boolean unsignedModels, Limits limits) {
    public DataClass {
        models = models.stream().map(ModelEntry::normal).collect(Collectors.toUnmodifiableSet());
        principals = principals.map(Set::copyOf);
    }
}
