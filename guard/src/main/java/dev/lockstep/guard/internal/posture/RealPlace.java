package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Where something lies in truth, on systems that list their volumes in no file: after links, junctions and other ways to write a name. */
final class RealPlace {
    private RealPlace() {
    }

    /** Of a path that need not exist, what of it exists, by its real name; empty if nothing does. */
    static Optional<Path> of(DeviceView device, Path place) throws UnseenException {
        Path at = device.path(place.toString());
        // a link that leads nowhere is there, and fails below: what is made through it lies elsewhere
        while (at != null && !Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
            at = at.getParent();
        }
        try {
            return at == null ? Optional.empty() : Optional.of(at.toRealPath());
        } catch (IOException e) {
            throw new UnseenException(at + " cannot be followed: " + e.getClass().getSimpleName(), e);
        }
    }

    /** What two files have in common that lie on one volume (Unix). */
    static Object volume(Path file) throws UnseenException {
        try {
            return Files.getAttribute(file, "unix:dev");
        } catch (IOException | UnsupportedOperationException e) {
            throw new UnseenException("the volume of " + file + " is not seen", e);
        }
    }

    /** Whether no other volume is mounted in a folder on the way. */
    static boolean isOnVolumeOfItsRoot(Path file) throws UnseenException {
        try {
            return Files.getFileStore(file).equals(Files.getFileStore(file.getRoot()));
        } catch (IOException e) {
            throw new UnseenException("the volume of " + file + " is not seen", e);
        }
    }
}
