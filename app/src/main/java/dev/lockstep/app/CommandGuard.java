package dev.lockstep.app;

import dev.lockstep.guard.Guard;
import dev.lockstep.guard.GuardOptions;
import dev.lockstep.guard.audit.AuditException;
import dev.lockstep.guard.audit.AuditLog;
import dev.lockstep.guard.audit.AuditOptions;
import dev.lockstep.guard.audit.AuditOptions.OnError;
import dev.lockstep.guard.audit.AuditRecords;
import dev.lockstep.guard.audit.AuditSink;
import dev.lockstep.guard.device.DeviceKey;
import dev.lockstep.guard.policy.AuditRule;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.Rule;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.trust.SealedState;
import dev.lockstep.securemem.Closing;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The guard of one command line, with its log: both begin when a policy or a gate is first asked for, and end when the command has ended.
 * Thread-safe: the thread that ends the process may close it.
 */
final class CommandGuard implements AutoCloseable {
    private final Endpoint endpoint;
    private final List<Runnable> closing = new ArrayList<>();
    private Guard guard;

    CommandGuard(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /**
     * The guard; a command that opens several models has one.
     *
     * @param policy reads the policy, given the machine
     * @param auditFolder where the record is to be kept, if one is
     */
    synchronized Guard begin(Function<Endpoint, GuardPolicy> policy, Function<GuardPolicy, Optional<Path>> auditFolder) {
        if (guard == null) {
            GuardPolicy read = policy.apply(endpoint);
            GuardOptions options = GuardOptions.of(read).withProbe(endpoint.probe()).withClock(endpoint.clock()).withFolder(endpoint.state());
            Optional<Path> folder = auditFolder.apply(read);
            options = folder.flatMap(CommandGuard::lastTime).map(options::withNotBefore).orElse(options);
            AuditSink log = folder.map(each -> (AuditSink) open(each, read.audit())).orElse(AuditSink.NONE);
            guard = Guard.open((folder.isPresent() ? options.withFolder(folder.get()) : options).withAudit(log));
            closing.addFirst(guard::close);
        }
        return guard;
    }

    private static Optional<Instant> lastTime(Path folder) {
        try {
            return AuditRecords.lastTime(folder);
        } catch (AuditException e) {
            throw noRecord(e);
        }
    }

    /** What the device signs its log with is made where there is none. */
    private AuditLog open(Path folder, AuditRule rule) {
        try {
            OnError onError = rule.onError() == AuditRule.OnError.REFUSE ? OnError.REFUSE : OnError.CONTINUE;
            AuditLog log = AuditLog.open(folder, DeviceKey.openOrCreate(endpoint.state().resolve("device")),
                    AuditOptions.standard().withOnError(onError).withCounter(SealedState.in(endpoint.state().resolve("seen"))).withClock(endpoint.clock()));
            closing.add(log::close);
            return log;
        } catch (AuditException | KeyFileException e) {
            throw noRecord(e);
        }
    }

    private static RefusedException noRecord(RuntimeException reason) {
        return new RefusedException(Rule.AUDIT_REQUIRED.id(), "no record can be kept: " + reason.getMessage());
    }

    /** Ends the record. Idempotent. */
    @Override
    public synchronized void close() {
        List<Runnable> steps = List.copyOf(closing);
        closing.clear();
        try {
            Closing.all(steps);
        } catch (AuditException e) {
            throw noRecord(e);
        }
    }
}
