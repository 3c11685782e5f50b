package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.Metadata;
import dev.lockstep.securemem.SecureArena;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JDK's own normalizer is the slow twin. */
class NfcEncoderTest {
    private static byte[] normalize(byte[] text) {
        var passed = new ByteArrayOutputStream();
        try (var scratch = SecureArena.open("test")) {
            MemorySegment memory = scratch.allocate(1 + text.length, 1);
            MemorySegment.copy(text, 0, memory, JAVA_BYTE, 1, text.length);
            PieceTokenizer.StretchEncoder inner = (given, start, end, ids) ->
                    passed.writeBytes(given.asSlice(start, end - start).toArray(JAVA_BYTE));
            new NfcEncoder(inner, scratch).encode(memory, 1, 1 + text.length, null);
        }
        return passed.toByteArray();
    }

    private static void assertEqualToTheJdk(String text) {
        String expected = Normalizer.normalize(text, Normalizer.Form.NFC);
        if (!new String(normalize(Texts.utf8(text)), StandardCharsets.UTF_8).equals(expected)) {
            throw new AssertionError(text.codePoints().mapToObj(c -> String.format("%04X", c)).toList());
        }
    }

    @Test
    void everyCharacterAlone() {
        var text = new StringBuilder();
        for (int c = 1; c <= Character.MAX_CODE_POINT; c++) {
            if (Character.isDefined(c) && Character.getType(c) != Character.SURROGATE) {
                text.appendCodePoint(c).append('\n');
            }
        }
        assertEqualToTheJdk(text.toString());
    }

    @Test
    void randomSequencesOfWhatComposes() {
        List<Integer> active = new ArrayList<>();
        for (int c = 0x300; c < 0x2FA20; c++) {
            if (Composition.isActive(c)) {
                active.add(c);
            }
        }
        int[] starters = "aeoAEOucéǖ하가ㄱᄀഎெবਅ\u0cc6\u1b05".codePoints().toArray();
        var random = new SplittableRandom(0xACC3275L);
        for (int round = 0; round < 4000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                switch (random.nextInt(4)) {
                    case 0 -> text.appendCodePoint(starters[random.nextInt(starters.length)]);
                    case 1 -> text.appendCodePoint(0x300 + random.nextInt(0x70));
                    default -> text.appendCodePoint(active.get(random.nextInt(active.size())));
                }
            }
            assertEqualToTheJdk(text.toString());
        }
    }

    @Test
    void malformedBytesStayAsTheyAre() {
        byte[] text = {'e', (byte) 0xCC, (byte) 0x81, (byte) 0xCC, 'e', (byte) 0xFF, (byte) 0xCC, (byte) 0x81};
        assertThat(normalize(text)).containsExactly(0xC3, 0xA9, 0xCC, 'e', 0xFF, 0xCC, 0x81);
    }

    @Test
    @Timeout(60)
    void aMebibyteOfMarksTakesLinearTime() {
        int count = 1 << 17;
        byte[] normalized = normalize(Texts.utf8("e" + "\u0301\u0323\u0345\u0334".repeat(count)));
        // the JDK's takes the square of it
        assertThat(new String(normalized, StandardCharsets.UTF_8)).isEqualTo("\u1EB9" + "\u0334".repeat(count)
                + "\u0323".repeat(count - 1) + "\u0301".repeat(count) + "\u0345".repeat(count));
    }

    @Test
    void aVocabularyMayAskForIt() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("Ã ©");
        assertThat(vocabulary.split("e\u0301")).containsExactly("e", "Ì", "ģ");
        vocabulary.own("normalizer", new Metadata.TextValue("nfc"));
        assertThat(vocabulary.split("e\u0301")).containsExactly("Ã©");
    }
}
