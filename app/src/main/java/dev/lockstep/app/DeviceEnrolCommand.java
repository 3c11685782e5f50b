package dev.lockstep.app;

import dev.lockstep.guard.device.DeviceCertificate;
import dev.lockstep.guard.device.Enrolment;
import dev.lockstep.guard.device.SignedCertificate;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code lockstep device enrol}: stores the certificate of this device. */
@Command(name = "enrol", description = "Stores the certificate of this device, if an administrator signed it for the key that this device has.")
final class DeviceEnrolCommand extends IoCommand {
    @Parameters(paramLabel = "CERT", description = "The certificate, as device certify wrote it.")
    private Path certificate;

    @Mixin
    private AdminKeyOption administrators;

    @Mixin
    private DeviceFolderOption device;

    @Override
    public Integer call() {
        Endpoint endpoint = io.guard().endpoint();
        DeviceCertificate stored = Enrolment.store(device.value(endpoint), SignedCertificate.read(certificate), administrators.value(), endpoint.clock());
        io.err().println("lockstep: this device is " + stored.name() + " until " + stored.notAfter());
        return ExitCode.OK;
    }
}
