package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    private static final int FIRST_BYTE = 3;

    /** SentencePiece with the space prefix; ids 3 to 258 are the bytes. */
    private static VocabularyBuilder vocabulary() {
        return VocabularyBuilder.sentencePiece().piece("▁hi", -1).piece("▁", -1).piece("▁▁x", -1).piece("é", -1);
    }

    private static List<String> stream(VocabularyBuilder vocabulary, boolean atStart, int... ids) {
        List<String> parts = new ArrayList<>();
        try (var arena = SecureArena.open("test");
                var stream = new TextStream(vocabulary.tokenizer(), atStart, arena)) {
            for (int id : ids) {
                parts.add(strict(stream.accept(id)));
            }
            parts.add(strict(stream.flush()));
        }
        return parts;
    }

    /** The text of a view, which must be well-formed. */
    private static String strict(MemorySegment view) {
        assertThat(view.isNative()).isTrue();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(view.toArray(JAVA_BYTE))).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError(e);
        }
    }

    private static int[] bytes(int... values) {
        int[] ids = values.clone();
        for (int i = 0; i < ids.length; i++) {
            ids[i] += FIRST_BYTE;
        }
        return ids;
    }

    @Test
    void aSplitEmojiAppearsWhenItIsWhole() {
        assertThat(stream(vocabulary(), false, bytes(0xF0, 0x9F, 0x98, 0x80, 'x')))
                .containsExactly("", "", "", "😀", "x", "");
    }

    @Test
    void anUnfinishedCharacterIsReplacedOnlyWhenTheTextEnds() {
        assertThat(stream(vocabulary(), false, bytes('a', 0xF0, 0x9F, 0x98)))
                .containsExactly("a", "", "", "", "\uFFFD");
        assertThat(stream(vocabulary(), false, bytes('a'))).containsExactly("a", "");
    }

    @Test
    void bytesThatCanNeverBecomeACharacterAreReplacedAtOnce() {
        assertThat(stream(vocabulary(), false, bytes(0xFF, 0x80, 0xC0, 0xF5, 'a')))
                .containsExactly("\uFFFD", "\uFFFD", "\uFFFD", "\uFFFD", "a", "");
        assertThat(stream(vocabulary(), false, bytes(0xE2, 0x82, 'a'))).containsExactly("", "", "\uFFFDa", "");
        assertThat(stream(vocabulary(), false, bytes(0xED, 0xA0, 0x80)))
                .containsExactly("", "\uFFFD\uFFFD", "\uFFFD", "");
        assertThat(stream(vocabulary(), false, bytes(0xF0, 0xF0, 0x9F))).containsExactly("", "\uFFFD", "", "\uFFFD");
    }

    @Test
    void anUnfinishedCharacterBeforeAPieceIsReplaced() {
        var vocabulary = vocabulary();
        assertThat(stream(vocabulary, false, FIRST_BYTE + 0xC3, vocabulary.id("é"))).containsExactly("", "\uFFFDé", "");
    }

    @Test
    void textLosesItsLeadingSpaceAtTheStartOnly() {
        var vocabulary = vocabulary();
        int hi = vocabulary.id("▁hi");
        assertThat(stream(vocabulary, true, hi, hi)).containsExactly("hi", " hi", "");
        assertThat(stream(vocabulary, true, 1, hi, hi)).containsExactly("", "hi", " hi", "");
        assertThat(stream(vocabulary, false, hi)).containsExactly(" hi", "");
        assertThat(stream(vocabulary, false, hi, 1, hi)).containsExactly(" hi", "", "hi", "");
        assertThat(stream(vocabulary, true, vocabulary.id("▁"), hi)).containsExactly("", " hi", "");
        assertThat(stream(vocabulary, true, vocabulary.id("▁▁x"))).containsExactly(" x", "");
        assertThat(stream(vocabulary, true, bytes('x', ' '))).containsExactly("x", " ", "");
    }

    @Test
    void wordPiecesAndUnigramsAreWholeCharactersToo() {
        var words = VocabularyBuilder.wordPiece().token("▁né", VocabularyBuilder.NORMAL).token("e", VocabularyBuilder.NORMAL);
        assertThat(stream(words, true, 2, 4, 5, 4, 3)).containsExactly("", "né", "e", " né", "", "");
        var unigram = new VocabularyBuilder();
        unigram.model = "t5";
        unigram.addSpacePrefix = true;
        unigram.token("<unk>", VocabularyBuilder.UNKNOWN).token("</s>", VocabularyBuilder.CONTROL).piece("▁é", -1)
                .token("<0xC3>", VocabularyBuilder.BYTE).token("<0xA9>", VocabularyBuilder.BYTE);
        unigram.unkId = 0;
        assertThat(stream(unigram, true, 2, 3, 4, 2, 3)).containsExactly("é", "", "é", " é", "", "\uFFFD");
    }

    @Test
    void withoutASpacePrefixNothingIsLost() {
        var vocabulary = vocabulary();
        vocabulary.addSpacePrefix = false;
        assertThat(stream(vocabulary, true, 1, vocabulary.id("▁hi"))).containsExactly("", " hi", "");
    }

    @Test
    void aRefusedIdLeavesTheStreamAsItWas() {
        Tokenizer tokenizer = vocabulary().tokenizer();
        try (var arena = SecureArena.open("test"); var stream = new TextStream(tokenizer, false, arena)) {
            stream.accept(FIRST_BYTE + 0xC3);
            assertThatIllegalArgumentException().isThrownBy(() -> stream.accept(tokenizer.vocabularySize()));
            assertThat(strict(stream.accept(FIRST_BYTE + 0xA9))).isEqualTo("é");
        }
    }

    @Test
    void closingZeroesTheBuffers() {
        List<MemorySegment> given = new ArrayList<>();
        try (var arena = SecureArena.open("test")) {
            var stream = new TextStream(vocabulary().tokenizer(), false, (size, alignment) -> {
                given.add(arena.allocate(size, alignment));
                return given.getLast();
            });
            stream.accept(FIRST_BYTE + 's');
            stream.accept(FIRST_BYTE + 0xE2);
            stream.close();
            assertThat(given).isNotEmpty().allSatisfy(memory -> assertThat(memory.toArray(JAVA_BYTE)).containsOnly(0));
            assertThat(stream.flush().byteSize()).isZero();
        }
    }

    @Test
    void partsTogetherEqualTheWholeDecodedAtOnce() {
        Tokenizer tokenizer = VocabularyBuilder.byteLevel().merge("ð Ł").merge("Ã ©").merge("a â").merge("Ģ b")
                .tokenizer();
        var random = new SplittableRandom(0x57EA4L);
        int[] likely = {0x80, 0x9F, 0x98, 0xBF, 0xC3, 0xE2, 0xF0, 0xF4, 0xE0, 'a', 256, 257, 258, 259};
        for (int round = 0; round < 2000; round++) {
            var bytes = new ByteArrayOutputStream();
            var parts = new StringBuilder();
            try (var arena = SecureArena.open("test"); var stream = new TextStream(tokenizer, true, arena)) {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    int id = likely[random.nextInt(likely.length)];
                    bytes.writeBytes(Texts.decode(tokenizer, id));
                    parts.append(strict(stream.accept(id)));
                }
                parts.append(strict(stream.flush()));
            }
            assertThat(parts.toString()).as("round %d", round).isEqualTo(bytes.toString(StandardCharsets.UTF_8));
        }
    }
}
