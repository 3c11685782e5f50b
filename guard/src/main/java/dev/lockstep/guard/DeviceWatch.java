package dev.lockstep.guard;

import dev.lockstep.guard.monitor.Monitor;
import dev.lockstep.guard.policy.PostureRule;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.guard.posture.PostureScope;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the device, for each demand that a policy makes of it: what a look found is good until it is too old, and then whoever
 * asks looks again. A process that does nothing looks at nothing. Thread-safe; looks take turns.
 */
final class DeviceWatch {
    /**
     * What is known.
     *
     * @param isNew true if somebody looked for this answer
     * @param changed what came to something else than the last time; at first, all that did not pass
     */
    record Look(Posture posture, boolean isNew, List<CheckResult> changed) { }

    private final GuardOptions options;
    private final Monitor monitor;
    private final OpenModels models;
    private final Map<String, Posture> latest = new HashMap<>();

    DeviceWatch(GuardOptions options, Monitor monitor, OpenModels models) {
        this.options = options;
        this.monitor = monitor;
        this.models = models;
    }

    /** Looks now, since a model is to be opened. */
    synchronized Look look(PostureRule rule, Path model) {
        return examine(rule, Optional.of(model));
    }

    /** What is known, and not too old. */
    synchronized Look current(PostureRule rule) {
        Posture known = latest.get(rule.name());
        return known == null || isOld(known, rule) ? examine(rule, Optional.empty()) : new Look(known, false, List.of());
    }

    /** A clock that was set back must not keep what is known fresh. */
    private boolean isOld(Posture known, PostureRule rule) {
        Instant now = options.clock().instant();
        return Duration.between(known.at(), now).abs().compareTo(rule.recheck()) >= 0;
    }

    private Look examine(PostureRule rule, Optional<Path> model) {
        PostureScope scope = options.scope();
        for (Path open : models.paths()) {
            scope = scope.withModel(open);
        }
        scope = model.map(scope::withModel).orElse(scope);
        scope = rule.minKernel().map(scope::withMinimumKernel).orElse(scope);
        long before = System.nanoTime();
        Posture found = options.probe().examine(scope);
        monitor.posture(found, System.nanoTime() - before);
        return new Look(found, true, changed(latest.put(rule.name(), found), found));
    }

    private static List<CheckResult> changed(Posture before, Posture now) {
        return now.results().stream().filter(result -> result.status() != status(before, result.check())).toList();
    }

    private static CheckStatus status(Posture posture, String check) {
        return posture == null ? CheckStatus.PASS : posture.result(check).map(CheckResult::status).orElse(CheckStatus.PASS);
    }
}
