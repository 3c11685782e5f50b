package dev.lockstep.guard.device;

/** A statement that counts: only {@link StatementVerifier} makes one. Immutable. */
public final class VerifiedStatement {
    private final DeviceCertificate device;
    private final PostureStatement statement;
    private final boolean attested;

    VerifiedStatement(DeviceCertificate device, PostureStatement statement, boolean attested) {
        this.device = device;
        this.statement = statement;
        this.attested = attested;
    }

    /** Whose it is, as an administrator says. */
    public DeviceCertificate device() {
        return device;
    }

    /** What the device says. */
    public PostureStatement statement() {
        return statement;
    }

    /** True if its hardware has vouched for it. */
    public boolean isAttested() {
        return attested;
    }
}
