package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LineReader.Line;
import dev.lockstep.guard.audit.LogLines.Numbered;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.Frontier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The records of a log as they are verified, one by one. Not thread-safe.
 *
 * <p><b>Which record was changed?</b> A record's {@code prev} is the hash of the one before. If they do not agree, one of the two was changed.
 * The record after both tells: it knows the hash of the second. Where there is none, the next checkpoint tells: if its root follows from the
 * hash that the second one states, the first was changed. Where that cannot be told either, the first is named: nothing before it is in doubt.
 */
final class RecordChain {
    private static final int HASH_DIGITS = AuditRecord.NO_PREV.length();

    private Frontier tree = new Frontier();
    private Frontier beforeLast = tree;
    private Place last;
    /** Null before the first record. */
    private byte[] lastLeaf;
    private boolean isSegmentOver;
    private long signed;
    private Doubt doubt;

    /** Where a record stands; line 0 is before the first. */
    private record Place(Path file, int segment, long line) { }

    /** Two records that do not agree: the first, and the tree as the second states it. */
    private record Doubt(long seq, Place place, Frontier statedTree) { }

    /** @param firstFile of the log */
    RecordChain(Path firstFile) {
        last = new Place(firstFile, 0, 0);
    }

    /**
     * Adds the next line.
     *
     * @param device whose log it is
     */
    void add(Numbered numbered, String device) {
        var place = new Place(numbered.file(), numbered.segment(), numbered.number());
        AuditRecord record;
        try {
            record = read(numbered.line(), place, device);
        } catch (TamperedException e) {
            throw doubt == null ? e : undecided();
        }
        byte[] leaf = AuditRecord.leafHash(numbered.line().bytes());
        if (doubt != null) {
            throw blame(record.prev().equals(AuditRecord.hex(lastLeaf)));
        }
        if (!record.prev().equals(prev())) {
            suspect(record, leaf, place);
        }
        beforeLast = tree.copy();
        tree.add(leaf);
        last = place;
        lastLeaf = leaf;
        isSegmentOver = record.event().equals(AuditEventType.LOG_ROTATE.id());
    }

    private AuditRecord read(Line line, Place place, String device) {
        if (!line.isComplete()) {
            throw tampered(place, tree.size(), "is cut off");
        }
        AuditRecord record = parse(line.bytes(), place);
        requireSegment(record, place);
        requireSeq(record.seq(), place);
        if (!record.device().equals(device)) {
            throw tampered(place, tree.size(), "is of another device than the checkpoint");
        }
        return record;
    }

    private AuditRecord parse(byte[] line, Place place) {
        try {
            return AuditRecord.parse(line, place.file.toString());
        } catch (AuditException e) {
            throw tampered(place, tree.size(), "is no record: " + e.problem());
        }
    }

    private void requireSegment(AuditRecord record, Place place) {
        boolean isNext = place.segment > last.segment;
        if (place.segment > last.segment + 1) {
            throw tampered(place, tree.size(), "stands behind an empty file, which only the last one can be");
        }
        if (isSegmentOver && !isNext && record.prev().equals(prev())) {
            throw tampered(place, tree.size(), "stands behind the record that ends the file");
        }
        if (isNext && !isSegmentOver) {
            throw record.seq() == tree.size() ? tampered(last, tree.size() - 1, "was changed: it does not end a file that has a successor")
                    : tampered(last, tree.size(), "is missing: the file does not end as one with a successor does");
        }
    }

    private void requireSeq(long seq, Place place) {
        if (seq != tree.size()) {
            throw tampered(place, tree.size(), seq > tree.size() ? "is missing: record " + seq + " stands in its place"
                    : "is missing or behind another record " + seq);
        }
    }

    private String prev() {
        return lastLeaf == null ? AuditRecord.NO_PREV : AuditRecord.hex(lastLeaf);
    }

    private void suspect(AuditRecord record, byte[] leaf, Place place) {
        if (tree.size() == signed || !isHash(record.prev())) {
            // what is before is signed for
            throw tampered(place, tree.size(), "does not follow on the record before: it was changed");
        }
        Frontier stated = beforeLast.copy();
        stated.add(HexFormat.of().parseHex(record.prev()));
        stated.add(leaf);
        doubt = new Doubt(tree.size() - 1, last, stated);
    }

    private static boolean isHash(String text) {
        return text.length() == HASH_DIGITS && text.chars().allMatch(HexFormat::isHexDigit);
    }

    private TamperedException undecided() {
        return tampered(doubt.place, doubt.seq, "or the next one was changed: they do not agree");
    }

    private TamperedException blame(boolean isFirst) {
        Place place = isFirst ? doubt.place : last;
        long seq = isFirst ? doubt.seq : doubt.seq + 1;
        return tampered(place, seq, isFirst ? "was changed: the next record has another hash of it" : "does not follow on the record before: it was changed");
    }

    /** Compares the tree with a checkpoint of its size. */
    void require(Checkpoint checkpoint) {
        if (doubt != null) {
            throw blame(Arrays.equals(doubt.statedTree.root(), checkpoint.root()));
        }
        if (!Arrays.equals(tree.root(), checkpoint.root())) {
            throw tampered(last, tree.size() - 1, "was changed, or one of those from record " + signed + " on and the chain behind it:"
                    + " the signed checkpoint of " + checkpoint.size() + " records has another root");
        }
        signed = tree.size();
    }

    /**
     * Requires that no two records disagree and that there are as many as a checkpoint speaks of.
     *
     * @param lastSegment number of the last file, which may be empty
     */
    void requireEnd(long signedSize, int lastSegment) {
        if (doubt != null) {
            throw undecided();
        }
        if (tree.size() < signedSize) {
            throw tampered(new Place(last.file, last.segment, last.line + 1), tree.size(),
                    "is missing, and all after it: a checkpoint speaks of " + signedSize + " records");
        }
        if (lastSegment > last.segment + (isSegmentOver ? 1 : 0)) {
            throw tampered(last, tree.size(), "is missing: empty files follow, of which there can be one, behind the record that ends a file");
        }
    }

    /** Number of records so far. */
    long size() {
        return tree.size();
    }

    /** How many of them a checkpoint covers. */
    long signed() {
        return signed;
    }

    private static TamperedException tampered(Place place, long seq, String what) {
        return new TamperedException(place.file, place.line, seq, what);
    }
}
