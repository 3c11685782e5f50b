package dev.lockstep.guard.monitor;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A call of a session has ended. */
@Name("dev.lockstep.Generation")
@Label("Generation")
@Description("A call of a session has ended.")
@Category("Lockstep")
@StackTrace(false)
final class GenerationEvent extends Event {
    @Label("Prompt Tokens")
    long promptTokens;

    @Label("Generated Tokens")
    long generatedTokens;

    @Label("Prefill")
    @Description("From the call to the first logits")
    @Timespan
    long prefill;

    @Label("Decode")
    @Description("From the first logits to the end")
    @Timespan
    long decode;

    @Label("Outcome")
    @Description("stop, length, cancelled, timeout, failed, other")
    String outcome;
}
