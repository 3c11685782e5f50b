package dev.lockstep.guard.internal.posture;

/** How the kernel writes names into its tables. */
final class KernelText {
    private static final int OCTAL_DIGITS = 3;

    private KernelText() {
    }

    /** Spaces, line ends and backslashes are written as a backslash and three octal digits; a backslash before anything else is itself. */
    static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        var plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int code = text.charAt(i) == '\\' ? octal(text, i + 1) : -1;
            plain.append(code < 0 ? text.charAt(i) : (char) code);
            i += code < 0 ? 0 : OCTAL_DIGITS;
        }
        return plain.toString();
    }

    private static int octal(String text, int from) {
        if (from + OCTAL_DIGITS > text.length()) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + OCTAL_DIGITS; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 7) {
                return -1;
            }
            code = code * 8 + digit;
        }
        return code;
    }
}
