package dev.lockstep.app;

import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.guard.posture.PostureReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The state of a device, as somebody assumes it. */
final class DeviceFacts {
    @ArgGroup
    private Source source;

    private static final class Source {
        @Option(names = "--posture", required = true, paramLabel = "FILE",
                description = "What lockstep doctor --json has printed on the device. Default: nothing is known of it.")
        private Path report;

        @Option(names = "--fit", required = true, description = "Assume that the device passes every check that the policy names.")
        private boolean fit;
    }

    @Option(names = "--unaudited", description = "Assume that no audit log is kept.")
    private boolean unaudited;

    Posture posture(GuardPolicy policy, Request request, Instant now) {
        if (source != null && source.report != null) {
            return PostureReport.read(source.report);
        }
        return new Posture(now, source == null ? List.of() : passed(policy, request));
    }

    private static List<CheckResult> passed(GuardPolicy policy, Request request) {
        return policy.dataClass(request.dataClass()).stream().flatMap(dataClass -> dataClass.posture().checks().keySet().stream()).sorted()
                .map(check -> new CheckResult(check, CheckStatus.PASS, "assumed", "")).toList();
    }

    boolean isAudited() {
        return !unaudited;
    }
}
