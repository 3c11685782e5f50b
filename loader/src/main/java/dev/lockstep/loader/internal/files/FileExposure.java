package dev.lockstep.loader.internal.files;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who besides this user and the administrator could change a file, or put another in its place: by the owners and permissions of the
 * file, of all folders on the way to it, and of those on the way of every link. It is a look at a moment, and says nothing of
 * administrators, access-control lists, or other machines that share the disk.
 */
public final class FileExposure {
    private static final int OTHERS_WRITE = 0002;
    private static final int GROUP_WRITES = 0020;
    /** In such a folder, files can be renamed and deleted by their owners only. */
    private static final int STICKY = 01000;
    private static final int ADMINISTRATOR = 0;

    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;

    private final Set<String> problems = new LinkedHashSet<>();
    private final Set<Path> seen = new HashSet<>();
    private final int user;
    private int links;

    private FileExposure(int user) {
        this.user = user;
    }

    /**
     * What is wrong with some files, each thing once: sentences for people. Empty if nobody else can change them.
     *
     * @throws IOException if a file does not exist, or its way cannot be looked at
     */
    public static List<String> of(Iterable<Path> files) throws IOException {
        Path home = Path.of(System.getProperty("user.home"));
        if (!home.getFileSystem().supportedFileAttributeViews().contains("unix") || Files.notExists(home)) {
            return List.of("it cannot be told who could change files on this system");
        }
        // what runs now belongs to its user; where there is no such thing, what is at home does
        Path own = Path.of("/proc/self");
        var exposure = new FileExposure((int) Files.getAttribute(Files.exists(own) ? own : home, "unix:uid"));
        for (Path file : files) {
            exposure.links = 0;
            exposure.walk(file.toAbsolutePath());
        }
        return List.copyOf(exposure.problems);
    }

    /** The same for one file. */
    public static List<String> of(Path file) throws IOException {
        return of(List.of(file));
    }

    /** Goes the way of the system: component by component, so that {@code ..} after a link leads where it leads the system. */
    private void walk(Path path) throws IOException {
        Path at = path.getRoot();
        look(at);
        for (int i = 0; i < path.getNameCount(); i++) {
            String part = path.getName(i).toString();
            if (part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                at = at.getParent() == null ? at : at.getParent();
                continue;
            }
            at = at.resolve(part);
            if (Files.isSymbolicLink(at)) {
                follow(at, path, i + 1);
                return;
            }
            look(at);
        }
    }

    private void follow(Path link, Path path, int done) throws IOException {
        if (++links > MAX_LINKS) {
            throw new FileSystemLoopException(path.toString());
        }
        Path target = link.resolveSibling(Files.readSymbolicLink(link));
        walk(done == path.getNameCount() ? target : target.resolve(path.subpath(done, path.getNameCount())));
    }

    private void look(Path path) throws IOException {
        if (!seen.add(path)) {
            return;
        }
        Map<String, Object> unix = Files.readAttributes(path, "unix:mode,uid,isDirectory", LinkOption.NOFOLLOW_LINKS);
        int mode = (int) unix.get("mode");
        int owner = (int) unix.get("uid");
        if (owner != ADMINISTRATOR && owner != user) {
            problems.add(path + " belongs to another user (" + posix(path).owner().getName() + ')');
        }
        if ((boolean) unix.get("isDirectory") && (mode & STICKY) != 0) {
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
