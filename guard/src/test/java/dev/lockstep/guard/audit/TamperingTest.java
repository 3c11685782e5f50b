package dev.lockstep.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.guard.audit.AuditVerification.Problem;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of random edits of a log with several files and checkpoints: each is found, and the first bad record named. */
class TamperingTest {
    private static final long SEED = 0x5eed_a0d17L;
    private static final int EDITS = 800;
    private static final TestDevice DEVICE = TestDevice.named("device.example/1");

    @TempDir
    static Path folder;

    /** Lines of each file, with their line feeds. */
    private static final List<List<byte[]>> SEGMENTS = new ArrayList<>();
    private static final List<Integer> FIRST_SEQ = new ArrayList<>();
    private static final Map<String, Boolean> SIGNED = new HashMap<>();
    private static final NavigableSet<Long> SIGNED_SIZES = new TreeSet<>();
    private static LogFolder files;
    private static int records;

    private final SplittableRandom random = new SplittableRandom(SEED);

    /** A checkpoint every 11 records, files of some 8. */
    @BeforeAll
    static void writeLog() throws IOException {
        files = new LogFolder(folder.resolve("audit"));
        AuditOptions options = AuditOptions.standard().withCheckpoints(11, Duration.ofDays(1)).withMaxSegmentBytes(2_500);
        try (var log = AuditLog.open(files.path(), DEVICE, options)) {
            for (int i = 0; i < 30; i++) {
                log.record(AuditEvent.of(AuditEventType.SESSION_USE).with(AuditField.PRINCIPAL, "user:anna").with(AuditField.VALUE, i));
            }
        }
        for (int segment = 0; files.hasSegment(segment); segment++) {
            FIRST_SEQ.add(records);
            SEGMENTS.add(lines(Files.readAllBytes(files.segment(segment))));
            records += SEGMENTS.getLast().size();
        }
        try (var history = new CheckpointHistory(files, Long.MAX_VALUE)) {
            for (var entry = history.next(); entry != null; entry = history.next()) {
                SIGNED_SIZES.add(CheckpointFiles.parse(entry.note(), "history").size());
            }
        }
    }

