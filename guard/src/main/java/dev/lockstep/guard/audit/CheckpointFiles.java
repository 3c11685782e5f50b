package dev.lockstep.guard.audit;

import dev.lockstep.guard.device.DeviceSigner;
import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.SignedNote;
import dev.lockstep.loader.trust.SeenVersions;
import dev.lockstep.loader.trust.SeenVersions.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The signed checkpoints of a log that is written: the newest, all of them, and what the device remembers. */
final class CheckpointFiles {
    private static final int MAX_HEAD_BYTES = 16 << 10;

    private final LogFolder folder;
    private final DeviceSigner signer;
    private final VerifierKey key;
    private final List<VerifierKey> keys;
    private final SeenVersions counter;

    CheckpointFiles(LogFolder folder, DeviceSigner signer, AuditOptions options) {
        this.folder = folder;
        this.signer = signer;
        this.key = VerifierKey.of(signer);
        this.keys = new ArrayList<>(options.formerKeys());
        this.keys.add(key);
        this.counter = options.counter();
    }

    /**
     * The newest checkpoint; nothing if the log is new.
     *
     * @throws AuditException if it is not of this device, or not the newest that this device remembers
     */
    Optional<Checkpoint> newest() throws IOException {
        long remembered = 0;
        for (String name : counterNames()) {
            remembered = Math.max(remembered, counter.newest(Kind.AUDIT_LOG, name).orElse(0));
        }
        if (Files.notExists(folder.checkpoint(), LinkOption.NOFOLLOW_LINKS)) {
            if (remembered > 0 || folder.isBegun()) {
                throw new AuditException(folder.checkpoint().toString(), "is missing, so records can have been removed. " + ADVICE);
            }
            return Optional.empty();
        }
        Checkpoint newest = read(folder);
        if (!newest.origin().equals(key.name()) || keys.stream().noneMatch(known -> known.hasSigned(newest.note()))) {
            throw new AuditException(folder.checkpoint().toString(), "is not signed by this device (" + key.name() + "). " + ADVICE);
        }
        if (newest.size() + 1 < remembered) {
            throw new AuditException(folder.checkpoint().toString(), "is of " + newest.size() + " records; there were " + (remembered - 1)
                    + " once, so somebody put an old state of the log in its place. " + ADVICE);
        }
        return Optional.of(newest);
    }

    /** The latest time of a record that this device remembers, to the millisecond; what is recorded later must not make it forget that. */
    Optional<Instant> latestTime() throws IOException {
        return counterNames().stream().flatMapToLong(name -> counter.newest(Kind.AUDIT_CLOCK, name).stream()).max().stream()
                .mapToObj(Instant::ofEpochMilli).findFirst();
    }

    /** True if it was signed with the key that this device has now. */
    boolean isCurrent(Checkpoint checkpoint) {
        return key.hasSigned(checkpoint.note());
    }

    /**
     * Requires that the history knows a checkpoint.
     *
     * @throws AuditException if earlier checkpoints can have been removed
     */
    void requireInHistory(Checkpoint newest) {
        if (CheckpointHistory.last(folder).filter(last -> last.size() >= newest.size()).isEmpty()) {
            throw new AuditException(folder.history().toString(), "does not reach the newest checkpoint, so checkpoints were removed. " + ADVICE);
        }
    }

    /** What to do about a log that was changed. */
    static final String ADVICE = "Keep the folder, see what `lockstep audit verify` says of it, and log into another folder";

    /** The newest checkpoint as it lies there; no signature is verified. */
    static Checkpoint read(LogFolder folder) {
        return parse(PublicFile.read(folder.checkpoint(), SignedNote.MAX_CHARS), folder.checkpoint().toString());
    }

    /** Reads a checkpoint from UTF-8. */
    static Checkpoint parse(byte[] bytes, String file) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return Checkpoint.parse(text, file, AuditException::new);
        } catch (CharacterCodingException e) {
            throw new AuditException(file, "is not UTF-8 text", e);
        }
    }

    /** Writes down what verifies this log. */
    void publishKeys() throws IOException {
        byte[] lines = keys.stream().map(known -> known.text() + '\n').collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8);
        if (!isPublished(lines)) {
            replace(folder.verifierKeys(), lines);
        }
    }

    private boolean isPublished(byte[] lines) {
        try {
            return Arrays.equals(PublicFile.read(folder.verifierKeys(), VerifierKey.MAX_FILE_BYTES), lines);
        } catch (AuditException e) {
            // whatever lies there is replaced
            return false;
        }
    }

    /** Nothing in a log is a secret, and the last checkpoint is signed when the process ends. */
    private static void replace(Path file, byte[] content) throws IOException {
        WholeFile.replacePublic(file, content, WholeFile.ownerOnly(file));
    }

    /** What a log is remembered by: the way to it, wherever its links lead, and its first record, wherever it lies. */
    private List<String> counterNames() throws IOException {
        var names = new ArrayList<>(List.of(key.name() + ' ' + folder.path().toAbsolutePath().normalize()));
        try (var lines = new LogLines(folder)) {
            LogLines.Numbered first = lines.next();
            if (first != null && first.line().isComplete()) {
                names.add(AuditRecord.hex(AuditRecord.leafHash(first.line().bytes())));
            }
        }
        return names;
    }

    /** The place that was kept with a checkpoint, if it is of the same tree. */
    Optional<LogPosition> place(Checkpoint checkpoint) {
        try {
            byte[] head = PublicFile.read(folder.head(), MAX_HEAD_BYTES);
            return LogPosition.parse(new String(head, StandardCharsets.ISO_8859_1)).filter(place -> isOf(place, checkpoint));
        } catch (AuditException e) {
            // a short cut only: there is the long way
            return Optional.empty();
        }
    }

    /** True if a checkpoint is about the records before a place. */
    static boolean isOf(LogPosition place, Checkpoint checkpoint) {
        return place.size() == checkpoint.size() && Arrays.equals(place.root(), checkpoint.root());
    }

    /** Signs what is before a place, which must be on disk. */
    Checkpoint sign(LogPosition place) throws IOException {
        String text = Checkpoint.text(key.name(), place.size(), place.root());
        SignedNote note = SignedNote.of(text, key.name(), key.id(), signer.sign(text.getBytes(StandardCharsets.UTF_8)));
        // in this order: whatever of it a crash leaves out, there is no checkpoint of which the history does not know
        addToHistory(note);
        replace(folder.head(), place.text().getBytes(StandardCharsets.US_ASCII));
        replace(folder.checkpoint(), note.toString().getBytes(StandardCharsets.UTF_8));
        folder.force();
        // one more, so that a log is remembered that has no records yet
        for (String name : counterNames()) {
            counter.record(Kind.AUDIT_LOG, name, place.size() + 1);
            if (place.latest().isPresent()) {
                counter.record(Kind.AUDIT_CLOCK, name, place.latest().get().toEpochMilli());
            }
        }
        return new Checkpoint(note, key.name(), place.size(), place.root());
    }

    private void addToHistory(SignedNote note) throws IOException {
        byte[] bytes = (note.toString() + '\n').getBytes(StandardCharsets.UTF_8);
        try (var file = SegmentFile.open(folder.history())) {
            long complete = CheckpointHistory.completeBytes(folder);
            if (complete < file.size()) {
                file.truncate(complete);
            }
            file.append(bytes);
            file.force();
        }
    }
}
