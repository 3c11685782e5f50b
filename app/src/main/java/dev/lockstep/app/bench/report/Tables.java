package dev.lockstep.app.bench.report;

import static dev.lockstep.app.bench.report.Numbers.oneDigit;
import static dev.lockstep.app.bench.report.Numbers.percent;
import static dev.lockstep.app.bench.report.Numbers.twoDigits;
import static dev.lockstep.app.bench.report.Numbers.whole;

import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.BenchSuite;
import dev.lockstep.app.bench.ColdStart;
import dev.lockstep.app.bench.Machine;
import dev.lockstep.app.bench.ModelFacts;
import dev.lockstep.app.bench.Rate;
import dev.lockstep.app.bench.RunFacts;
import dev.lockstep.kernel.Ceilings;
import dev.lockstep.kernel.KernelSelection;
import java.util.ArrayList;
import java.util.List;

/** Every number of a suite. */
record Tables(BenchSuite suite) {
    /** What was measured where, and with which command. */
    Table run(RunFacts facts) {
        Machine machine = suite.runs().getFirst().machine();
        KernelSelection kernels = facts.kernels();
        String load = machine.loadAverage().isEmpty() ? "not known"
                : twoDigits(machine.loadAverage().getAsDouble()) + (machine.isBusy() ? ": busy, take the numbers for ratios at best" : "");
        return new Table("Run", List.of("what", "value"), List.of(
                List.of("date", facts.started().toString()),
                List.of("command line", "lockstep " + String.join(" ", facts.arguments())),
                List.of("machine", machine.cpu()), List.of("processors", whole(machine.processors())),
                List.of("operating system", machine.os()), List.of("load average before", load),
                List.of("JDK", machine.jdk()), List.of("JVM flags", String.join(" ", facts.jvmFlags())),
                List.of("kernels", kernels.provider() + ", " + kernels.vectorBits() + " bits: " + kernels.reason())));
    }

    Table ceilings() {
        return new Table("Ceilings", List.of("threads", "read GB/s", "fma GMAC/s per core", "fma GMAC/s", "meet at MAC/byte", "vector bits"),
                suite.threads().stream().map(suite::ceilings).map(Tables::ceiling).toList());
    }

    private static List<String> ceiling(Ceilings ceilings) {
        double fma = ceilings.fmaGmacsPerCore() * ceilings.threads();
        return List.of(whole(ceilings.threads()), oneDigit(ceilings.readBandwidthGBs()), oneDigit(ceilings.fmaGmacsPerCore()),
                oneDigit(fma), twoDigits(fma / ceilings.readBandwidthGBs()), whole(ceilings.vectorBits()));
    }

    Table models() {
        return new Table("Models", List.of("file", "architecture", "mostly", "parameters", "bytes", "multiply-adds per token",
                "bytes of weights per token"), suite.models().stream().map(List::getFirst).map(Tables::model).toList());
    }

    private static List<String> model(BenchResult run) {
        ModelFacts model = run.model();
        return List.of(model.name(), model.architecture(), model.type().name(), whole(model.parameters()), whole(model.bytes()),
                whole(run.workload().promptMultiplyAdds(1)), whole(run.workload().bytesPerToken()));
    }

    Table prefill() {
        List<List<String>> rows = new ArrayList<>();
        suite.runs().forEach(run -> run.prefill().forEach(prefill -> rows.add(row(run, prefill.tokensPerSecond(),
                List.of(whole(prefill.tokens())),
                List.of(twoDigits(run.intensity(prefill)), twoDigits(run.gmacPerSecond(prefill)),
                        twoDigits(run.gmacPerSecondPerCore(prefill)), percent(run.fmaCeilingShare(prefill)))))));
        return new Table("Reading prompts (prefill)", List.of("file", "mostly", "threads", "prompt tokens", "tokens/s, median", "min",
                "max", "spread", "MAC/byte", "GMAC/s", "GMAC/s per core", "of the fma ceiling"), rows);
    }

    Table decode() {
        List<List<String>> rows = new ArrayList<>();
        suite.runs().forEach(run -> run.decode().forEach(decode -> rows.add(row(run, decode.tokensPerSecond(),
                List.of(whole(decode.context()), whole(decode.tokens())),
                List.of(twoDigits(run.decodeIntensity()), twoDigits(run.gmacPerSecond(decode)), twoDigits(run.weightGBs(decode)),
                        percent(run.bandwidthShare(decode)), whole(decode.heapBytesPerToken()))))));
        return new Table("Generating (decode)", List.of("file", "mostly", "threads", "context", "tokens", "tokens/s, median", "min",
                "max", "spread", "MAC/byte", "GMAC/s", "GB/s of weights", "of the bandwidth", "heap bytes per token"), rows);
    }

    private static List<String> row(BenchResult run, Rate rate, List<String> before, List<String> after) {
        List<String> row = new ArrayList<>(List.of(run.model().name(), run.model().type().name(), whole(run.ceilings().threads())));
        row.addAll(before);
        row.addAll(List.of(twoDigits(rate.median()), twoDigits(rate.min()), twoDigits(rate.max()), percent(rate.spread())));
        row.addAll(after);
        return row;
    }

    /** Of the first model alone: what came after it found a warm JVM. */
    Table cold() {
        List<List<String>> rows = new ArrayList<>();
        suite.runs().forEach(run -> run.cold().ifPresent(cold -> rows.add(cold(run, cold))));
        return new Table("Cold start, in milliseconds", List.of("file", "JVM until the first step", "opened and verified", "loaded",
                "prompt tokens", "read prompt", "chose first token", "since the JVM started"), rows);
    }

    private static List<String> cold(BenchResult run, ColdStart cold) {
        return List.of(run.model().name(), whole(cold.begin()), whole(cold.open()), whole(cold.load()), whole(cold.promptTokens()),
                whole(cold.firstPrefill()), whole(cold.firstToken()), whole(cold.firstTokenAt()));
    }
}
