package dev.lockstep.app;

import dev.lockstep.guard.audit.AuditRecords;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.guard.posture.PostureJson;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.loader.gate.RefusedException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep doctor}: whether this device is fit to be trusted with models and what they are told. */
@Command(name = "doctor", description = "Checks whether this device is fit to be trusted, says what was seen, and how to mend what is wrong.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no check failed; what is unknown does not count, a policy may see that otherwise", "1:a check failed",
            "2:the command line makes no sense"})
final class DoctorCommand extends IoCommand {
    @Option(names = {"-m", "--model"}, paramLabel = "PATH",
            description = "The model that is to be used here, a file or a folder. Default: the demo model.")
    private Path model;

    @Option(names = "--check", paramLabel = "ID", description = "Make this check only; may be given several times. Default: all.")
    private Set<String> checks = new LinkedHashSet<>();

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Posture posture = examine();
        io.println(json ? PostureJson.of(posture) : text(posture));
        return posture.isFit() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private Posture examine() {
        Set<String> known = PostureProbe.knownChecks();
        checks.stream().filter(id -> !known.contains(id)).findFirst().ifPresent(id -> {
            throw new ParameterException(spec.commandLine(), "there is no check " + id + "; there are " + String.join(", ", known));
        });
        PostureProbe probe = io.guard().endpoint().probe();
        return checks.isEmpty() ? probe.examine(scope()) : probe.examine(scope(), checks);
    }

    private PostureScope scope() {
        Endpoint endpoint = endpoint();
        PostureScope device = PostureScope.DEVICE.withFolder(endpoint.state());
        PostureScope scope = AuditRecords.lastTime(endpoint.auditFolder()).map(device::withNotBefore).orElse(device);
        return Optional.ofNullable(model).or(DemoModel::file).map(scope::withModel).orElse(scope);
    }

    /** What is amiss with the machine's policy keeps commands from running, and nobody from finding out why. */
    private Endpoint endpoint() {
        Endpoint endpoint = io.guard().endpoint();
        try {
            return endpoint.inForce();
        } catch (RefusedException e) {
            io.err().println("lockstep: WARNING: " + Printable.text(e.getMessage()));
            return endpoint;
        }
    }

    /** A line for each check, and one more for what is to be mended. */
    private static String text(Posture posture) {
        int width = posture.results().stream().mapToInt(each -> each.check().length()).max().orElse(0);
        var text = new StringBuilder();
        for (CheckResult result : posture.results()) {
            text.append(String.format("%-7s  %-" + width + "s  %s%n", result.status().id(), result.check(),
                    Printable.text(result.evidence())));
            if (!result.remedy().isEmpty()) {
                text.append(String.format("%-7s  %-" + width + "s  to mend: %s%n", "", "", result.remedy()));
            }
        }
        return text.append(posture.count(CheckStatus.PASS)).append(" passed, ").append(posture.count(CheckStatus.FAIL)).append(" failed, ")
                .append(posture.count(CheckStatus.UNKNOWN)).append(" unknown").toString();
    }
}
