package dev.lockstep.app;

import dev.lockstep.guard.audit.AuditProofs;
import java.nio.file.Path;
import java.util.OptionalLong;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep audit prove}: proofs for those who do not have the log. */
@Command(name = "prove", description = {"Proves that a record is in the log (C2SP tlog-proof), or that the log only grew (what C2SP tlog-witness",
    "asks for). A verifier needs the proof and the device's verifier key, not the log."})
final class AuditProveCommand extends IoCommand {
    @Parameters(paramLabel = "FOLDER", description = "The audit log.")
    private Path folder;

    @ArgGroup(multiplicity = "1")
    private What what;

    /** Of a record, or of two sizes. */
    private static final class What {
        @Option(names = "--record", required = true, paramLabel = "N", description = "The record of this number is in the log.")
        private Long record;

        @ArgGroup(exclusive = false)
        private Growth growth;
    }

    private static final class Growth {
        @Option(names = "--from", required = true, paramLabel = "SIZE", description = "The log begins with what its first SIZE records were.")
        private long from;

        @Option(names = "--to", paramLabel = "SIZE", description = "At the checkpoint of so many records. Default: the newest.")
        private Long to;
    }

    @Override
    public Integer call() {
        AuditProofs proofs = AuditProofs.of(folder);
        String proof = what.record != null ? proofs.inclusion(what.record)
                : proofs.consistency(what.growth.from, what.growth.to == null ? OptionalLong.empty() : OptionalLong.of(what.growth.to));
        // it ends with a line feed
        proof.lines().forEach(io::println);
        return ExitCode.OK;
    }
}
