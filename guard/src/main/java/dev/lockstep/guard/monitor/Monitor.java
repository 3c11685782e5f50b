package dev.lockstep.guard.monitor;

import dev.lockstep.guard.audit.AuditSink;
import dev.lockstep.guard.monitor.Metrics.Counter;
import dev.lockstep.guard.monitor.Metrics.Timing;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.gate.Usage;
import java.util.Set;

/**
 * What happens, told to whoever watches: to the metrics it was made with, and as JFR events where a recording has them enabled (docs/monitoring.md).
 * Numbers and fixed words only. Safe for any number of threads.
 */
public final class Monitor {
    /** JFR events alone. */
    public static final Monitor EVENTS_ONLY = new Monitor(Metrics.NONE);

    /** What stands for a word that is none of ours: it may be somebody's content. */
    private static final String OTHER = "other";

    /** Names of rules are words and dots; a sentence has spaces or is longer. */
    private static final int MAX_RULE_CHARACTERS = 64;

    private static final Set<String> OUTCOMES = Set.of(Usage.STOP, Usage.LENGTH, Usage.CANCELLED, Usage.TIMEOUT, Usage.REFUSED, Usage.FAILED);

    private final Metrics metrics;

    public Monitor(Metrics metrics) {
        this.metrics = metrics;
    }

    /** A session was opened. */
    public void sessionOpened() {
        metrics.count(Counter.SESSIONS, 1);
    }

    /** A call of a session has ended. */
    public void generated(Usage usage) {
        metrics.count(Counter.PROMPT_TOKENS, usage.promptTokens());
        metrics.count(Counter.GENERATED_TOKENS, usage.generatedTokens());
        metrics.time(Timing.PREFILL, usage.prefillNanos());
        metrics.time(Timing.DECODE, usage.decodeNanos());
        var event = new GenerationEvent();
        if (event.shouldCommit()) {
            event.promptTokens = usage.promptTokens();
            event.generatedTokens = usage.generatedTokens();
            event.prefill = usage.prefillNanos();
            event.decode = usage.decodeNanos();
            event.outcome = OUTCOMES.contains(usage.outcome()) ? usage.outcome() : OTHER;
            event.commit();
        }
    }

    /**
     * Something was refused.
     *
     * @param rule as {@link dev.lockstep.loader.gate.RefusedException#rule} names it
     */
    public void refused(String rule) {
        metrics.count(Counter.REFUSALS, 1);
        var event = new RefusalEvent();
        if (event.shouldCommit()) {
            event.rule = isRuleName(rule) ? rule : OTHER;
            event.commit();
        }
    }

    private static boolean isRuleName(String rule) {
        return rule.length() <= MAX_RULE_CHARACTERS && rule.chars().allMatch(c -> c == '.' || c < 128 && Character.isLetterOrDigit(c));
    }

    /** Memory was overwritten with zeros. */
    public void wiped(long bytes) {
        metrics.count(Counter.ZEROED_BYTES, bytes);
        var event = new WipeEvent();
        if (event.shouldCommit()) {
            event.bytes = bytes;
            event.commit();
        }
    }

    /**
     * The device was looked at.
     *
     * @param nanos how long that took
     */
    public void posture(Posture posture, long nanos) {
        metrics.time(Timing.POSTURE, nanos);
        var event = new PostureEvent();
        if (event.shouldCommit()) {
            event.fails = posture.count(CheckStatus.FAIL);
            event.unknowns = posture.count(CheckStatus.UNKNOWN);
            event.time = nanos;
            event.commit();
        }
    }

    /** The same sink, watched: what it recorded is counted, and how long that took. */
    public AuditSink watching(AuditSink sink) {
        return event -> {
            long before = System.nanoTime();
            sink.record(event);
            appended(System.nanoTime() - before);
        };
    }

    private void appended(long nanos) {
        metrics.count(Counter.AUDIT_RECORDS, 1);
        metrics.time(Timing.AUDIT_APPEND, nanos);
        var event = new AuditAppendEvent();
        if (event.shouldCommit()) {
            event.time = nanos;
            event.commit();
        }
    }
}
