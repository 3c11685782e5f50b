package dev.lockstep.guard.policy;

import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.loader.internal.json.StrictJson;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The entries of {@code postures}. */
final class PostureRuleReader {
    static final Set<String> MEMBERS = Set.of("name", "checks", "others", "minKernel", "recheckSeconds", "comment");
    static final Set<String> CHECK_MEMBERS = Set.of("check", "fail", "unknown", "comment");
    static final Set<String> OTHERS_MEMBERS = Set.of("fail", "unknown", "comment");

    private static final String KERNEL_CHECK = "kernel.version";

    /** Five minutes: often enough for a debugger, seldom enough to cost nothing. */
    private static final long DEFAULT_RECHECK_SECONDS = 300;

    /** A day: whoever asks for less often asks for never. */
    private static final long MAX_RECHECK_SECONDS = 86_400;

    /** Parts of a release, as in {@code 6.8.0.45}. */
    private static final int MAX_KERNEL_PARTS = 4;

    private static final int MAX_PART_DIGITS = 6;

    private PostureRuleReader() {
    }

    static PostureRule read(StrictJson posture) {
        posture.allowOnly(MEMBERS);
        Map<String, Reactions> checks = new HashMap<>();
        Optional<String> minKernel = minKernel(posture);
        // whoever says which kernel is good enough does not want another one
        minKernel.ifPresent(_ -> checks.put(KERNEL_CHECK, new Reactions(Reaction.REFUSE, Reaction.REFUSE)));
        if (posture.has("checks")) {
            PolicyJson.entries(posture, "checks", PostureRuleReader::check, Map.Entry::getKey)
                    .forEach(check -> checks.put(check.getKey(), check.getValue()));
        }
        return new PostureRule(PolicyJson.name(posture, "name"), checks, others(posture), minKernel, recheck(posture));
    }

    /** Whoever names a check wants it to pass. */
    private static Map.Entry<String, Reactions> check(StrictJson check) {
        check.allowOnly(CHECK_MEMBERS);
        String id = PolicyJson.name(check, "check");
        if (!PostureProbe.knownChecks().contains(id)) {
            throw check.fault("names a check that there is not: \"" + id + "\"; there are " + String.join(", ", PostureProbe.knownChecks()));
        }
        return Map.entry(id, reactions(check, Reaction.REFUSE));
    }

    private static Reactions others(StrictJson posture) {
        if (!posture.has("others")) {
            return new Reactions(Reaction.WARN, Reaction.WARN);
        }
        StrictJson others = posture.object("others");
        others.allowOnly(OTHERS_MEMBERS);
        return reactions(others, Reaction.WARN);
    }

    private static Reactions reactions(StrictJson object, Reaction orElse) {
        return new Reactions(PolicyJson.wordIfPresent(object, "fail", Reaction.class).orElse(orElse),
                PolicyJson.wordIfPresent(object, "unknown", Reaction.class).orElse(orElse));
    }

    private static Optional<String> minKernel(StrictJson posture) {
        return posture.textIfPresent("minKernel").map(text -> {
            if (!isRelease(text)) {
                throw posture.fault("member \"minKernel\" must be a release like 6.8 or 6.8.12");
            }
            return text;
        });
    }

    private static boolean isRelease(String text) {
        String[] parts = text.split("\\.", -1);
        boolean wellFormed = parts.length <= MAX_KERNEL_PARTS;
        for (String part : parts) {
            wellFormed &= !part.isEmpty() && part.length() <= MAX_PART_DIGITS && part.chars().allMatch(c -> c >= '0' && c <= '9');
        }
        return wellFormed;
    }

    private static Duration recheck(StrictJson posture) {
        long seconds = posture.has("recheckSeconds") ? posture.positiveNumber("recheckSeconds") : DEFAULT_RECHECK_SECONDS;
        if (seconds > MAX_RECHECK_SECONDS) {
            throw posture.fault("member \"recheckSeconds\" must be at most " + MAX_RECHECK_SECONDS);
        }
        return Duration.ofSeconds(seconds);
    }
}
