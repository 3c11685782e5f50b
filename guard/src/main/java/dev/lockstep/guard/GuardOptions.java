package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditSink;
import dev.lockstep.guard.monitor.Metrics;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.RuleResult;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.guard.posture.PostureScope;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What a {@link Guard} works with. Immutable; everything in it stays the caller's.
 *
 * @param policy who may use which model on which data, on which device
 * @param probe looks at the device
 * @param scope what the checks of the device are about beside it and the models: folders where sessions and records are kept
 * @param audit where everything is recorded; with {@link AuditSink#NONE} nothing is, and a policy that asks for a record refuses all
 * @param metrics where counters and times go, besides JFR events
 * @param clock for what ends in the policy, and the age of what is known of the device
 * @param warnings is told of every rule that only warns, each time it does, by the thread that asked; it must not throw
 */
public record GuardOptions(GuardPolicy policy, PostureProbe probe, PostureScope scope, AuditSink audit, Metrics metrics, InstantSource clock,
        Consumer<RuleResult> warnings) {
    public GuardOptions {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(probe, "probe");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(audit, "audit");
        Objects.requireNonNull(metrics, "metrics");
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(warnings, "warnings");
    }

    /** A policy on the device that this runs on, without a record. */
    public static GuardOptions of(GuardPolicy policy) {
        return new GuardOptions(policy, PostureProbe.ofThisDevice(), PostureScope.DEVICE, AuditSink.NONE, Metrics.NONE, InstantSource.system(),
                _ -> { });
    }

    /** The same with a record. */
    public GuardOptions withAudit(AuditSink sink) {
        return new GuardOptions(policy, probe, scope, sink, metrics, clock, warnings);
    }

    /** The same, watched. */
    public GuardOptions withMetrics(Metrics watcher) {
        return new GuardOptions(policy, probe, scope, audit, watcher, clock, warnings);
    }

    /** The same on a device that somebody else looks at. */
    public GuardOptions withProbe(PostureProbe other) {
        return new GuardOptions(policy, other, scope, audit, metrics, clock, warnings);
    }

    /** The same where the disk under a folder counts too. */
    public GuardOptions withFolder(Path folder) {
        return new GuardOptions(policy, probe, scope.withFolder(folder), audit, metrics, clock, warnings);
    }

    /** The same where the clock must be past a moment: that of the last record. */
    public GuardOptions withNotBefore(Instant moment) {
        return new GuardOptions(policy, probe, scope.withNotBefore(moment), audit, metrics, clock, warnings);
    }

    /** The same at another time. */
    public GuardOptions withClock(InstantSource source) {
        return new GuardOptions(policy, probe, scope, audit, metrics, source, warnings);
    }

    /** The same with somebody who is told of warnings. */
    public GuardOptions withWarnings(Consumer<RuleResult> listener) {
        return new GuardOptions(policy, probe, scope, audit, metrics, clock, listener);
    }

    boolean isAudited() {
        return audit != AuditSink.NONE;
    }
}
