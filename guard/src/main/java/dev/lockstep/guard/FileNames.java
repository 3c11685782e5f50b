package dev.lockstep.guard;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes texts fit for the log: files go by their names, since folders tell what somebody works on. What the system's own files are called
 * stays, it is the evidence.
 */
final class FileNames {
    private static final List<String> OF_THE_SYSTEM = List.of("/proc/", "/sys/", "/dev/", "/etc/");

    /** What may stand before a path in a sentence, or end it. */
    private static final String BREAKS = " \"'(),;:=\t";

    /** Known paths, of which names may hold anything; the longest first. */
    private final List<Path> known;

    /** @param paths that texts may speak of, with the folders that they are in */
    FileNames(Collection<Path> paths) {
        Set<Path> all = new LinkedHashSet<>();
        for (Path path : paths) {
            for (Path each = path.toAbsolutePath(); each != null && each.getNameCount() > 1; each = each.getParent()) {
                all.add(each);
                all.add(each.normalize());
            }
        }
        known = all.stream().filter(each -> each.getNameCount() > 1)
                .sorted(Comparator.comparingInt((Path each) -> each.toString().length()).reversed()).toList();
    }

    /** The text with names in place of paths. */
    String in(String sentence) {
        String named = sentence;
        for (Path path : known) {
            String text = path.toString();
            named = named.replace(text + path.getFileSystem().getSeparator(), "").replace(text, path.getFileName().toString());
        }
        return shortened(named);
    }

    /** Paths that nobody knew of: where a link leads, where a disk is mounted. */
    private static String shortened(String text) {
        var named = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            boolean isPath = text.charAt(at) == '/' && (at == 0 || isBreak(text.charAt(at - 1)));
            int end = isPath ? end(text, at) : at + 1;
            String part = text.substring(at, end);
            named.append(isPath && OF_THE_SYSTEM.stream().noneMatch(part::startsWith) ? lastName(part) : part);
            at = end;
        }
        return named.toString();
    }

    private static int end(String text, int start) {
        int end = start;
        while (end < text.length() && !isBreak(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isBreak(char c) {
        return BREAKS.indexOf(c) >= 0;
    }

    /** All of it if it has one name only, or none: {@code /}, {@code /home}. */
    private static String lastName(String path) {
        int slash = path.lastIndexOf('/');
        return slash == 0 ? path : path.substring(slash + 1);
    }
}
