package dev.lockstep.loader.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who besides this user and the administrator could change a file, or put another in its place: by the owners and permissions of the
 * file and of all folders above it. Where a file system has no such notions, nothing is found. It is a look at a moment, and says
 * nothing of administrators, access-control lists, or other machines that share the disk.
 */
public final class FileExposure {
    private static final int OTHERS_WRITE = 0002;
    private static final int GROUP_WRITES = 0020;
    /** In such a folder, files can be renamed and deleted by their owners only. */
    private static final int STICKY = 01000;
    private static final int ADMINISTRATOR = 0;

    private final Set<String> problems = new LinkedHashSet<>();
    private final int user;

    private FileExposure(int user) {
        this.user = user;
    }

    /** What is wrong with some files, each thing once: sentences for people. Empty if nobody else can change them. */
    public static List<String> of(Iterable<Path> files) throws IOException {
        Path self = Path.of("/proc/self");
        if (!self.getFileSystem().supportedFileAttributeViews().contains("unix") || !Files.exists(self)) {
            return List.of();
        }
        var exposure = new FileExposure((int) Files.getAttribute(self, "unix:uid"));
        var folders = new LinkedHashSet<Path>();
        for (Path file : files) {
            Path real = file.toRealPath();
            exposure.look(real, false);
            for (Path folder = real.getParent(); folder != null && folders.add(folder); folder = folder.getParent()) {
                exposure.look(folder, true);
            }
        }
        return new ArrayList<>(exposure.problems);
    }

    /** The same for one file. */
    public static List<String> of(Path file) throws IOException {
        return of(List.of(file));
    }

    private void look(Path path, boolean folder) throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        Map<String, Object> unix = Files.readAttributes(path, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
        int mode = (int) unix.get("mode");
        int owner = (int) unix.get("uid");
        if (owner != ADMINISTRATOR && owner != user) {
            problems.add(path + " belongs to another user (" + posix(path).owner().getName() + ')');
        }
        if (folder && (mode & STICKY) != 0) {
            return;
        }
        if ((mode & OTHERS_WRITE) != 0) {
            problems.add("everybody may write to " + path);
        } else if ((mode & GROUP_WRITES) != 0 && !isPrivateGroup(posix(path))) {
            problems.add("the group " + posix(path).group().getName() + " may write to " + path);
        }
    }

    /** Many systems give each user a group of the same name, with nobody else in it, and let it write. */
    private static boolean isPrivateGroup(PosixFileAttributes attributes) {
        UserPrincipal owner = attributes.owner();
        return owner.getName().equals(attributes.group().getName());
    }

    private static PosixFileAttributes posix(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
