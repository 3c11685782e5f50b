package dev.lockstep.app;

import dev.lockstep.app.GuardPolicyFile.InUse;
import dev.lockstep.guard.Guard;
import dev.lockstep.guard.GuardOptions;
import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditException;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditOptions;
import dev.lockstep.guard.audit.AuditOptions.OnError;
import dev.lockstep.guard.device.DeviceKey;
import dev.lockstep.guard.policy.AuditRule;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.policy.Rule;
import dev.lockstep.guard.policy.RuleResult;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.trust.SealedState;
import dev.lockstep.securemem.Closing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The guard of one command line, with its log: both begin when a policy or a gate is first asked for, and end when the command has ended.
 * Thread-safe: the thread that ends the process may close it.
 */
final class CommandGuard implements AutoCloseable {
    private Endpoint endpoint;
    /** Rules whose warnings were shown. */
    private final Set<String> shown = ConcurrentHashMap.newKeySet();
    private AuditLog log;
    private Guard guard;
    private Principal principal;

    CommandGuard(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    synchronized Endpoint endpoint() {
        return endpoint;
    }

    /**
     * The guard; a command that opens several models has one.
     *
     * @param asked says which policy, and where the record is to be kept
     * @param io where warnings are shown
     */
    synchronized Guard begin(GuardOption asked, Io io) {
        if (guard == null) {
            endpoint = endpoint.inForce();
            InUse read = readPolicy(asked);
            GuardOptions options = GuardOptions.of(read.policy()).withProbe(endpoint.probe()).withClock(endpoint.clock()).withFolder(endpoint.state());
            // nobody asked for what the built-in policy warns of, and it would be the same each time
            boolean isQuiet = read.policy() == GuardPolicy.BUILT_IN;
            options = isQuiet ? options : options.withWarnings(rule -> show(rule, io));
            Optional<Path> folder = asked.auditFolder(read.policy(), endpoint);
            guard = folder.isPresent() ? recorded(options, folder.get()) : Guard.open(options);
            if (read.isNew()) {
                guard.policyChanged();
            }
        }
        return guard;
    }

    /** Who asks: whoever was recognized first, since a token may come from a pipe. */
    synchronized Principal principal(Supplier<Principal> recognizing) {
        if (principal == null) {
            principal = recognizing.get();
        }
        return principal;
    }

    private void show(RuleResult warning, Io io) {
        if (shown.add(warning.rule())) {
            Progress.interrupt(io, "WARNING: " + warning.rule() + ": " + Printable.text(warning.reason()));
        }
    }

    private Guard recorded(GuardOptions options, Path folder) {
        OnError onError = options.policy().audit().onError() == AuditRule.OnError.REFUSE ? OnError.REFUSE : OnError.CONTINUE;
        try {
            DeviceKey key = deviceKey();
            log = AuditLog.open(folder, key, auditOptions().withOnError(onError));
            GuardOptions known = log.latestBefore().map(options::withNotBefore).orElse(options);
            Guard opened = Guard.open(known.withFolder(folder).withAudit(log));
            opened.keyLoaded(key.name());
            return opened;
        } catch (AuditException | KeyFileException e) {
            throw noRecord(e);
        }
    }

    /** What the device signs its log with is made where there is none. */
    private DeviceKey deviceKey() {
        return DeviceKey.openOrCreate(endpoint.state().resolve("device"));
    }

    private AuditOptions auditOptions() {
        return AuditOptions.standard().withCounter(SealedState.in(endpoint.seen())).withClock(endpoint.clock());
    }

    private static RefusedException noRecord(RuntimeException reason) {
        return new RefusedException(Rule.AUDIT_REQUIRED.id(), "no record can be kept: " + reason.getMessage());
    }

    private InUse readPolicy(GuardOption asked) {
        try {
            return asked.readPolicy(endpoint);
        } catch (RefusedException e) {
            Closing.after(e, () -> recordRefused(asked, AuditField.RULE, e.rule()));
            throw e;
        } catch (ModelSignatureException e) {
            Closing.after(e, () -> recordRefused(asked, AuditField.REASON, e.reason().name()));
            throw e;
        }
    }

    /** Where such a policy would have it recorded cannot be known: in the log that was named, or the user's own if there is one. */
    private void recordRefused(GuardOption asked, AuditField field, String why) {
        Path own = endpoint.auditFolder();
        Optional<Path> folder = asked.namedAuditFolder(endpoint).or(() -> Files.isDirectory(own) ? Optional.of(own) : Optional.empty());
        folder.ifPresent(each -> {
            try (AuditLog refused = AuditLog.open(each, deviceKey(), auditOptions())) {
                refused.record(AuditEvent.of(AuditEventType.POLICY_LOAD).with(AuditField.OUTCOME, "fail").with(field, why));
            }
        });
    }

    /** Ends the record. Idempotent. */
    @Override
    public void close() {
        close(0);
    }

    /**
     * The same of a process that is ended before its models were closed.
     *
     * @param zeroedBytes that were overwritten
     */
    synchronized void close(long zeroedBytes) {
        var steps = new ArrayList<Runnable>();
        Optional.ofNullable(guard).ifPresent(open -> steps.add(() -> open.close(zeroedBytes)));
        Optional.ofNullable(log).ifPresent(open -> steps.add(open::close));
        try {
            Closing.all(steps);
        } catch (AuditException e) {
            throw noRecord(e);
        }
    }
}
