package dev.lockstep.guard.audit;

import dev.lockstep.guard.device.DeviceSigner;
import java.io.IOException;
import java.nio.file.Path;

/** An audit log that does not wait for the disk: what records cost besides. In the package of the log, whose files are not public. */
public final class UnsyncedAuditLog {
    private UnsyncedAuditLog() {
    }

    /** Opens it. */
    public static AuditLog open(Path folder, DeviceSigner signer, AuditOptions options) {
        return AuditLog.open(folder, signer, options, path -> new Unsynced(SegmentFile.open(path)));
    }

    private record Unsynced(SegmentFile file) implements SegmentFile {
        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void append(byte[] bytes) throws IOException {
            file.append(bytes);
        }

        @Override
        public void force() {
            // the point of it
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
