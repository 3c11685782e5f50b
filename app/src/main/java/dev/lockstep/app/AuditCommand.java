package dev.lockstep.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep audit}: what can be done with an audit log that lies there. */
@Command(name = "audit", description = "Verifies, shows, proves and exports an audit log.",
        subcommands = {AuditVerifyCommand.class, AuditShowCommand.class, AuditProveCommand.class, AuditExportCommand.class})
final class AuditCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "audit: which command?");
    }
}
