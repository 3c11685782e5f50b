package dev.lockstep.loader.signing;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;

/**
 * Names of files in a manifest: relative, parts joined by {@code /}, compared byte by byte in UTF-8 (OMS v1.0, section
 * 6.1.2).
 *
 * <p>Names and paths are translated through {@code file:} URIs, because these carry the bytes of a file name: what
 * {@code Path.toString()} makes of "é" depends on the locale of the process, and a signature must not.
 */
final class ResourceName {
    /** What OMS calls a model that is one file, before v1.1 of the reference program. */
    static final String SINGLE_FILE = ".";

    /** By code point, which is the order of the UTF-8 bytes; {@link String#compareTo} would order by UTF-16 units. */
    static final Comparator<String> CODE_POINT_ORDER = Comparator.comparing(
            name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private static final String UNRESERVED = "-._~/";

    private ResourceName() {
    }

    /** What is wrong with a name, or null if it is canonical: it then names one file below any root, on any system. */
    static String problem(String name) {
        if (name.isEmpty()) {
            return "is empty";
        }
        if (name.startsWith("/") || name.endsWith("/")) {
            return "starts or ends with /";
        }
        if (name.indexOf('\\') >= 0) {
            return "holds a backslash, which is a separator on some systems";
        }
        if (name.indexOf('\0') >= 0) {
            return "holds a NUL";
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            return "is not valid Unicode";
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return "has an empty part, . or ..";
            }
        }
        return null;
    }

    static boolean isCanonical(String name) {
        return problem(name) == null;
    }

    /**
     * The path of a canonical name below a directory.
     *
     * @throws IllegalArgumentException if this system cannot have such a file
     */
    static Path resolve(Path directory, String name) {
        Path path = Path.of(URI.create(uriOf(directory) + '/' + escape(name)));
        int parts = (int) name.chars().filter(c -> c == '/').count() + 1;
        // Whatever this system makes of the name (a drive, a stream), it must stay below the directory.
        if (!path.startsWith(directory) || path.getNameCount() != directory.getNameCount() + parts) {
            throw new IllegalArgumentException("no such file name on this system: " + name);
        }
        return path;
    }

    /** The name of a path below a directory; both absolute. */
    static String of(Path directory, Path path) throws CharacterCodingException {
        return unescape(uriOf(path).substring(uriOf(directory).length() + 1));
    }

    /** The last part of a path, as the file system has it. */
    static String lastPart(Path path) throws CharacterCodingException {
        String uri = uriOf(path);
        return unescape(uri.substring(uri.lastIndexOf('/') + 1));
    }

    /** Path URIs end with a slash where a directory exists at the moment; that must not matter. */
    private static String uriOf(Path path) {
        String uri = path.toUri().toString();
        return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    }

    private static String escape(String name) {
        var escaped = new StringBuilder(name.length());
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
                    || UNRESERVED.indexOf(b) >= 0;
            if (plain) {
                escaped.append((char) b);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return escaped.toString();
    }

    private static String unescape(String escaped) throws CharacterCodingException {
        var bytes = new ByteArrayOutputStream(escaped.length());
        int i = 0;
        while (i < escaped.length()) {
            int c = escaped.codePointAt(i);
            if (c == '%') {
                bytes.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
                i += 3;
            } else {
                // Windows leaves letters beyond ASCII as they are.
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(c);
            }
        }
        return StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
    }
}
