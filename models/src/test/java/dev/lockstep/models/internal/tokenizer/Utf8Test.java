package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void everyCodePointIsReadAsItWasWritten() {
        try (var arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(4);
            for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
                if (Character.getType(codePoint) == Character.SURROGATE) {
                    continue;
                }
                byte[] utf8 = Texts.utf8(Character.toString(codePoint));
                MemorySegment.copy(utf8, 0, memory, JAVA_BYTE, 0, utf8.length);
                int unit = Utf8.unit(memory, 0, utf8.length);
                if (unit != utf8.length || Utf8.codePoint(memory, 0, unit) != codePoint) {
                    assertThat(codePoint).as("read back as %d", Utf8.codePoint(memory, 0, unit)).isNegative();
                }
            }
        }
    }

    @Test
    void sequencesAreWellFormedExactlyIfJavaSaysSo() {
        var random = new SplittableRandom(0x07F8L);
        try (var arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(4);
            for (int round = 0; round < 30_000; round++) {
                byte[] bytes = {(byte) random.nextInt(0x70, 0x100), (byte) random.nextInt(0x70, 0xD0),
                    (byte) random.nextInt(0x70, 0xD0), (byte) random.nextInt(0x70, 0xD0)};
                memory.copyFrom(MemorySegment.ofArray(bytes));
                int length = Utf8.sequence(memory, 0, 4);
                if (length != expected(bytes)) {
                    assertThat(length).as("round %d", round).isEqualTo(expected(bytes));
                }
            }
        }
    }

    /** The one length whose bytes are a single code point to Java, or minus what of them could begin one. */
    private static int expected(byte[] bytes) {
        for (int length = 1; length <= bytes.length; length++) {
            if (isOneCharacter(Arrays.copyOf(bytes, length))) {
                return length;
            }
        }
        int longest = 1;
        for (int length = 2; length < bytes.length; length++) {
            longest = canGoOn(bytes, length) ? length : longest;
        }
        return -longest;
    }

    /** Whether some continuation makes the first bytes a character. */
    private static boolean canGoOn(byte[] bytes, int length) {
        for (int missing = 1; length + missing <= 4; missing++) {
            byte[] whole = Arrays.copyOf(bytes, length + missing);
            Arrays.fill(whole, length, whole.length, (byte) 0x80);
            if (isOneCharacter(whole)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOneCharacter(byte[] bytes) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return Character.codePointCount(text, 0, text.length()) == 1;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }

    @Test
    void aSequenceThatIsCutOffIsIncomplete() {
        try (var arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom("😀é");
            assertThat(Utf8.sequence(memory, 0, 1)).isEqualTo(Utf8.INCOMPLETE);
            assertThat(Utf8.sequence(memory, 0, 3)).isEqualTo(Utf8.INCOMPLETE);
            assertThat(Utf8.sequence(memory, 0, 4)).isEqualTo(4);
            assertThat(Utf8.sequence(memory, 4, 5)).isEqualTo(Utf8.INCOMPLETE);
            assertThat(Utf8.unit(memory, 4, 5)).isEqualTo(1);
            assertThat(Utf8.codePoint(memory, 4, 1)).isEqualTo(Utf8.MALFORMED);
        }
    }
}
