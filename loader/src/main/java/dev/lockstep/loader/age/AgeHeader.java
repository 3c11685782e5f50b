package dev.lockstep.loader.age;

import dev.lockstep.loader.age.AgeException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The header of a file, as read: nothing of it is trusted before a file key out of it has confirmed the MAC.
 *
 * @param stanzas at least one
 * @param signed the bytes that the MAC is of
 * @param mac of them
 * @param byteSize of all of it: the payload follows
 */
record AgeHeader(List<Stanza> stanzas, byte[] signed, byte[] mac, int byteSize) {
    /** Room for dozens of post-quantum recipients; nobody reads further to find out that a file is none. */
    static final int MAX_BYTES = 64 << 10;

    /** Each costs an attempt with each identity. */
    static final int MAX_STANZAS = 32;

    static final String VERSION = "age-encryption.org/v1";
    private static final String END = "---";
    private static final int MAC_BYTES = 32;

    /** Reads a header. */
    static AgeHeader parse(byte[] start, String file) {
        return new Parser(start, file).parse();
    }

    /** A header of these stanzas. */
    static byte[] write(List<Stanza> stanzas, byte[] fileKey) {
        var header = new ByteArrayOutputStream();
        header.writeBytes((VERSION + '\n').getBytes(StandardCharsets.US_ASCII));
        stanzas.forEach(stanza -> header.writeBytes(stanza.toBytes()));
        header.writeBytes(END.getBytes(StandardCharsets.US_ASCII));
        String mac = Base64Text.encode(AgeCrypto.headerMac(fileKey, header.toByteArray()));
        header.writeBytes((' ' + mac + '\n').getBytes(StandardCharsets.US_ASCII));
        return header.toByteArray();
    }

    /** Refuses a header that was changed since somebody who knew the file key wrote it. */
    void requireMac(byte[] fileKey, String file) {
        if (!MessageDigest.isEqual(AgeCrypto.headerMac(fileKey, signed), mac)) {
            throw new AgeException(Reason.HEADER_MAC, file, "has a header that was changed; get the original");
        }
    }

    private static final class Parser {
        private final byte[] bytes;
        private final String file;
        private int position;

        Parser(byte[] bytes, String file) {
            this.bytes = bytes;
            this.file = file;
        }

        AgeHeader parse() {
            if (!line().equals(VERSION)) {
                throw fault("is no age file of version 1");
            }
            var stanzas = new ArrayList<Stanza>();
            int start = position;
            String line = line();
            while (line.startsWith("-> ")) {
                if (stanzas.size() == MAX_STANZAS) {
                    throw fault("has more than " + MAX_STANZAS + " recipients");
                }
                stanzas.add(stanza(line));
                start = position;
                line = line();
            }
            if (stanzas.isEmpty()) {
                throw fault("has no recipients");
            }
            return new AgeHeader(List.copyOf(stanzas), Arrays.copyOf(bytes, start + END.length()), mac(line), position);
        }

        private byte[] mac(String line) {
            if (!line.startsWith(END + ' ')) {
                throw fault("has a header with a line that is neither a recipient nor its end");
            }
            return Base64Text.decode(line.substring(END.length() + 1)).filter(mac -> mac.length == MAC_BYTES)
                    .orElseThrow(() -> fault("has a header whose MAC is malformed"));
        }

        private Stanza stanza(String first) {
            List<String> arguments = List.of(first.substring("-> ".length()).split(" ", -1));
            if (arguments.stream().anyMatch(String::isEmpty)) {
                throw fault("has a recipient with an empty argument");
            }
            var base64 = new StringBuilder();
            String line;
            do {
                line = line();
                if (line.length() > Stanza.LINE) {
                    throw fault("has a recipient with a line of more than " + Stanza.LINE + " characters");
                }
                base64.append(line);
            } while (line.length() == Stanza.LINE);
            byte[] body = Base64Text.decode(base64.toString()).orElseThrow(() -> fault("has a recipient that is not canonical base64"));
            return new Stanza(arguments, body);
        }

        /** Up to the next line feed: printable ASCII and spaces alone. */
        private String line() {
            int start = position;
            while (position < bytes.length && bytes[position] != '\n') {
                if (bytes[position] < ' ' || bytes[position] > '~') {
                    throw fault("has a header with a character that is not allowed");
                }
                position++;
            }
            if (position == bytes.length) {
                throw fault(bytes.length < MAX_BYTES ? "has a header that is cut off"
                        : "has a header of more than " + MAX_BYTES + " bytes, if it is an age file");
            }
            return new String(bytes, start, position++ - start, StandardCharsets.US_ASCII);
        }

        private AgeException fault(String problem) {
            return new AgeException(Reason.HEADER, file, problem);
        }
    }
}