    private static List<byte[]> lines(byte[] bytes) {
        var lines = new ArrayList<byte[]>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(Arrays.copyOfRange(bytes, start, i + 1));
                start = i + 1;
            }
        }
        return lines;
    }

    /** Signatures take most of the time; each note is verified once. */
    private static AuditVerification verify() {
        return AuditVerifier.verify(files.path(), new Signers() {
            @Override
            public int of(Checkpoint checkpoint) {
                return SIGNED.computeIfAbsent(checkpoint.note().toString(),
                        _ -> checkpoint.origin().equals(DEVICE.name()) && VerifierKey.of(DEVICE).hasSigned(checkpoint.note())) ? 0 : NONE;
            }

            @Override
            public int current(String origin) {
                return 0;
            }
        });
    }

    /** Edits a file, and gives it back. */
    private AuditVerification edited(int segment, List<byte[]> lines) throws IOException {
        Path file = files.segment(segment);
        write(file, lines);
        try {
            return verify();
        } finally {
            write(file, SEGMENTS.get(segment));
        }
    }

    private static void write(Path file, List<byte[]> lines) throws IOException {
        var all = new ByteArrayOutputStream();
        lines.forEach(all::writeBytes);
        // some file systems wait for the disk where a file is emptied and written again
        Files.deleteIfExists(file);
        Files.write(file, all.toByteArray());
    }

    private int anySegment() {
        return random.nextInt(SEGMENTS.size());
    }

    private static void assertFound(AuditVerification result, int segment, int line, String edit) {
        int seq = FIRST_SEQ.get(segment) + line;
        Problem problem = result.problem().orElseThrow(() -> new AssertionError(String.format("%s of record %d, seed %x", edit, seq, SEED)));
        assertThat(problem.seq()).as("%s of record %d: %s", edit, seq, problem).isEqualTo(seq);
        assertThat(result.records()).as("%s of record %d: only what is signed is vouched for", edit, seq).isEqualTo(SIGNED_SIZES.floor((long) seq))
                .isEqualTo(result.signedRecords());
    }

    @Test
    void theLogIsIntactAndHasSeveralFilesAndCheckpoints() {
        assertThat(SEGMENTS.size()).isGreaterThan(3);
        assertThat(verify().isIntact()).isTrue();
        assertThat(verify().records()).isEqualTo(records);
        assertThat(verify().checkpoints()).isGreaterThan(3);
    }

    @Test
    void aByteThatWasChangedIsFound() throws IOException {
        for (int i = 0; i < EDITS; i++) {
            changeAByte(_ -> true, old -> old ^ 1 + random.nextInt(255));
        }
    }

    /** What still looks like a record: digits that are others. */
    @Test
    void aDigitThatWasChangedIsFound() throws IOException {
        for (int i = 0; i < EDITS; i++) {
            changeAByte(old -> old >= '1' && old <= '9', old -> '1' + (old - '1' + 1 + random.nextInt(8)) % 9);
        }
    }

    private void changeAByte(IntPredicate isToChange, IntUnaryOperator change) throws IOException {
        int segment = anySegment();
        List<byte[]> lines = new ArrayList<>(SEGMENTS.get(segment));
        int line = random.nextInt(lines.size());
        byte[] changed = lines.get(line).clone();
        int at = random.nextInt(changed.length);
        while (!isToChange.test(changed[at])) {
            at = random.nextInt(changed.length);
        }
        changed[at] = (byte) change.applyAsInt(changed[at]);
        lines.set(line, changed);
        assertFound(edited(segment, lines), segment, line, "change of byte " + at);
    }

    /** The second edit must not hide the first, wherever the verifier is when it meets the second. */
    @Test
    void twoEditsAreFoundAtTheFirst() throws IOException {
        for (int i = 0; i < 2 * EDITS; i++) {
            int segment = anySegment();
            List<byte[]> lines = new ArrayList<>(SEGMENTS.get(segment));
            int first = random.nextInt(lines.size());
            int second = Math.min(lines.size() - 1, first + random.nextInt(3));
            flipAByte(lines, second);
            flipAByte(lines, first);
            assertFoundNear(edited(segment, lines), FIRST_SEQ.get(segment) + first, "changes of this and record " + (second - first) + " behind it");
            lines.remove(second);
            assertFoundNear(edited(segment, lines), FIRST_SEQ.get(segment) + first, "change of this and deletion of one behind it");
        }
    }

    private void flipAByte(List<byte[]> lines, int line) {
        byte[] changed = lines.get(line).clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
        lines.set(line, changed);
    }

    private static void assertFoundNear(AuditVerification result, int seq, String edit) {
        Problem problem = result.problem().orElseThrow(() -> new AssertionError(String.format("%s: record %d, seed %x", edit, seq, SEED)));
        assertThat(problem.seq()).as("%s: record %d: %s", edit, seq, problem).isBetween(seq - 1L, seq + 1L);
        assertThat(result.records()).as("%s: record %d", edit, seq).isEqualTo(SIGNED_SIZES.floor((long) seq));
    }

    @Test
    void aRecordThatWasDeletedIsFound() throws IOException {
        for (int segment = 0; segment < SEGMENTS.size(); segment++) {
            for (int line = 0; line < SEGMENTS.get(segment).size(); line++) {
                List<byte[]> lines = new ArrayList<>(SEGMENTS.get(segment));
                lines.remove(line);
                assertFound(edited(segment, lines), segment, line, "deletion");
            }
        }
    }

    @Test
    void aRecordThatWasRepeatedIsFound() throws IOException {
        for (int segment = 0; segment < SEGMENTS.size(); segment++) {
            for (int line = 0; line < SEGMENTS.get(segment).size(); line++) {
                List<byte[]> lines = new ArrayList<>(SEGMENTS.get(segment));
                int to = line + 1 + random.nextInt(lines.size() - line);
                lines.add(to, lines.get(line));
                assertFound(edited(segment, lines), segment, to, "copy");
            }
        }
    }

    @Test
    void recordsThatChangedPlacesAreFound() throws IOException {
        for (int i = 0; i < EDITS / 5; i++) {
            int segment = anySegment();
            List<byte[]> lines = new ArrayList<>(SEGMENTS.get(segment));
            int one = random.nextInt(lines.size());
            int other = random.nextInt(lines.size());
            Collections.swap(lines, one, other);
            if (one != other) {
                assertFound(edited(segment, lines), segment, Math.min(one, other), "swap");
            }
        }
    }

    @Test
    void recordsThatWereCutOffAreFound() throws IOException {
        for (int i = 0; i < EDITS / 5; i++) {
            int segment = anySegment();
            List<byte[]> lines = new ArrayList<>(SEGMENTS.get(segment));
            int line = random.nextInt(lines.size());
            int kept = random.nextInt(lines.get(line).length);
            List<byte[]> rest = new ArrayList<>(lines.subList(0, line));
            rest.add(Arrays.copyOf(lines.get(line), kept));
            assertFound(edited(segment, rest), segment, line, "truncation to " + kept + " bytes");
        }
    }

    @Test
    void aRecordThatWasWrittenAnewWithTheWholeChainBehindItIsFound() throws IOException {
        for (int seq = 0; seq < records; seq++) {
            rewriteFrom(seq);
            AuditVerification result = verify();
            Problem problem = result.problem().orElseThrow();
            assertThat(result.records()).isLessThanOrEqualTo(seq);
            assertThat(problem.what()).contains("the signed checkpoint of").contains("has another root");
            assertThat(problem.seq()).as("up to the next checkpoint").isBetween((long) seq, seq + 11L);
            restore();
        }
    }

    private static void rewriteFrom(int seq) throws IOException {
        String prev = null;
        for (int segment = 0; segment < SEGMENTS.size(); segment++) {
            var lines = new ArrayList<byte[]>();
            for (byte[] original : SEGMENTS.get(segment)) {
                AuditRecord record = AuditRecord.parse(Arrays.copyOf(original, original.length - 1), "test");
                byte[] line = rewritten(record, seq, prev).line();
                prev = AuditRecord.hex(AuditRecord.leafHash(line));
                lines.add((new String(line, StandardCharsets.UTF_8) + '\n').getBytes(StandardCharsets.UTF_8));
            }
            write(files.segment(segment), lines);
        }
    }

    private static AuditRecord rewritten(AuditRecord record, int seq, String prev) {
        return new AuditRecord(record.seq(), record.time(), record.monotonicNanos(), record.boot(), record.seq() == seq ? record.pid() + 1 : record.pid(),
                record.device(), record.event(), record.fields(), prev == null ? record.prev() : prev);
    }

    private static void restore() throws IOException {
        for (int segment = 0; segment < SEGMENTS.size(); segment++) {
            write(files.segment(segment), SEGMENTS.get(segment));
        }
    }

    @Test
    void filesThatWereRemovedOrChangedPlacesAreFound() throws IOException {
        for (int segment = 0; segment < SEGMENTS.size(); segment++) {
            Files.delete(files.segment(segment));
            assertFound(verify(), segment, 0, "removal of a file");
            if (segment > 0) {
                write(files.segment(segment), SEGMENTS.get(0));
                assertFound(verify(), segment, 0, "another file");
            }
            restore();
        }
    }

    @Test
    void filesThatDoNotBelongToTheLogAreFound() throws IOException {
        for (int stray : new int[] {SEGMENTS.size() + 1, 99_999_999}) {
            Path file = files.segment(stray);
            Files.write(file, SEGMENTS.get(0).get(0));
            assertThat(verify().problem().orElseThrow().file()).isEqualTo(file.toString());
            Files.delete(file);
        }
        for (int count = 1; count <= 2; count++) {
            Files.createFile(files.segment(SEGMENTS.size() + count - 1));
            assertThat(verify().problem()).as("%d empty files behind the last, which does not end as one with a successor", count).isPresent();
        }
        Files.delete(files.segment(SEGMENTS.size()));
        Files.delete(files.segment(SEGMENTS.size() + 1));
        assertThat(verify().isIntact()).isTrue();
    }

    @Test
    void aByteOfACheckpointThatWasChangedIsFound() throws IOException {
        for (Path file : List.of(files.checkpoint(), files.history())) {
            byte[] original = Files.readAllBytes(file);
            for (int i = 0; i < original.length; i += 3) {
                byte[] changed = original.clone();
                changed[i] ^= (byte) (1 + random.nextInt(255));
                write(file, List.of(changed));
                assertThat(verify().problem()).as("byte %d of %s", i, file).isPresent();
            }
            Files.write(file, original);
        }
    }

    @Test
    void checkpointsThatWereRemovedAreFound() throws IOException {
        for (Path file : List.of(files.checkpoint(), files.history())) {
            byte[] original = Files.readAllBytes(file);
            Files.delete(file);
            assertThat(verify().problem().orElseThrow().what()).isEqualTo("is missing");
            for (int length = 0; length < original.length; length += 17) {
                write(file, List.of(Arrays.copyOf(original, length)));
                assertThat(verify().problem()).as("%d bytes of %s", length, file).isPresent();
            }
            Files.write(file, original);
        }
    }
}
