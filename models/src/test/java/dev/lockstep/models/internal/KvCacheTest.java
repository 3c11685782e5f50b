package dev.lockstep.models.internal;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KvCacheTest {
    /** Dimensions that fill no panel. */
    private static final SessionShape SHAPE = new SessionShape(2, 3, 40, 24, 1);
    private static final int POSITIONS = 3 * KvLayout.BLOCK;

    private final Kernels kernels = KernelSelection.kernels();

    /** A session that is saved holds nothing of what was rewound: its blocks are those of one that never read it. */
    @ParameterizedTest
    @EnumSource
    void zeroingLeavesWhatWasStoredBefore(KvType type) {
        try (Arena arena = Arena.ofConfined()) {
            FloatRows zeros = FloatRows.allocate(arena, 1, SHAPE.nKvHeads() * SHAPE.keyDim(), 1);
            for (int kept : new int[] {0, 1, KvLayout.BLOCK - 1, KvLayout.BLOCK, KvLayout.BLOCK + 5, POSITIONS}) {
                var cache = filled(type, POSITIONS, arena);
                cache.zero(kernels, kept, POSITIONS, zeros, zeros);
                List<MemorySegment> expected = filled(type, kept, arena).blocks(POSITIONS);
                List<MemorySegment> actual = cache.blocks(POSITIONS);
                for (int head = 0; head < expected.size(); head++) {
                    assertThat(actual.get(head).mismatch(expected.get(head))).as("%d positions, head %d", kept, head).isEqualTo(-1);
                }
            }
        }
    }

    private KvCache filled(KvType type, int positions, Arena arena) {
        var random = new Random(7);
        var cache = new KvCache(SHAPE, type, POSITIONS, arena);
        FloatRows row = FloatRows.allocate(arena, 1, SHAPE.nKvHeads() * SHAPE.keyDim(), 1);
        for (int position = 0; position < positions; position++) {
            for (int layer = 0; layer < SHAPE.nLayers(); layer++) {
                for (int i = 0; i < row.columns(); i++) {
                    row.data().setAtIndex(JAVA_FLOAT, i, random.nextFloat() - 0.5f);
                }
                cache.store(kernels, layer, position, row, row, 0);
            }
        }
        return cache;
    }
}
