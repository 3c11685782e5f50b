package dev.lockstep.guard.policy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.stream.Collectors;

/**
 * As whom this process runs. On Linux the kernel says it, and the files of the machine say what numbers are called; no command is
 * started. Whom those files do not list (a directory service may) goes by number: {@code uid:1234}, {@code gid:1234}, which no name can
 * be, since it has a colon. Elsewhere it is what Java calls the user, and no groups are known.
 */
public final class Principals {
    /** Of which a machine with a million users stays below. */
    private static final int MAX_BYTES = 64 << 20;

    /** In {@code Uid:} and {@code Gid:} (proc_pid_status(5)): real, effective, saved, of the file system. */
    private static final int EFFECTIVE = 1;

    /** In passwd(5) and group(5): the name, a password that is none, the number. */
    private static final int NUMBER = 2;

    private final Path root;

    private Principals(Path root) {
        this.root = root;
    }

    /**
     * The user of this process, with its groups.
     *
     * @throws IOException if the system does not say
     */
    public static Principal ofProcess() throws IOException {
        return in(Path.of("/"));
    }

    /** The same on a machine whose files lie in another place. */
    static Principal in(Path root) throws IOException {
        var files = new Principals(root);
        Path status = root.resolve("proc/self/status");
        return Files.exists(status) ? files.linux(status) : new Principal(Principal.Kind.USER, System.getProperty("user.name"), Set.of());
    }

    private Principal linux(Path status) throws IOException {
        String text = text(status);
        var groups = new HashSet<>(numbers(text, "Groups:", status));
        groups.add(effective(text, "Gid:", status));
        String groupNames = textIfThere(root.resolve("etc/group"));
        Set<String> names = groups.stream().map(gid -> name(groupNames, gid).orElse("gid:" + gid)).collect(Collectors.toSet());
        String uid = effective(text, "Uid:", status);
        String user = name(textIfThere(root.resolve("etc/passwd")), uid).orElse("uid:" + uid);
        return new Principal(Principal.Kind.USER, user, names);
    }

    private static String effective(String status, String field, Path file) throws IOException {
        List<String> numbers = numbers(status, field, file);
        if (numbers.size() <= EFFECTIVE) {
            throw malformed(file, field);
        }
        return numbers.get(EFFECTIVE);
    }

    private static List<String> numbers(String status, String field, Path file) throws IOException {
        String line = status.lines().filter(each -> each.startsWith(field)).findFirst().orElseThrow(() -> malformed(file, field));
        List<String> numbers = Collections.list(new StringTokenizer(line.substring(field.length()))).stream().map(String.class::cast).toList();
        if (!numbers.stream().allMatch(Principals::isNumber)) {
            throw malformed(file, field);
        }
        return numbers;
    }

    private static IOException malformed(Path file, String field) {
        return new IOException(file + " does not say " + field + " so nobody knows as whom this runs");
    }

    private static boolean isNumber(String word) {
        return word.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** What the first line with this number calls it, as the system's own look-up does. */
    private static Optional<String> name(String lines, String number) {
        return lines.lines().map(line -> line.split(":", -1)).filter(parts -> parts.length > NUMBER && parts[NUMBER].equals(number))
                .map(parts -> parts[0]).filter(name -> !name.isEmpty()).findFirst();
    }

    private static String textIfThere(Path file) throws IOException {
        return Files.exists(file) ? text(file) : "";
    }

    /** Files of {@code /proc} have no size, so they are read to their end. */
    private static String text(Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate(8192);
            while (channel.read(bytes) >= 0) {
                if (!bytes.hasRemaining()) {
                    requireBounded(file, bytes.capacity());
                    bytes = ByteBuffer.allocate(2 * bytes.capacity()).put(bytes.flip());
                }
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    private static void requireBounded(Path file, int bytes) throws IOException {
        if (bytes >= MAX_BYTES) {
            throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
        }
    }
}
