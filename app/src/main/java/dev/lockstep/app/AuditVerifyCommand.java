package dev.lockstep.app;

import dev.lockstep.guard.audit.AuditVerification;
import dev.lockstep.guard.audit.AuditVerification.Problem;
import dev.lockstep.guard.audit.AuditVerifier;
import dev.lockstep.guard.audit.VerifierKey;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep audit verify}: says whether a log is what its device wrote, and if not, which record is the first that is not. */
@Command(name = "verify", description = "Verifies every record, their chain, and the tree at every signed checkpoint.")
final class AuditVerifyCommand extends IoCommand {
    @Parameters(paramLabel = "FOLDER", description = "The audit log.")
    private Path folder;

    @Option(names = "--key", paramLabel = "KEY", converter = TextConverter.class,
            description = "The device's verifier key (name+hash+key), or a file of them (without + in its name); may be given several times, for "
                    + "keys that were replaced, the oldest first. "
                    + "Default: those beside the log, which whoever changed the log can have changed too.")
    private List<String> keys = List.of();

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (keys.isEmpty()) {
            io.err().println("lockstep: no --key, so this says whether the log fits together, not whether it is the device's");
        }
        AuditVerification result = AuditVerifier.verify(folder, keys.isEmpty() ? VerifierKey.besideLog(folder) : given());
        if (json) {
            io.println(Json.pretty(Json.object()
                    .put("intact", result.isIntact())
                    .put("keysGiven", !keys.isEmpty())
                    .put("origin", result.origin())
                    .put("records", result.records())
                    .put("signedRecords", result.signedRecords())
                    .put("checkpoints", result.checkpoints())
                    .setAll(result.problem().map(problem -> asJson(result, problem)).orElse(Json.object()))));
        } else {
            io.println(Printable.text(text(result)));
        }
        result.remarks().forEach(remark -> io.err().println("lockstep: " + Printable.text(remark)));
        return result.isIntact() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private List<VerifierKey> given() {
        // by its form, not by what files there are: nobody can put a file in the place of a key that was typed
        return keys.stream().flatMap(key -> key.contains("+") ? Stream.of(VerifierKey.parse(key, "--key"))
                : VerifierKey.read(Path.of(key)).stream()).toList();
    }

    private static ObjectNode asJson(AuditVerification result, Problem problem) {
        var json = Json.object();
        json.putObject("problem").put("file", problem.file()).put("line", problem.line()).put("record", problem.seq()).put("fromRecord", result.signedRecords()).put("what", problem.what());
        return json;
    }

    private static String text(AuditVerification result) {
        String checkpoints = result.checkpoints() + " checkpoint(s)";
        String origin = " record(s) of " + result.origin() + ", ";
        return result.problem().map(problem -> "changed: " + problem + "; proven to be as written: " + result.signedRecords() + origin + "by " + checkpoints
                        + "; any from record " + result.signedRecords() + " on can have been changed")
                .orElse("intact: " + result.records() + origin + result.signedRecords() + " of them signed for by " + checkpoints);
    }
}
