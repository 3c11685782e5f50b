package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Whether models, and what is kept of their use, lie on encrypted disks (Linux). */
final class DiskEncryptionCheck {
    private DiskEncryptionCheck() {
    }

    static Finding look(DeviceView device, PostureScope scope) throws UnseenException {
        List<Path> places = places(scope);
        if (places.isEmpty()) {
            return Finding.unknown("no model or folder was named");
        }
        var storage = new Storage(device);
        return Finding.worst(places.stream().map(Path::toString)
                .map(place -> Finding.of(() -> storage.ofFolder(place)).about(place)).toList());
    }

    static List<Path> places(PostureScope scope) {
        return Stream.concat(scope.models().stream(), scope.folders().stream()).distinct().toList();
    }
}
