package dev.lockstep.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The queue against its slow twin: look through all neighbours, join the best, begin again. */
class MergerTest {
    private record Symbol(int length, int id) { }

    /** Random merges over a few symbols, with few priorities so that there are many ties. */
    private static Map<Long, Long> randomPairs(SplittableRandom random) {
        Map<Long, Long> pairs = new HashMap<>();
        int symbols = random.nextInt(2, 7);
        for (int i = random.nextInt(2 * symbols); i >= 0; i--) {
            long pair = Merger.Pairs.of(random.nextInt(symbols), random.nextInt(symbols));
            pairs.put(pair, Merger.Pairs.of(random.nextInt(-2, 3), random.nextInt(symbols)));
        }
        return pairs;
    }

    @Test
    void theQueueJoinsAsLookingThroughAllPairsDoes() {
        var random = new SplittableRandom(0x3E86EL);
        try (var arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(1000);
            for (int round = 0; round < 3000; round++) {
                Map<Long, Long> pairs = randomPairs(random);
                List<Symbol> symbols = new ArrayList<>();
                for (int i = random.nextInt(40); i >= 0; i--) {
                    symbols.add(new Symbol(random.nextInt(1, 5), random.nextInt(-1, 6)));
                }
                assertThat(queued(arena, text, pairs, symbols)).as("round %d", round).isEqualTo(slow(pairs, symbols));
            }
        }
    }

    private static List<Symbol> queued(Arena arena, MemorySegment text, Map<Long, Long> pairs, List<Symbol> symbols) {
        var merger = new Merger(arena, (_, _, _, left, right) -> left < 0 || right < 0 ? Merger.Pairs.NONE
                : pairs.getOrDefault(Merger.Pairs.of(left, right), Merger.Pairs.NONE));
        merger.begin(text, 0, symbols.stream().mapToInt(Symbol::length).sum());
        symbols.forEach(symbol -> merger.add(symbol.length, symbol.id));
        merger.run();
        List<Symbol> joined = new ArrayList<>();
        for (int at = 0; at < merger.end(); at += merger.lengthAt(at)) {
            joined.add(new Symbol(merger.lengthAt(at), merger.idAt(at)));
        }
        return joined;
    }

    private static List<Symbol> slow(Map<Long, Long> pairs, List<Symbol> given) {
        List<Symbol> symbols = new ArrayList<>(given);
        while (true) {
            int best = -1;
            long bestJoin = 0;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Long join = symbols.get(i).id < 0 || symbols.get(i + 1).id < 0 ? null
                        : pairs.get(Merger.Pairs.of(symbols.get(i).id, symbols.get(i + 1).id));
                if (join != null && (best < 0 || join >> 32 < bestJoin >> 32)) {
                    best = i;
                    bestJoin = join;
                }
            }
            if (best < 0) {
                return symbols;
            }
            Symbol right = symbols.remove(best + 1);
            symbols.set(best, new Symbol(symbols.get(best).length + right.length, (int) bestJoin));
        }
    }

    @Test
    void aMergerMayBeUsedForStretchesOfAnyLengthInAnyOrder() {
        Map<Long, Long> pairs = Map.of(Merger.Pairs.of(1, 1), Merger.Pairs.of(0, 2));
        try (var arena = Arena.ofConfined()) {
            var merger = new Merger(arena, (_, _, _, left, right) ->
                    pairs.getOrDefault(Merger.Pairs.of(left, right), Merger.Pairs.NONE));
            for (int length : new int[] {3, 700, 1, 256, 5000, 2}) {
                merger.begin(arena.allocate(1), 0, length);
                for (int i = 0; i < length; i++) {
                    merger.add(1, 1);
                }
                merger.run();
                int count = 0;
                for (int at = 0; at < merger.end(); at += merger.lengthAt(at)) {
                    count++;
                }
                assertThat(count).isEqualTo((length + 1) / 2);
            }
        }
    }
}
