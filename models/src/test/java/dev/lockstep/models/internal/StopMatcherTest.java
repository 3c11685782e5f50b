package dev.lockstep.models.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
    private static final long SEED = 0x5EED_0021L;
    private static final int MAX_INPUT = 16;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void free() {
        arena.close();
    }

    private StopMatcher matcher(String... stops) {
        return new StopMatcher(List.of(stops), MAX_INPUT, arena);
    }

    private String accept(StopMatcher matcher, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment memory = arena.allocate(Math.max(utf8.length, 1)).asSlice(0, utf8.length);
        MemorySegment.copy(utf8, 0, memory, ValueLayout.JAVA_BYTE, 0, utf8.length);
        return text(matcher.accept(memory));
    }

    private static String text(MemorySegment utf8) {
        return new String(utf8.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    @Test
    void withoutStopTextsEverythingPasses() {
        var matcher = matcher();
        assertThat(accept(matcher, "abc")).isEqualTo("abc");
        assertThat(text(matcher.flush())).isEmpty();
    }

    @Test
    void aStopTextAcrossPiecesIsFoundAndNeverShown() {
        var matcher = matcher("STOP");
        assertThat(accept(matcher, "go ST")).isEqualTo("go ");
        assertThat(accept(matcher, "O")).isEmpty();
        assertThat(accept(matcher, "P and more")).isEmpty();
        assertThat(matcher.hasStopped()).isTrue();
        assertThat(text(matcher.flush())).isEmpty();
        assertThat(accept(matcher, "later")).isEmpty();
    }

    @Test
    void aFalseBeginningIsReleased() {
        var matcher = matcher("STOP");
        assertThat(accept(matcher, "ST")).isEmpty();
        assertThat(accept(matcher, "AY")).isEqualTo("STAY");
        assertThat(accept(matcher, "SSSTO")).isEqualTo("SS");
        assertThat(text(matcher.flush())).isEqualTo("STO");
        assertThat(matcher.hasStopped()).isFalse();
    }

    @Test
    void theEarliestOfSeveralStopTextsCounts() {
        var matcher = matcher("b", "abc");
        assertThat(accept(matcher, "xxabc")).isEqualTo("xx");
        assertThat(matcher.hasStopped()).isTrue();
    }

    @Test
    void charactersOfManyBytesStayWhole() {
        var matcher = matcher("né");
        assertThat(accept(matcher, "là n")).isEqualTo("là ");
        assertThat(accept(matcher, "è")).isEqualTo("nè");
        assertThat(accept(matcher, "né")).isEmpty();
        assertThat(matcher.hasStopped()).isTrue();
    }

    /** Against the obvious: cut the whole text at the first stop text. */
    @Test
    void anySplitGivesTheSameText() {
        var random = new SplittableRandom(SEED);
        for (int round = 0; round < 2_000; round++) {
            var whole = new StringBuilder();
            for (int i = random.nextInt(40); i >= 0; i--) {
                whole.append((char) ('a' + random.nextInt(3)));
            }
            String[] stops = {"abca", "bb", "cacb"};
            int end = whole.length();
            for (String stop : stops) {
                int at = whole.indexOf(stop);
                end = at >= 0 ? Math.min(end, at) : end;
            }
            assertThat(inPieces(matcher(stops), whole.toString(), random)).isEqualTo(whole.substring(0, end));
        }
    }

    private String inPieces(StopMatcher matcher, String whole, SplittableRandom random) {
        var out = new StringBuilder();
        int at = 0;
        while (at < whole.length() && !matcher.hasStopped()) {
            int next = Math.min(whole.length(), at + 1 + random.nextInt(MAX_INPUT));
            out.append(accept(matcher, whole.substring(at, next)));
            at = next;
        }
        return out.append(text(matcher.flush())).toString();
    }
}
