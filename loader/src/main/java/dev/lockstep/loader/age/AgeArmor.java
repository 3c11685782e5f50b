package dev.lockstep.loader.age;

import dev.lockstep.loader.age.AgeException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Age files as text: strict PEM (RFC 7468, the strict grammar) with the label {@code AGE ENCRYPTED FILE}. For small files; weights are
 * never armored.
 */
public final class AgeArmor {
    private static final String BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----";
    private static final String END = "-----END AGE ENCRYPTED FILE-----";
    private static final int LINE = 64;

    private AgeArmor() {
    }

    /** True if a file is meant to be text, whatever is wrong with it. */
    public static boolean isArmored(byte[] start) {
        return new String(start, StandardCharsets.ISO_8859_1).stripLeading().startsWith("-----BEGIN");
    }

    /**
     * The binary file.
     *
     * @throws AgeException if the text is malformed in the slightest
     */
    public static byte[] decode(byte[] text, String file) {
        String all = new String(text, StandardCharsets.ISO_8859_1);
        List<String> lines = all.strip().replace("\r\n", "\n").lines().toList();
        if (lines.size() < 2 || !lines.getFirst().equals(BEGIN) || !lines.getLast().equals(END) || all.strip().replace("\r\n", "\n").contains("\r")) {
            throw fault(file, "has no armor of age, or one with text around it");
        }
        var bytes = new ByteArrayOutputStream();
        List<String> body = lines.subList(1, lines.size() - 1);
        for (int i = 0; i < body.size(); i++) {
            boolean last = i == body.size() - 1;
            String line = body.get(i);
            if (line.isEmpty() || line.length() > LINE || !last && line.length() < LINE) {
                throw fault(file, "has armor with a line of " + line.length() + " characters");
            }
            bytes.writeBytes(decodeLine(line, last, file));
        }
        return bytes.toByteArray();
    }

    private static byte[] decodeLine(String line, boolean last, String file) {
        try {
            byte[] bytes = Base64.getDecoder().decode(line);
            if (Base64.getEncoder().encodeToString(bytes).equals(line) && (last || !line.endsWith("="))) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new AgeException(Reason.ARMOR, file, "has armor that is not base64", e);
        }
        throw fault(file, "has armor that is not canonical base64");
    }

    private static AgeException fault(String file, String problem) {
        return new AgeException(Reason.ARMOR, file, problem);
    }
}
