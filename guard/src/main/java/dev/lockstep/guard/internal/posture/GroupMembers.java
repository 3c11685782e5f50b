package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.UnseenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who else is in the groups that may write to files. Many systems give each user a group of the same name that is meant for them alone;
 * whether it is, the files of the machine say. Members whom a directory service adds are not in them.
 */
final class GroupMembers {
    private static final int GROUP_WRITES = 0020;
    /** In such a folder, files can be renamed and deleted by their owners only. */
    private static final int STICKY = 01000;

    /** In passwd(5): the name, a password that is none, the number of the user, that of their first group. */
    private static final int FIRST_GROUP = 3;
    /** In group(5): the name, a password that is none, the number, the names of members. */
    private static final int NUMBER = 2;
    private static final int MEMBERS = 3;

    private final List<String[]> users;
    private final List<String[]> groups;

    private GroupMembers(List<String[]> users, List<String[]> groups) {
        this.users = users;
        this.groups = groups;
    }

    /** What is wrong with these files, each thing once. */
    static Set<String> problems(DeviceView device, Collection<Path> files) throws IOException, UnseenException {
        var problems = new LinkedHashSet<String>();
        GroupMembers members = null;
        for (Path file : files) {
            Map<String, Object> unix = Files.readAttributes(file, "unix:mode,gid,isDirectory", LinkOption.NOFOLLOW_LINKS);
            if (isWritableForGroup((int) unix.get("mode"), (boolean) unix.get("isDirectory"))) {
                members = members == null ? read(device) : members;
                String owner = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS).owner().getName();
                members.others(unix.get("gid").toString(), owner).forEach(each -> problems.add(each + ", of the file's group, may write to " + file));
            }
        }
        return problems;
    }

    private static boolean isWritableForGroup(int mode, boolean isFolder) {
        return (mode & GROUP_WRITES) != 0 && !(isFolder && (mode & STICKY) != 0);
    }

    private static GroupMembers read(DeviceView device) throws UnseenException {
        return new GroupMembers(table(device.text("/etc/passwd")), table(device.text("/etc/group")));
    }

    private static List<String[]> table(String text) {
        return text.lines().map(line -> line.split(":", -1)).filter(parts -> parts.length > MEMBERS).toList();
    }

    private Set<String> others(String group, String owner) {
        var names = new LinkedHashSet<String>();
        users.stream().filter(user -> user[FIRST_GROUP].equals(group)).forEach(user -> names.add(user[0]));
        groups.stream().filter(each -> each[NUMBER].equals(group)).forEach(each -> names.addAll(List.of(each[MEMBERS].split(","))));
        names.removeAll(Set.of("", owner));
        return names;
    }
}
