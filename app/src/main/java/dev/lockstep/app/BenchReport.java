package dev.lockstep.app;

import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.ColdStart;
import dev.lockstep.app.bench.Rate;
import dev.lockstep.kernel.KernelSelection;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** A benchmark for people and for programs. */
record BenchReport(BenchResult result) {
    private static final double PERCENT = 100;
    private static final double MEGA = 1e6;

    /** A table. */
    String text() {
        var text = new StringBuilder();
        KernelSelection kernels = KernelSelection.current();
        var machine = result.machine();
        line(text, "machine", "%s, %d of %d processors, %s", Printable.text(machine.cpu()), result.ceilings().threads(),
                machine.processors(), machine.os());
        line(text, "java", "%s, kernels: %s", machine.jdk(),
                kernels.provider() + (kernels.vectorBits() > 0 ? ", " + kernels.vectorBits() + " bits" : ""));
        line(text, "ceilings", "%.1f GB/s read from memory, %.1f GMAC/s of float32 per core%s",
                result.ceilings().readBandwidthGBs(), result.ceilings().fmaGmacsPerCore(),
                result.ceilings().vectorBits() == 0 ? " in plain Java" : "");
        line(text, "model", "%s, mostly %s, %.1f million parameters, %.1f MB", Printable.text(result.model().name()),
                result.model().type(), result.model().parameters() / MEGA, result.model().bytes() / MEGA);
        result.cold().ifPresent(cold -> coldStart(text, cold));
        result.prefill().forEach(prefill -> prefill(text, prefill));
        result.decode().forEach(decode -> decode(text, decode));
        return text.toString().stripTrailing();
    }

    private static void coldStart(StringBuilder text, ColdStart cold) {
        step(text, "cold start", cold.open(), "opened and verified", cold.openedAt());
        step(text, "", cold.load(), "loaded", cold.loadedAt());
        step(text, "", cold.firstPrefill(), "read " + cold.promptTokens() + " tokens", cold.prefilledAt());
        step(text, "", cold.firstToken(), "chose the first token", cold.firstTokenAt());
    }

    private static void step(StringBuilder text, String name, double millis, String what, double atMillis) {
        line(text, name, "%8.0f ms        %-24s %8.0f ms since the JVM started", millis, what, atMillis);
    }

    private void prefill(StringBuilder text, BenchResult.Prefill measured) {
        line(text, "prefill " + measured.tokens(), "%8.1f tokens/s  %-24s %8.1f GMAC/s per core, %.0f %% of the fma ceiling",
                measured.tokensPerSecond().median(), spread(measured.tokensPerSecond()), result.gmacPerSecondPerCore(measured),
                PERCENT * result.fmaCeilingShare(measured));
    }

    private void decode(StringBuilder text, BenchResult.Decode measured) {
        line(text, "decode " + measured.tokens(), "%8.1f tokens/s  %-24s %8.1f GB/s of weights, %.0f %% of the read bandwidth",
                measured.tokensPerSecond().median(), spread(measured.tokensPerSecond()), result.weightGBs(measured),
                PERCENT * result.bandwidthShare(measured));
        line(text, "", "%8.0f bytes of heap per token, after a context of %d tokens", measured.heapBytesPerToken(),
                measured.context());
    }

    private static String spread(Rate rate) {
        return String.format(Locale.ROOT, "(%.1f to %.1f)", rate.min(), rate.max());
    }

    private static void line(StringBuilder text, String name, String format, Object... values) {
        text.append(String.format("%-13s ", name)).append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Units are in the names; shares are fractions of one. */
    ObjectNode json() {
        var root = Json.object();
        machine(root.putObject("machine"));
        var workload = result.workload();
        root.putObject("model").put("name", result.model().name()).put("architecture", result.model().architecture())
                .put("type", result.model().type().name()).put("bytes", result.model().bytes())
                .put("parameters", result.model().parameters())
                .put("multiplyAddsPerToken", workload.layerMultiplyAdds() + workload.outputMultiplyAdds())
                .put("weightBytesPerToken", workload.bytesPerToken());
        result.cold().ifPresent(cold -> coldStart(root.putObject("cold"), cold));
        var prefills = root.putArray("prefill");
        result.prefill().forEach(prefill -> prefill(prefills.addObject(), prefill));
        var decodes = root.putArray("decode");
        result.decode().forEach(decode -> decode(decodes.addObject(), decode));
        return root;
    }

    private void machine(ObjectNode node) {
        KernelSelection kernels = KernelSelection.current();
        var machine = result.machine();
        node.put("readBandwidthGBs", result.ceilings().readBandwidthGBs())
                .put("fmaCeilingGmacs", result.ceilings().fmaGmacsPerCore())
                .put("ceilingVectorBits", result.ceilings().vectorBits())
                .put("threads", result.ceilings().threads())
                .put("provider", kernels.provider()).put("vectorBits", kernels.vectorBits())
                .put("jdk", machine.jdk()).put("cpu", machine.cpu()).put("processors", machine.processors())
                .put("os", machine.os()).put("busy", machine.isBusy());
        machine.loadAverage().ifPresentOrElse(load -> node.put("loadAverage", load), () -> node.putNull("loadAverage"));
    }

    private static void coldStart(ObjectNode node, ColdStart cold) {
        node.put("openMillis", cold.open()).put("loadMillis", cold.load()).put("firstPrefillMillis", cold.firstPrefill())
                .put("firstTokenMillis", cold.firstToken()).put("promptTokens", cold.promptTokens());
        node.putObject("sinceJvmStartMillis").put("begin", cold.begin()).put("opened", cold.openedAt())
                .put("loaded", cold.loadedAt()).put("firstPrefill", cold.prefilledAt()).put("firstToken", cold.firstTokenAt());
    }

    private void prefill(ObjectNode node, BenchResult.Prefill measured) {
        node.put("tokens", measured.tokens());
        rate(node, measured.tokensPerSecond());
        node.put("gmacPerSecondPerCore", result.gmacPerSecondPerCore(measured))
                .put("fmaCeilingShare", result.fmaCeilingShare(measured));
    }

    private void decode(ObjectNode node, BenchResult.Decode measured) {
        node.put("tokens", measured.tokens()).put("context", measured.context());
        rate(node, measured.tokensPerSecond());
        node.put("weightGBs", result.weightGBs(measured)).put("bandwidthShare", result.bandwidthShare(measured))
                .put("heapBytesPerToken", measured.heapBytesPerToken());
    }

    private static void rate(ObjectNode node, Rate rate) {
        node.put("tokensPerSecond", rate.median()).put("minTokensPerSecond", rate.min())
                .put("maxTokensPerSecond", rate.max()).put("spread", rate.spread());
    }
}
