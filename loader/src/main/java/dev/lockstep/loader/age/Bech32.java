package dev.lockstep.loader.age;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.Optional;

/** Bech32 as age uses it: BIP 173 without a limit of length. Keys of recipients and identities are written so. */
final class Bech32 {
    private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static final int[] GENERATOR = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    private static final int CHECKSUM_SYMBOLS = 6;
    private static final int SYMBOL_BITS = 5;

    private Bech32() {
    }

    /**
     * The bytes of a text.
     *
     * @param prefix the human-readable part that it must have, in lower case
     * @return nothing if it has another one, is written in both cases, or its checksum is wrong
     */
    static Optional<byte[]> decode(String prefix, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        boolean oneCase = text.equals(lower) || text.equals(text.toUpperCase(Locale.ROOT));
        if (!oneCase || !lower.startsWith(prefix + '1') || lower.length() < prefix.length() + 1 + CHECKSUM_SYMBOLS) {
            return Optional.empty();
        }
        int[] symbols = lower.substring(prefix.length() + 1).chars().map(ALPHABET::indexOf).toArray();
        for (int symbol : symbols) {
            if (symbol < 0) {
                return Optional.empty();
            }
        }
        return checksum(prefix, symbols) == 1 ? bytes(symbols, symbols.length - CHECKSUM_SYMBOLS) : Optional.empty();
    }

    /** The text of some bytes, in lower case. */
    static String encode(String prefix, byte[] bytes) {
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
        var text = new StringBuilder(prefix).append('1');
        for (int symbol : symbols) {
            text.append(ALPHABET.charAt(symbol));
        }
        return text.toString();
    }

    /** Padding is shorter than a symbol, and zero. */
    private static Optional<byte[]> bytes(int[] symbols, int count) {
        var bytes = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < count; i++) {
            buffer = buffer << SYMBOL_BITS | symbols[i];
            bits += SYMBOL_BITS;
            if (bits >= Byte.SIZE) {
                bits -= Byte.SIZE;
                bytes.write(buffer >> bits);
                buffer &= (1 << bits) - 1;
            }
        }
        return bits < SYMBOL_BITS && buffer == 0 ? Optional.of(bytes.toByteArray()) : Optional.empty();
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
