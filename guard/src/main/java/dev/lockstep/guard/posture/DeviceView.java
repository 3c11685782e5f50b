package dev.lockstep.guard.posture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * All that checks may see of a device: files below a root, the JVM, a clock, and the system's own commands. With another root than
 * {@code /} it is another device, made of files; that is how tests make one. Paths are absolute, and {@code /} in them is the root.
 */
public final class DeviceView {
    /** More than 20,000 mounts; what the kernel says in other files is far smaller. */
    public static final int MAX_FILE_BYTES = 4 << 20;

    /** More tasks, devices or mounts than a machine has that somebody works at. */
    public static final int MAX_NAMES = 65_536;

    /** As long as Linux lets a path be, in bytes. */
    private static final int MAX_PATH = 4096;

    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;

    private final Path root;
    private final Platform platform;
    private final Supplier<JvmView> jvm;
    private final StatusCommands commands;
    private final InstantSource clock;

    public DeviceView(Path root, Platform platform, Supplier<JvmView> jvm, StatusCommands commands, InstantSource clock) {
        this.root = root;
        this.platform = platform;
        this.jvm = jvm;
        this.commands = commands;
        this.clock = clock;
    }

    /** The device that this runs on. */
    public static DeviceView ofThisDevice() {
        return new DeviceView(Path.of("/"), Platform.ofThisDevice(), JvmView::ofThisProcess,
                new SystemCommands(SystemCommands.TIMEOUT), InstantSource.system());
    }

    public Platform platform() {
        return platform;
    }

    public JvmView jvm() {
        return jvm.get();
    }

    public Instant now() {
        return clock.instant();
    }

    /** What a command writes, see {@link StatusCommands}. */
    public String output(List<String> command) throws UnseenException {
        return commands.run(command);
    }

    /** A file, whole, without line ends at its end. */
    public String text(String file) throws UnseenException {
        return textIfPresent(file).orElseThrow(() -> absent(file));
    }

    /** The same; empty if it does not exist. */
    public Optional<String> textIfPresent(String file) throws UnseenException {
        return bytesIfPresent(file).map(bytes -> new String(bytes, StandardCharsets.UTF_8).stripTrailing());
    }

    /** A file, whole; empty if it does not exist. */
    public Optional<byte[]> bytesIfPresent(String file) throws UnseenException {
        Path path = path(file);
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            // a pipe would be waited for
            throw new UnseenException(file + " is no file");
        }
        try (var in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new UnseenException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return Optional.of(bytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Names of what is in a folder, sorted; none if it does not exist. */
    public List<String> names(String folder) throws UnseenException {
        if (!exists(folder)) {
            return List.of();
        }
        try (var entries = Files.list(path(folder))) {
            List<String> names = entries.limit(MAX_NAMES + 1L).map(each -> each.getFileName().toString()).sorted().toList();
            if (names.size() > MAX_NAMES) {
                throw new UnseenException(folder + " has more than " + MAX_NAMES + " entries");
            }
            return names;
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    public boolean exists(String path) throws UnseenException {
        return Files.exists(path(path));
    }

    /** Where a path of this device lies in truth. */
    public Path path(String path) throws UnseenException {
        if (path.length() > MAX_PATH) {
            throw new UnseenException("a path has more than " + MAX_PATH + " characters");
        }
        try {
            return path.startsWith("/") ? root.resolve(path.substring(1)) : Path.of(path);
        } catch (InvalidPathException e) {
            throw new UnseenException("no file can be called so: " + e.getMessage(), e);
        }
    }

    /**
     * A path after all links in it were followed.
     *
     * @param path without links, {@code .} and {@code ..}; need not exist
     * @param links that were followed
     */
    public record Way(String path, List<String> links) {
        public Way {
            links = List.copyOf(links);
        }
    }

    /** Goes the way of the system, component by component; the root of links, too, is that of the device. */
    public Way follow(String path) throws UnseenException {
        path(path);
        var links = new ArrayList<String>();
        Deque<String> ahead = new ArrayDeque<>(List.of(path.split("/")));
        String at = "";
        while (!ahead.isEmpty()) {
            String part = ahead.pop();
            if (part.equals("..")) {
                at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
            } else if (!part.isEmpty() && !part.equals(".")) {
                String next = at + '/' + part;
                Optional<String> target = target(next);
                if (target.isEmpty()) {
                    at = next;
                    continue;
                }
                links.add(next);
                if (links.size() > MAX_LINKS) {
                    throw new UnseenException(path + " leads through more than " + MAX_LINKS + " links");
                }
                at = target.get().startsWith("/") ? "" : at;
                List.of(target.get().split("/")).reversed().forEach(ahead::push);
            }
        }
        return new Way(at.isEmpty() ? "/" : at, links);
    }

    private Optional<String> target(String path) throws UnseenException {
        Path link = path(path);
        try {
            return Files.isSymbolicLink(link) ? Optional.of(Files.readSymbolicLink(link).toString()) : Optional.empty();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** What a check says of something that it needs and that is not there. */
    public static UnseenException absent(String path) {
        return new UnseenException(path + " does not exist");
    }

    private static UnseenException unreadable(String path, IOException e) {
        return new UnseenException(path + " cannot be read: " + e.getClass().getSimpleName(), e);
    }
}
