package dev.lockstep.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep device}: the key of this device, its certificate, and what it states about itself (docs/enrolment.md). */
@Command(name = "device", description = "Enrols this device, and lets others tell it from any other.",
        subcommands = {DeviceKeyCommand.class, DeviceCertifyCommand.class, DeviceEnrolCommand.class, DeviceStatementCommand.class,
            DeviceVerifyCommand.class})
final class DeviceCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? key, certify, enrol, statement or verify");
    }
}
