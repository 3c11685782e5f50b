package dev.lockstep.loader;

/**
 * A model file that breaks its format or contradicts itself. One exception for every malformed input, with the facts a
 * person needs to find the place: file, byte offset, and the tensor or metadata key concerned.
 */
public final class ModelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The offset of a fault that has no single place in the file. */
    public static final long NO_OFFSET = -1;

    /** The longest stretch of a hostile name or value that a message repeats, in characters. */
    private static final int MAX_TEXT = 1000;

    private final String file;
    private final long byteOffset;
    private final String subject;

    /**
     * @param file name of the file, never its content
     * @param byteOffset where the fault was seen, in bytes from the start of the file, or {@link #NO_OFFSET}
     * @param subject the tensor name or metadata key concerned, or an empty string
     * @param problem what is wrong and what would be right
     */
    public ModelFormatException(String file, long byteOffset, String subject, String problem) {
        super(describe(file, byteOffset, subject, problem));
        this.file = file;
        this.byteOffset = byteOffset;
        this.subject = subject;
    }

    public String file() {
        return file;
    }

    /** Bytes from the start of the file, or {@link #NO_OFFSET}. */
    public long byteOffset() {
        return byteOffset;
    }

    /** The tensor name or metadata key concerned; empty when the fault is about neither. */
    public String subject() {
        return subject;
    }

    private static String describe(String file, long byteOffset, String subject, String problem) {
        var text = new StringBuilder(file);
        if (byteOffset != NO_OFFSET) {
            text.append(" at byte ").append(byteOffset);
        }
        if (!subject.isEmpty()) {
            text.append(", ").append(printable(subject));
        }
        return text.append(": ").append(printable(problem)).toString();
    }

    /** Names and values come from the file: control characters in them must not reach a terminal or a log line. */
    static String printable(String name) {
        var text = new StringBuilder();
        name.codePoints().limit(MAX_TEXT).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029) {
                text.append(String.format("\\u%04x", c));
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.toString();
    }
}
