package dev.lockstep.guard.audit;

import dev.lockstep.guard.device.DeviceSigner;
import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.SignedNote;
import dev.lockstep.loader.trust.SeenVersions;
import dev.lockstep.loader.trust.SeenVersions.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
        long remembered = counter.newest(Kind.AUDIT_LOG, counterName()).orElse(0);
        if (Files.notExists(folder.checkpoint(), LinkOption.NOFOLLOW_LINKS)) {
            if (remembered > 0 || folder.hasSegment(0)) {
                throw new AuditException(folder.checkpoint().toString(), "is missing, so records can have been removed. " + ADVICE);
            }
            return Optional.empty();
        }
        Checkpoint newest = read(folder);
        if (!newest.origin().equals(key.name()) || keys.stream().noneMatch(known -> known.hasSigned(newest.note()))) {
            throw new AuditException(folder.checkpoint().toString(), "is not signed by this device (" + key.name() + "). " + ADVICE);
        }
        if (newest.size() < remembered) {
            throw new AuditException(folder.checkpoint().toString(), "is of " + newest.size() + " records; there were " + remembered
                    + " once, so somebody put an old state of the log in its place. " + ADVICE);
        }
        return Optional.of(newest);
    }

    /** The latest time of a record that this device remembers, to the millisecond; what is recorded later must not make it forget that. */
    Optional<Instant> latestTime() throws IOException {
        return counter.newest(Kind.AUDIT_CLOCK, counterName()).stream().mapToObj(Instant::ofEpochMilli).findFirst();
    }

    /** What to do about a log that was changed. */
    static final String ADVICE = "Keep the folder, see what `lockstep audit verify` says of it, and log into another folder";

    /** The newest checkpoint as it lies there; no signature is verified. */
    static Checkpoint read(LogFolder folder) {
        byte[] bytes = BoundedFile.read(folder.checkpoint(), SignedNote.MAX_CHARS, ", so it is no checkpoint", AuditException::new);
        return parse(bytes, folder.checkpoint().toString());
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
        Path file = folder.verifierKeys();
        if (Files.notExists(file) || !Arrays.equals(Files.readAllBytes(file), lines)) {
            WholeFile.replace(file, lines, WholeFile.ownerOnly(file));
        }
    }

    /** Logs are told apart by name and place: a device may keep several. */
    private String counterName() throws IOException {
        return key.name() + ' ' + folder.path().toRealPath();
    }

    /** The place that was kept with a checkpoint, if it is of the same tree. */
    Optional<LogPosition> place(Checkpoint checkpoint) {
        try {
            byte[] head = BoundedFile.read(folder.head(), MAX_HEAD_BYTES, "", AuditException::new);
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
        WholeFile.replace(folder.head(), place.text().getBytes(StandardCharsets.US_ASCII), WholeFile.ownerOnly(folder.head()));
        WholeFile.replace(folder.checkpoint(), note.toString().getBytes(StandardCharsets.UTF_8), WholeFile.ownerOnly(folder.checkpoint()));
        folder.force();
        counter.record(Kind.AUDIT_LOG, counterName(), place.size());
        if (place.latest().isPresent()) {
            counter.record(Kind.AUDIT_CLOCK, counterName(), place.latest().get().toEpochMilli());
        }
        return new Checkpoint(note, key.name(), place.size(), place.root());
    }

    private void addToHistory(SignedNote note) throws IOException {
        byte[] bytes = (note.toString() + '\n').getBytes(StandardCharsets.UTF_8);
        try (var file = SegmentFile.open(folder.history())) {
            long complete = completeBytes();
            if (complete < file.size()) {
                file.truncate(complete);
            }
            file.append(bytes);
            file.force();
        }
    }

    /** A crash can have cut off the last note; each ends with an empty line. */
    private long completeBytes() throws IOException {
        try (var file = FileChannel.open(folder.history(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            int length = (int) Math.min(file.size(), 2L * SignedNote.MAX_CHARS);
            ByteBuffer tail = ByteBuffer.allocate(length);
            while (tail.hasRemaining() && file.read(tail, file.size() - length + tail.position()) > 0) {
                // until it is full
            }
            String text = new String(tail.array(), StandardCharsets.ISO_8859_1);
            return file.size() - length + CheckpointHistory.completeChars(text);
        }
    }
}
