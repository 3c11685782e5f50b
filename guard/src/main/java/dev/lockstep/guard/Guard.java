package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.monitor.Monitor;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.PolicyDecider;
import dev.lockstep.guard.policy.PostureRule;
import dev.lockstep.guard.policy.RateWindow;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.RefusedException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Stands before all models of a process: looks at the device, asks the policy, and records what is done, without content. Whoever opens
 * models hands the {@link #gate} of a request to the loader; without one, nothing is asked.
 *
 * <p>Everything fails closed: what is refused, cannot be decided or cannot be recorded is a {@link RefusedException} whose rule says
 * which.
 *
 * <p><b>Threads.</b> Safe for any number. <b>Ownership.</b> Whoever opens a guard closes it, after the models; the log of its options is
 * closed after that.
 */
public final class Guard implements AutoCloseable {
    /** What refuses once the guard is closed. */
    static final String CLOSED = "guard.closed";

    private final GuardOptions options;
    private final PolicyDecider decider;
    private final Journal journal;
    private final DeviceWatch device;
    private final OpenModels models = new OpenModels();
    private final RateWindow rates = new RateWindow(System::nanoTime);
    private final AtomicLong sessions = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final IdleWatch idle;
    /** Written by whoever records the end, read by whoever records anything else: nothing comes after it. */
    private final ReadWriteLock ending = new ReentrantReadWriteLock();

    private Guard(GuardOptions options) {
        var monitor = new Monitor(options.metrics());
        this.options = options;
        this.decider = new PolicyDecider(options.policy());
        this.journal = new Journal(options.isAudited() ? monitor.watching(options.audit()) : options.audit(), monitor);
        this.device = new DeviceWatch(options, monitor, models, System::nanoTime);
        this.idle = new IdleWatch(this::lookAgain);
    }

    /**
     * Begins, which is recorded.
     *
     * @throws RefusedException if that cannot be recorded
     */
    public static Guard open(GuardOptions options) {
        var guard = new Guard(options);
        GuardPolicy policy = options.policy();
        guard.journal.add(AuditEvent.of(AuditEventType.PROCESS_START).with(AuditField.VERSION, version()));
        guard.journal.add(ofPolicy(AuditEventType.POLICY_LOAD, policy));
        guard.idle.start(policy);
        return guard;
    }

    private static String version() {
        var module = Guard.class.getModule();
        return module.isNamed() ? module.getDescriptor().rawVersion().orElse("development") : "development";
    }

    /** Who is asked on behalf of a request: hand it to the loader with {@code LoadOptions.withGate}, or to one session of an open model. */
    public ModelGate gate(Request request) {
        return new GuardedModel(this, request);
    }

    /**
     * Records that somebody was, or was not, recognized by a token.
     *
     * @param principal as {@link dev.lockstep.guard.policy.Principal#id} calls it; of somebody who was not, whatever is known for sure
     */
    public void authenticated(String principal, boolean recognized) {
        add(AuditEvent.of(AuditEventType.AUTHENTICATION).with(AuditField.PRINCIPAL, principal)
                .with(AuditField.OUTCOME, recognized ? "ok" : "fail"));
    }

    /**
     * Records that a key was read that signs or decides something from now on.
     *
     * @param key its name or id
     */
    public void keyLoaded(String key) {
        add(AuditEvent.of(AuditEventType.KEY_LOAD).with(AuditField.KEY, key));
    }

    /** Records that this device uses a policy, or a version of it, that it has not used before. */
    public void policyChanged() {
        add(ofPolicy(AuditEventType.CONFIG_CHANGE, options.policy()));
    }

    private static AuditEvent ofPolicy(AuditEventType type, GuardPolicy policy) {
        return AuditEvent.of(type).with(AuditField.POLICY, policy.name()).with(AuditField.POLICY_VERSION, policy.version())
                .with(AuditField.POLICY_DIGEST, policy.sha256());
    }

    /** What it decides by. */
    public GuardPolicy policy() {
        return options.policy();
    }

    GuardOptions options() {
        return options;
    }

    /** Looks at the device for models that are open and that nobody uses, if the last look is old; only what has changed is recorded. */
    private void lookAgain() {
        for (PostureRule rule : device.overdue()) {
            DeviceWatch.Look look = device.again(rule);
            if (!look.changed().isEmpty()) {
                record(rule, look, AuditEvent.of(AuditEventType.POSTURE_RESULT), names());
            }
        }
    }

    /** @throws RefusedException if it cannot be recorded, or the end already was */
    void add(AuditEvent event) {
        if (!addBeforeEnd(event)) {
            throw closed();
        }
    }

    /**
     * The same of what was overwritten: the end says how much that was altogether.
     *
     * @return false if the end was recorded already
     */
    boolean addBeforeEnd(AuditEvent event) {
        ending.readLock().lock();
        try {
            if (closed.get()) {
                return false;
            }
            journal.add(event);
            return true;
        } finally {
            ending.readLock().unlock();
        }
    }

    /**
     * Records what a look found.
     *
     * @throws RefusedException if that cannot be recorded
     */
    void record(PostureRule rule, DeviceWatch.Look look, AuditEvent event, FileNames names) {
        try {
            PostureRecord.of(rule, look, event, names).forEach(this::add);
        } catch (RefusedException e) {
            device.forget(rule, look);
            throw e;
        }
    }

    /** How files are written in records: those that are open, these, and the folders that are looked at. */
    FileNames names(Path... more) {
        return new FileNames(Stream.of(Stream.of(more), models.paths().stream(), options.scope().folders().stream())
                .flatMap(Function.identity()).toList());
    }

    Instant now() {
        requireOpen();
        return options.clock().instant();
    }

    void requireOpen() {
        if (closed.get()) {
            throw closed();
        }
    }

    private static RefusedException closed() {
        return new RefusedException(CLOSED, "the guard is closed; open models before and close them first");
    }

    PolicyDecider decider() {
        return decider;
    }

    Monitor monitor() {
        return journal.monitor();
    }

    DeviceWatch device() {
        return device;
    }

    OpenModels models() {
        return models;
    }

    RateWindow rates() {
        return rates;
    }

    /** A number for a session, by which its records are known. */
    long nextSession() {
        return sessions.incrementAndGet();
    }

    /** Ends, which is recorded. From then on everything is refused. Idempotent. */
    @Override
    public void close() {
        close(0);
    }

    /**
     * The same of a process that is ended while models are open: their own records cannot be made any more.
     *
     * @param zeroedBytes that were overwritten since, of all of them
     */
    public void close(long zeroedBytes) {
        ending.writeLock().lock();
        try {
            if (closed.compareAndSet(false, true)) {
                idle.close();
                AuditEvent stop = AuditEvent.of(AuditEventType.PROCESS_STOP);
                journal.add(zeroedBytes == 0 ? stop : stop.with(AuditField.ZEROED_BYTES, zeroedBytes));
            }
        } finally {
            ending.writeLock().unlock();
        }
    }
}
