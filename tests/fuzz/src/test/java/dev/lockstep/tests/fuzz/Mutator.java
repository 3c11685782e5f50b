package dev.lockstep.tests.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Spoils valid inputs in the ways that break parsers: numbers at their limits, cuts, shifts, copies, single bits. */
final class Mutator {
    private static final long[] INTERESTING = {0, 1, 2, 3, 7, 31, 64, 255, 256, 65_535, 65_536, 1 << 20, (1 << 20) + 1, 64 << 20,
            Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1, 1L << 40, 1L << 61, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1, -2, -32};

    private static final int MAX_PIECE = 64;

    private final SplittableRandom random;

    /** Makes the same mutants for the same seed. */
    Mutator(long seed) {
        random = new SplittableRandom(seed);
    }

    /** One to three faults in the numbers of the header, and every fourth time one anywhere. */
    byte[] mutate(GgufImage image) {
        byte[] bytes = image.bytes().clone();
        for (int faults = random.nextInt(1, 4); faults > 0; faults--) {
            // Numbers first: a cut or a shift moves them away from where they are known to be.
            spoilNumber(bytes, image.fields());
        }
        return random.nextInt(4) == 0 ? mutate(bytes) : bytes;
    }

    private void spoilNumber(byte[] bytes, List<GgufImage.Field> fields) {
        GgufImage.Field field = fields.get(random.nextInt(fields.size()));
        long old = read(bytes, field);
        long value = switch (random.nextInt(6)) {
            case 0, 1 -> INTERESTING[random.nextInt(INTERESTING.length)];
            case 2 -> old + random.nextInt(-2, 3);
            case 3 -> old ^ 1L << random.nextInt(8 * field.width());
            case 4 -> read(bytes, fields.get(random.nextInt(fields.size())));
            default -> random.nextInt(16);
        };
        for (int i = 0; i < field.width(); i++) {
            bytes[field.offset() + i] = (byte) (value >> 8 * i);
        }
    }

    private static long read(byte[] bytes, GgufImage.Field field) {
        long value = 0;
        for (int i = field.width() - 1; i >= 0; i--) {
            value = value << 8 | bytes[field.offset() + i] & 0xFF;
        }
        return value;
    }

    /** One fault that needs to know nothing about the format. */
    byte[] mutate(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        int length = Math.min(bytes.length - at, random.nextInt(1, MAX_PIECE));
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> splice(bytes, at, at + length, new byte[0]);
            case 2 -> splice(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
            case 3 -> splice(bytes, at, at, noise());
            default -> flip(bytes, at);
        };
    }

    private byte[] noise() {
        byte[] noise = new byte[random.nextInt(1, MAX_PIECE)];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] flip(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        return flipped;
    }

    /** A text, object or array of a JSON text replaced, doubled, removed or put elsewhere; or a fault anywhere. */
    byte[] mutateJson(byte[] json, List<String> values) {
        int from = valueStart(json);
        int to = valueEnd(json, from);
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> splice(json, from, to, values.get(random.nextInt(values.size())).getBytes(StandardCharsets.UTF_8));
            case 3 -> splice(json, from, from, Arrays.copyOfRange(json, from, to));
            case 4 -> splice(json, from, to, new byte[0]);
            case 5 -> {
                int other = valueStart(json);
                yield splice(json, from, to, Arrays.copyOfRange(json, other, valueEnd(json, other)));
            }
            default -> mutate(json);
        };
    }

    private int valueStart(byte[] json) {
        int start = random.nextInt(json.length);
        while (start > 0 && json[start] != '"' && json[start] != '{' && json[start] != '[') {
            start--;
        }
        return start;
    }

    /** Behind the text, object or array that begins at {@code from}; roughly, since a quote may as well have been a closing one. */
    private static int valueEnd(byte[] json, int from) {
        int end = from + 1;
        if (json[from] == '"') {
            while (end < json.length && json[end] != '"') {
                end++;
            }
            return Math.min(json.length, end + 1);
        }
        for (int depth = 1; end < json.length && depth > 0; end++) {
            depth += json[end] == '{' || json[end] == '[' ? 1 : json[end] == '}' || json[end] == ']' ? -1 : 0;
        }
        return end;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] insert) {
        byte[] spliced = Arrays.copyOf(bytes, bytes.length - (to - from) + insert.length);
        System.arraycopy(insert, 0, spliced, from, insert.length);
        System.arraycopy(bytes, to, spliced, from + insert.length, bytes.length - to);
        return spliced;
    }
}
