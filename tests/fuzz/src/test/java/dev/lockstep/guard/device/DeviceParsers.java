package dev.lockstep.guard.device;

import java.util.Arrays;

/** The parsers behind the signatures, which no fuzzer can make. In the package of the parsers, which are not public. */
public final class DeviceParsers {
    private DeviceParsers() {
    }

    /** What a device sends, without what its signatures are of. */
    public static void document(byte[] json) {
        DeviceStatement read = DeviceStatement.parse(json, "fuzz.json");
        requireSame(read.toJson(), DeviceStatement.parse(read.toJson(), "again").toJson());
    }

    /** What a device says. */
    public static void posture(byte[] payload) {
        PostureStatement read = PostureStatement.parse(payload, "fuzz.json");
        requireSame(read.toJson(), PostureStatement.parse(read.toJson(), "again").toJson());
    }

    /** What an administrator says of it. */
    public static void certificate(byte[] payload) {
        DeviceCertificate read = DeviceCertificate.parse(payload, "fuzz.json");
        requireSame(read.toJson(), DeviceCertificate.parse(read.toJson(), "again").toJson());
    }

    private static void requireSame(byte[] written, byte[] again) {
        if (!Arrays.equals(written, again)) {
            throw new AssertionError("what was read is written in two ways");
        }
    }
}
