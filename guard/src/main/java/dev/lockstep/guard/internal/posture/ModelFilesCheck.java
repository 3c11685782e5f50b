package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.internal.gguf.SplitName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Whether anybody else could change models, or put others in their place: owners, permissions, links, names, file systems. */
final class ModelFilesCheck {
    /** A model in 1,000 shards, and what lies beside it. */
    private static final int MAX_FILES = 10_000;
    private static final int MAX_DEPTH = 16;

    /** Another machine, or another process, decides what these say, and can change it at any time. */
    private static final Set<String> FOREIGN = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "virtiofs", "afs", "fuseblk", "fuse");
    /** Disks of this machine. What those lie on that lie over others (overlay, ecryptfs) is not asked here. */
    private static final Set<String> LOCAL = Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "zfs", "f2fs", "jfs", "nilfs2", "reiserfs",
            "ecryptfs", "overlay", "squashfs", "erofs", "iso9660", "udf", "vfat", "exfat", "ntfs", "ntfs3", "hfsplus", "apfs");
    /** Gone when the system ends, and made anew by whoever comes first. */
    private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs");

    private ModelFilesCheck() {
    }

    static Finding look(DeviceView device, PostureScope scope) {
        if (scope.models().isEmpty()) {
            return Finding.unknown("no model was named");
        }
        return Finding.worst(scope.models().stream().map(model -> Finding.of(() -> ofModel(device, model.toString())).about(model.toString())).toList());
    }

    private static Finding ofModel(DeviceView device, String model) throws UnseenException {
        Path path = device.path(model);
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return Finding.unknown("it cannot be told who could change files on this system");
        }
        if (!Files.exists(path)) {
            return Finding.unknown("does not exist");
        }
        DeviceView.Way way = device.follow(model);
        var problems = new ArrayList<String>();
        // the administrator alone can make links there, and some systems have them
        way.links().stream().filter(each -> each.lastIndexOf('/') > 0).forEach(link -> problems.add(link + " is a link"));
        try {
            List<Path> files = files(device.path(way.path()));
            problems.addAll(FileExposure.of(files));
            problems.addAll(otherNames(files));
            problems.addAll(GroupMembers.problems(device, withFoldersOnTheWay(files)));
        } catch (IOException | UncheckedIOException e) {
            throw new UnseenException("cannot be looked at: " + e.getClass().getSimpleName(), e);
        }
        Finding finding = problems.isEmpty() ? Finding.pass("nobody else can change it") : Finding.fail(String.join("; ", problems));
        return device.platform() == Platform.LINUX ? Finding.worst(List.of(finding, Finding.of(() -> fileSystem(device, way.path())))) : finding;
    }

    /** The model itself, and all that is in it if it is a folder, or all parts of it if it was split. */
    private static List<Path> files(Path model) throws IOException, UnseenException {
        try (var all = Files.walk(model, MAX_DEPTH)) {
            List<Path> files = Stream.concat(all, otherParts(model)).limit(MAX_FILES + 1L).toList();
            if (files.size() > MAX_FILES) {
                throw new UnseenException("has more than " + MAX_FILES + " files");
            }
            int deepest = model.getNameCount() + MAX_DEPTH;
            if (files.stream().anyMatch(file -> file.getNameCount() == deepest && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))) {
                throw new UnseenException("has folders within more than " + MAX_DEPTH + " folders");
            }
            return files;
        }
    }

    private static List<Path> withFoldersOnTheWay(List<Path> files) {
        var all = new ArrayList<>(files);
        for (Path folder = files.getFirst().getParent(); folder != null; folder = folder.getParent()) {
            all.add(folder);
        }
        return all;
    }

    /** Any part may be named; the others, encrypted or not, are read as well. */
    private static Stream<Path> otherParts(Path model) {
        String name = String.valueOf(EncryptedName.plain(model).orElse(model).getFileName());
        return SplitName.parse(name).stream().flatMap(split -> split.all().stream())
                .flatMap(part -> Stream.of(part, EncryptedName.of(part))).map(model::resolveSibling)
                .filter(part -> !part.equals(model) && Files.exists(part, LinkOption.NOFOLLOW_LINKS));
    }

    /** Under another name, elsewhere, other permissions of folders may count; links within the model lead anywhere. */
    private static List<String> otherNames(List<Path> files) throws IOException {
        var problems = new ArrayList<String>();
        for (Path file : files) {
            if (Files.isSymbolicLink(file)) {
                problems.add(file.getFileName() + " is a link");
            } else if (Files.isRegularFile(file) && (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
                problems.add(file.getFileName() + " has other names (hard links)");
            }
        }
        return problems;
    }

    private static Finding fileSystem(DeviceView device, String path) throws UnseenException {
        Mount mount = Mounts.of(device).of(path);
        String type = mount.type();
        String evidence = "lies on " + type + " at " + mount.point() + " (" + Mounts.FILE + ')';
        if (FOREIGN.contains(type) || VOLATILE.contains(type) || type.startsWith("fuse.")) {
            return Finding.fail(evidence);
        }
        return LOCAL.contains(type) ? Finding.pass(evidence) : Finding.unknown(evidence + ", whose disk may be anywhere");
    }
}
