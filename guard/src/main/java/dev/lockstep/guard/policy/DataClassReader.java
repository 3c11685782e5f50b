package dev.lockstep.guard.policy;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The entries of {@code dataClasses}, and limits, which the policy itself has as well. */
final class DataClassReader {
    static final Set<String> MEMBERS =
            Set.of("name", "models", "principals", "posture", "saveSessions", "logPrompts", "unsignedModels", "limits", "comment");
    static final Set<String> LIMIT_MEMBERS =
            Set.of("maxPromptTokens", "maxNewTokens", "maxContext", "requestsPerMinute", "tokensPerMinute", "comment");

    private DataClassReader() {
    }

    /** @param postures that it may ask for */
    static DataClass read(StrictJson dataClass, List<PostureRule> postures) {
        dataClass.allowOnly(MEMBERS);
        Set<String> models = PolicyJson.namesIfPresent(dataClass, "models")
                .orElseThrow(() -> dataClass.fault("member \"models\" is missing: which may be used?"));
        return new DataClass(PolicyJson.name(dataClass, "name"), models, PolicyJson.namesIfPresent(dataClass, "principals"),
                posture(dataClass, postures), PolicyJson.flag(dataClass, "saveSessions"), PolicyJson.flag(dataClass, "logPrompts"),
                PolicyJson.flag(dataClass, "unsignedModels"), limits(dataClass));
    }

    private static PostureRule posture(StrictJson dataClass, List<PostureRule> postures) {
        String name = PolicyJson.name(dataClass, "posture");
        Optional<PostureRule> named = postures.stream().filter(each -> each.name().equals(name)).findFirst();
        return named.orElseThrow(() -> dataClass.fault("asks for the posture \"" + name + "\", which the policy does not have"));
    }

    /** The member {@code limits} of a policy or a data class. */
    static Limits limits(StrictJson owner) {
        if (!owner.has("limits")) {
            return Limits.NONE;
        }
        StrictJson limits = owner.object("limits");
        limits.allowOnly(LIMIT_MEMBERS);
        return new Limits(limit(limits, "maxPromptTokens"), limit(limits, "maxNewTokens"), limit(limits, "maxContext"),
                limit(limits, "requestsPerMinute"), limit(limits, "tokensPerMinute"));
    }

    private static OptionalLong limit(StrictJson limits, String member) {
        return limits.has(member) ? OptionalLong.of(limits.positiveNumber(member)) : OptionalLong.empty();
    }
}
