package dev.lockstep.loader.age;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Bech32 as age uses it: BIP 173 without a limit of length. Keys of recipients and identities are written so;
 * of the latter no {@code String} is made, which nobody could overwrite. */
final class Bech32 {
    private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static final int[] GENERATOR = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    private static final int CHECKSUM_SYMBOLS = 6;
    private static final int SYMBOL_BITS = 5;
    private static final int CASE = 'a' - 'A';

    private Bech32() {
    }

    /**
     * The bytes of a text; the caller's to overwrite, as the text is.
     *
     * @param prefix the human-readable part that it must have, in lower case
     * @return nothing if it has another one, is written in both cases, or its checksum is wrong
     */
    static Optional<byte[]> decode(String prefix, byte[] text) {
        int start = prefix.length() + 1;
        if (text.length < start + CHECKSUM_SYMBOLS || isOfBothCases(text) || !begins(text, prefix + '1')) {
            return Optional.empty();
        }
        int[] symbols = new int[text.length - start];
        try {
            for (int i = 0; i < symbols.length; i++) {
                symbols[i] = ALPHABET.indexOf(lower(text[start + i]));
                if (symbols[i] < 0) {
                    return Optional.empty();
                }
            }
            return checksum(prefix, symbols) == 1 ? bytes(symbols, symbols.length - CHECKSUM_SYMBOLS) : Optional.empty();
        } finally {
            Arrays.fill(symbols, 0);
        }
    }

    private static boolean isOfBothCases(byte[] text) {
        boolean lower = false;
        boolean upper = false;
        for (byte b : text) {
            lower |= b >= 'a' && b <= 'z';
            upper |= b >= 'A' && b <= 'Z';
        }
        return lower && upper;
    }

    private static boolean begins(byte[] text, String start) {
        for (int i = 0; i < start.length(); i++) {
            if (lower(text[i]) != start.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + CASE : b;
    }

    /** The text of some bytes, in ASCII and lower case; the caller's to overwrite. */
    static byte[] encode(String prefix, byte[] bytes) {
        int[] symbols = symbols(prefix, bytes);
        byte[] text = Arrays.copyOf((prefix + '1').getBytes(StandardCharsets.US_ASCII), prefix.length() + 1 + symbols.length);
        for (int i = 0; i < symbols.length; i++) {
            text[prefix.length() + 1 + i] = (byte) ALPHABET.charAt(symbols[i]);
        }
        Arrays.fill(symbols, 0);
        return text;
    }

    /** The same in upper case, as secrets are written. */
    static byte[] encodeUpperCase(String prefix, byte[] bytes) {
        byte[] text = encode(prefix, bytes);
        for (int i = 0; i < text.length; i++) {
            boolean letter = text[i] >= 'a' && text[i] <= 'z';
            text[i] = (byte) (letter ? text[i] - CASE : text[i]);
        }
        return text;
    }

    private static int[] symbols(String prefix, byte[] bytes) {
        int data = Math.ceilDiv(bytes.length * Byte.SIZE, SYMBOL_BITS);
        int[] symbols = new int[data + CHECKSUM_SYMBOLS];
        for (int i = 0; i < data * SYMBOL_BITS; i++) {
            int bit = i < bytes.length * Byte.SIZE ? bytes[i / Byte.SIZE] >> (Byte.SIZE - 1 - i % Byte.SIZE) & 1 : 0;
            symbols[i / SYMBOL_BITS] = symbols[i / SYMBOL_BITS] << 1 | bit;
        }
        int checksum = checksum(prefix, symbols) ^ 1;
        for (int i = 0; i < CHECKSUM_SYMBOLS; i++) {
            symbols[data + i] = checksum >> SYMBOL_BITS * (CHECKSUM_SYMBOLS - 1 - i) & (1 << SYMBOL_BITS) - 1;
        }
        return symbols;
    }

    /** Padding is shorter than a symbol, and zero. */
    private static Optional<byte[]> bytes(int[] symbols, int count) {
        byte[] bytes = new byte[count * SYMBOL_BITS / Byte.SIZE];
        int filled = 0;
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < count; i++) {
            buffer = buffer << SYMBOL_BITS | symbols[i];
            bits += SYMBOL_BITS;
            if (bits >= Byte.SIZE) {
                bits -= Byte.SIZE;
                bytes[filled++] = (byte) (buffer >> bits);
                buffer &= (1 << bits) - 1;
            }
        }
        if (bits < SYMBOL_BITS && buffer == 0) {
            return Optional.of(bytes);
        }
        Arrays.fill(bytes, (byte) 0);
        return Optional.empty();
    }

    private static int checksum(String prefix, int[] symbols) {
        int sum = 1;
        for (char c : prefix.toCharArray()) {
            sum = step(sum, c >> SYMBOL_BITS);
        }
        sum = step(sum, 0);
        for (char c : prefix.toCharArray()) {
            sum = step(sum, c & (1 << SYMBOL_BITS) - 1);
        }
        for (int symbol : symbols) {
            sum = step(sum, symbol);
        }
        return sum;
    }

    private static int step(int sum, int symbol) {
        int top = sum >> 25;
        int next = (sum & 0x1ffffff) << SYMBOL_BITS ^ symbol;
        for (int i = 0; i < GENERATOR.length; i++) {
            next ^= (top >> i & 1) * GENERATOR[i];
        }
        return next;
    }
}
