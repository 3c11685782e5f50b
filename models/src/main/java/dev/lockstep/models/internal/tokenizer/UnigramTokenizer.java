package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * SentencePiece's unigram model ({@code tokenizer.ggml.model = t5}): of all ways to cut a text into pieces, the one with the highest sum
 * of scores (Kudo 2018, <a href="https://arxiv.org/abs/1804.10959">arXiv:1804.10959</a>), found by Viterbi's algorithm. A character that
 * is no piece costs {@link #UNKNOWN_PENALTY} more than the worst piece; it becomes its bytes' tokens where the vocabulary has them, and with its
 * neighbours one unknown token where it has not. The text is normalized before ({@link SentencePieceNormalizer}), so it need not come back as it was.
 */
final class UnigramTokenizer extends PieceTokenizer {
    /** As in SentencePiece ({@code kUnkPenalty}). */
    private static final double UNKNOWN_PENALTY = 10;

    /** The longest piece accepted, in bytes: pieces are tried at every position. Real ones have up to 16 characters. */
    static final int MAX_PIECE_BYTES = 512;

    private final PieceTrie trie;

    /** {@code (vocabulary)}: log probabilities. */
    private final float[] scores;
    private final double unknownScore;

    /** {@code (256)}: id of each byte's token, or -1. */
    private final int[] byteTokens;
    private final SpacePrefix spacePrefix;
    private final boolean mergeSpaces;
    private final CharsMap charsMap;

    private UnigramTokenizer(Vocabulary v, SpecialTokens special, Pieces pieces) {
        super(v, special, pieces);
        if (special.unknown() == SpecialTokens.NONE || special.isBoundary(special.unknown())) {
            throw v.fault(Vocabulary.UNKNOWN, "is missing; a unigram vocabulary cannot spell every text");
        }
        scores = v.scores("a unigram vocabulary compares scores");
        unknownScore = lowestScore(v, pieces) - UNKNOWN_PENALTY;
        // user-defined tokens were matched before; unused ones are padding
        trie = new PieceTrie(v, pieces.texts(), 0, id -> pieces.type(id) == TokenType.NORMAL);
        byteTokens = pieces.byteTokens();
        spacePrefix = SpacePrefix.of(v, false);
        mergeSpaces = v.flag(Vocabulary.REMOVE_EXTRA_WHITESPACES).orElse(false);
        charsMap = CharsMap.of(v, v.numbers(Vocabulary.CHARS_MAP));
    }

    /** Checks {@code v}; throws {@link dev.lockstep.loader.ModelFormatException} if it is no such vocabulary. */
    static UnigramTokenizer of(Vocabulary v) {
        SpecialTokens special = SpecialTokens.ofUnigram(v);
        return new UnigramTokenizer(v, special, Pieces.of(v, special, SentencePieceTokenizer::toText));
    }

    private double lowestScore(Vocabulary v, Pieces pieces) {
        double lowest = Double.POSITIVE_INFINITY;
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.type(id) == TokenType.NORMAL) {
                if (pieces.texts().length(id) > MAX_PIECE_BYTES) {
                    throw v.fault(Vocabulary.TOKENS, "token " + id + " has " + pieces.texts().length(id) + " bytes, the limit is "
                            + MAX_PIECE_BYTES);
                }
                lowest = Math.min(lowest, scores[id]);
            }
        }
        return lowest == Double.POSITIVE_INFINITY ? 0 : lowest;
    }

    @Override
    public boolean addsSpacePrefix() {
        return spacePrefix.put();
    }

    @Override
    StretchEncoder newEncoder(SegmentAllocator scratch) {
        return new Lattice(scratch);
    }

    /** The best way to every position of a stretch. */
    private final class Lattice implements StretchEncoder {
        private final SegmentAllocator scratch;
        private final SentencePieceNormalizer normalizer;
        private MemorySegment text;

        /** {@code (size + 1)} each: the score of the best way here, and the begin and id of its last piece; id -1 = a character that is none. */
        private MemorySegment best;
        private MemorySegment begins;
        private MemorySegment pieces;
        private int capacity;

        Lattice(SegmentAllocator scratch) {
            this.scratch = scratch;
            this.normalizer = new SentencePieceNormalizer(charsMap, spacePrefix, mergeSpaces, scratch);
        }

        @Override
        public void encode(MemorySegment given, int start, int end, IdBuffer ids) {
            text = normalizer.normalize(given, start, end);
            int size = normalizer.size();
            reserve(size + 1);
            for (int at = 1; at <= size; at++) {
                setBest(at, Double.NEGATIVE_INFINITY);
            }
            setBest(0, 0);
            for (int at = 0; at < size;) {
                int unit = Utf8.unit(text, at, size);
                extend(at, unit, size);
                at += unit;
            }
            addIds(size, ids);
        }

        private void reserve(int positions) {
            if (positions > capacity) {
                capacity = (int) Math.min(Integer.MAX_VALUE, Math.max(positions, 2L * capacity));
                best = scratch.allocate((long) capacity * Double.BYTES, Double.BYTES);
                begins = scratch.allocate((long) capacity * Integer.BYTES, Integer.BYTES);
                pieces = scratch.allocate((long) capacity * Integer.BYTES, Integer.BYTES);
            }
        }

        /** Tries all pieces that begin at {@code at}, a position where a character begins. */
        private void extend(int at, int unit, int size) {
            double score = best.get(JAVA_DOUBLE, (long) at * Double.BYTES);
            boolean wholeCharacter = false;
            int node = PieceTrie.ROOT;
            for (int i = at; i < size; i++) {
                node = trie.child(node, (byte) byteAt(text, i));
                if (node == PieceTrie.NO_CHILD) {
                    break;
                }
                int id = trie.id(node);
                if (id >= 0) {
                    wholeCharacter |= i + 1 - at == unit;
                    offer(i + 1, score + scores[id], at, id);
                }
            }
            if (!wholeCharacter) {
                offer(at + unit, score + unknownScore, at, SpecialTokens.NONE);
            }
        }

        private void offer(int to, double score, int from, int id) {
            if (score > best.get(JAVA_DOUBLE, (long) to * Double.BYTES)) {
                setBest(to, score);
                begins.set(JAVA_INT, (long) to * Integer.BYTES, from);
                pieces.set(JAVA_INT, (long) to * Integer.BYTES, id);
            }
        }

        private void setBest(int at, double score) {
            best.set(JAVA_DOUBLE, (long) at * Double.BYTES, score);
        }

        /** The best way, from its end to its begin, and turned around. */
        private void addIds(int size, IdBuffer ids) {
            long first = ids.size();
            boolean afterUnknown = false;
            for (int at = size; at > 0;) {
                int begin = begins.get(JAVA_INT, (long) at * Integer.BYTES);
                int id = pieces.get(JAVA_INT, (long) at * Integer.BYTES);
                boolean unknown = id == SpecialTokens.NONE && !haveTokens(begin, at);
                if (id != SpecialTokens.NONE) {
                    ids.add(id);
                } else if (!unknown) {
                    addBytes(begin, at, ids);
                } else if (!afterUnknown) {
                    ids.add(special().unknown());
                }
                afterUnknown = unknown;
                at = begin;
            }
            ids.reverse(first);
        }

        private boolean haveTokens(int begin, int end) {
            boolean all = true;
            for (int at = begin; at < end; at++) {
                all &= byteTokens[byteAt(text, at)] != SpecialTokens.NONE;
            }
            return all;
        }

        private void addBytes(int begin, int end, IdBuffer ids) {
            for (int at = end - 1; at >= begin; at--) {
                ids.add(byteTokens[byteAt(text, at)]);
            }
        }
    }
}
