package dev.lockstep.models.internal.tokenizer;

import java.util.Arrays;

/** How short the prefixes are that {@link CharsMap} replaces. Walks any array in linear time, also one with cycles. */
final class ShortestPrefixes {
    private static final int NONE = -1;

    /** Nodes are units with the low byte of a child's label put on, so there may be up to 255 more of them. */
    private static final int LABELS = 256;

    private final int[] units;

    /** {@code (nodes)}: the first unit that leads away from a node; {@code (units)}: the next one that leads away from the same. */
    private final int[] firstChild;
    private final int[] nextChild;

    private ShortestPrefixes(int[] units) {
        this.units = units;
        firstChild = new int[Math.ceilDiv(units.length, LABELS) * LABELS];
        nextChild = new int[units.length];
        Arrays.fill(firstChild, NONE);
        for (int unit = 0; unit < units.length; unit++) {
            int label = units[unit] & 0x800000FF;
            if (label > 0) {
                nextChild[unit] = firstChild[unit ^ label];
                firstChild[unit ^ label] = unit;
            }
        }
    }

    /** {@code (units)}: bytes of the shortest prefix that ends in each unit, or 0 where none does. */
    static int[] of(int[] units) {
        return new ShortestPrefixes(units).walk();
    }

    private int[] walk() {
        int[] lengths = new int[units.length];
        int[] depths = new int[firstChild.length];
        int[] queue = new int[firstChild.length];
        int root = CharsMap.offset(units[0]);
        int end = 0;
        if (root < depths.length) {
            queue[end++] = root;
        }
        for (int begin = 0; begin < end; begin++) {
            int node = queue[begin];
            for (int unit = firstChild[node]; unit != NONE; unit = nextChild[unit]) {
                lengths[unit] = depths[node] + 1;
                int child = unit ^ CharsMap.offset(units[unit]);
                if (child < units.length && child != root && depths[child] == 0) {
                    depths[child] = lengths[unit];
                    queue[end++] = child;
                }
            }
        }
        return lengths;
    }
}
