package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * Of a model that came without a vocabulary: token ids are all it knows. It can be scored with them and measured; whoever has a text is
 * told what is missing.
 */
final class NoVocabulary implements Tokenizer {
    private static final String ARCHITECTURE = "general.architecture";

    private final Metadata metadata;
    private final int size;

    private NoVocabulary(Metadata metadata, int size) {
        this.metadata = metadata;
        this.size = size;
    }

    static NoVocabulary of(Metadata metadata) {
        String key = metadata.requireText(ARCHITECTURE) + ".vocab_size";
        return new NoVocabulary(metadata, metadata.requireInteger(key, 1, LoadLimits.MAX_VOCABULARY));
    }

    private ModelFormatException missing() {
        return metadata.malformed(Vocabulary.MODEL, "there is none, so text has no tokens; put the tokenizer's files (tokenizer.json or"
                + " tokenizer.model) beside the model. Token ids can be used without them");
    }

    @Override
    public int vocabularySize() {
        return size;
    }

    @Override
    public OptionalInt beginOfText() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.empty();
    }

    @Override
    public boolean isEndOfText(int id) {
        return false;
    }

    @Override
    public boolean addsBeginOfText() {
        return false;
    }

    @Override
    public boolean addsEndOfText() {
        return false;
    }

    @Override
    public boolean addsSpacePrefix() {
        return false;
    }

    /** @throws ModelFormatException always */
    @Override
    public MemorySegment encode(MemorySegment utf8, boolean addSpecial, SecureArena arena) {
        throw missing();
    }

    /** @throws ModelFormatException always */
    @Override
    public MemorySegment encodeMarked(MemorySegment utf8, long[] textRanges, boolean addSpecial, SecureArena arena) {
        throw missing();
    }

    /** @throws ModelFormatException always */
    @Override
    public int decode(int id, MemorySegment dst, long dstOffset) {
        throw missing();
    }

    @Override
    public int maxTokenBytes() {
        return 0;
    }

    /** @throws ModelFormatException always */
    @Override
    public String piece(int id) {
        throw missing();
    }
}
