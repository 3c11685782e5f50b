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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What is known of the device, for each demand that a policy makes of it: what a look found is good for the models that it was about, until
 * it is too old; then whoever asks looks again. Thread-safe; looks take turns, and nobody waits for one who need not look.
 */
final class DeviceWatch {
    /**
     * What is known.
     *
     * @param isNew true if somebody looked for this answer
     * @param changed what came to something else than the last time; at first, all that did not pass
     */
    record Look(Posture posture, boolean isNew, List<CheckResult> changed) { }

    /** What a look found, for whom, the models that it was about, and when it began by a clock that nobody sets. */
    private record Known(PostureRule rule, Posture posture, Set<Path> models, long nanos) { }

    private final GuardOptions options;
    private final Monitor monitor;
    private final OpenModels models;
    private final LongSupplier nanoTime;
    /** By the names of the demands. Written by whoever holds the lock, so that looks take turns; read by anybody, for every token. */
    private final Map<String, Known> latest = new ConcurrentHashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    DeviceWatch(GuardOptions options, Monitor monitor, OpenModels models, LongSupplier nanoTime) {
        this.options = options;
        this.monitor = monitor;
        this.models = models;
        this.nanoTime = nanoTime;
    }

    /** Looks now, since a model is to be opened. */
    synchronized Look look(PostureRule rule, Path model) {
        return examine(rule, scope(model));
    }

    /** What somebody who opened a model demands, and nobody has looked for as lately as they want. */
    List<PostureRule> overdue() {
        return latest.values().stream().filter(known -> models.isDemanded(known.rule().name()) && isOld(known)).map(Known::rule).toList();
    }

    /** Looks again, at all models that are open. */
    synchronized Look again(PostureRule rule) {
        return examine(rule, scope());
    }

    /** What is known of the device and a model, and not too old. */
    Look current(PostureRule rule, Path model) {
        return fresh(rule, model).orElseGet(() -> lookUnlessSomebodyDid(rule, model));
    }

    private synchronized Look lookUnlessSomebodyDid(PostureRule rule, Path model) {
        return fresh(rule, model).orElseGet(() -> examine(rule, scope(model)));
    }

    private Optional<Look> fresh(PostureRule rule, Path model) {
        return Optional.ofNullable(latest.get(rule.name())).filter(known -> known.models().contains(model.toAbsolutePath()) && !isOld(known))
                .map(known -> new Look(known.posture(), false, List.of()));
    }

    /** What was found could not be recorded: the next one who asks looks again, and has all to record that did not pass. */
    void forget(PostureRule rule, Look look) {
        latest.computeIfPresent(rule.name(), (_, known) -> known.posture() == look.posture() ? null : known);
    }

    /** By both clocks, of which one stands while the machine sleeps and the other can be set: neither alone keeps what is known fresh. */
    private boolean isOld(Known known) {
        Duration byClock = Duration.between(known.posture().at(), options.clock().instant()).abs();
        Duration byNanos = Duration.ofNanos(nanoTime.getAsLong() - known.nanos());
        Duration allowed = known.rule().recheck();
        return byClock.compareTo(allowed) >= 0 || byNanos.compareTo(allowed) >= 0;
    }

    private Look examine(PostureRule rule, PostureScope files) {
        PostureScope scope = rule.minKernel().map(files::withMinimumKernel).orElse(files);
        long before = nanoTime.getAsLong();
        Posture found = options.probe().examine(scope);
        monitor.posture(found, nanoTime.getAsLong() - before);
        Known old = latest.put(rule.name(), new Known(rule, found, Set.copyOf(scope.models()), before));
        return new Look(found, true, changed(old == null ? null : old.posture(), found));
    }

    /** All models that are open. */
    private PostureScope scope() {
        PostureScope scope = options.scope();
        for (Path open : models.paths()) {
            scope = scope.withModel(open);
        }
        return scope;
    }

    /** And one that is to be. */
    private PostureScope scope(Path model) {
        PostureScope open = scope();
        return open.models().contains(model.toAbsolutePath()) ? open : open.withModel(model);
    }

    private static List<CheckResult> changed(Posture before, Posture now) {
        return now.results().stream().filter(result -> result.status() != status(before, result.check())).toList();
    }

    private static CheckStatus status(Posture posture, String check) {
        return posture == null ? CheckStatus.PASS : posture.result(check).map(CheckResult::status).orElse(CheckStatus.PASS);
    }
}
