package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.HybridIdentity;
import dev.lockstep.loader.age.OwnerMac;
import dev.lockstep.loader.age.PassphraseIdentity;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.SavedSessionException;
import dev.lockstep.models.SavedSessionException.Reason;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.Jvm;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions in files: they continue bit for bit, for their owner and their model alone. Needs no shared data. */
class SavedSessionTest {
    private static final long SEED = 0x5E55;
    private static final String PROMPT = "Once upon a time";
    private static final Sampling GREEDY = Sampling.greedy().maxTokens(24);
    private static final Sampling SEEDED = Sampling.defaults().seed(SEED).maxTokens(24);
    private static final int FLIPS = 80;
    private static final int CUTS = 40;

    private static Model model;
    /** As in another process: nothing but the file is common. */
    private static Model other;
    private static X25519Identity owner;

    @TempDir
    private Path folder;
    private Path file;

    @BeforeAll
    static void load() {
        model = Models.demo();
        other = Models.demo();
        owner = X25519Identity.generate();
    }

    @AfterAll
    static void close() {
        model.close();
        other.close();
        owner.close();
    }

    @BeforeEach
    void name() {
        file = folder.resolve("session.age");
    }

    private static int[] tokens(int count) {
        int[] tokens = new int[count];
        Arrays.setAll(tokens, i -> 300 + i * 7 % 1500);
        return tokens;
    }

    private static void read(Session session, int count) {
        try (var memory = SecureArena.open("tokens")) {
            session.read(memory.allocateFrom(ValueLayout.JAVA_INT, tokens(count)));
        }
    }

    /** A session of some tokens, saved. */
    private void save(int count) throws IOException {
        try (Session session = model.newSession()) {
            read(session, count);
            session.save(file, owner);
        }
    }

    private Session open(AgeIdentity... identities) throws IOException {
        return other.openSession(file, List.of(identities));
    }

    /** Not one bit of what follows differs. */
    private static void assertSame(Session one, Session two) {
        assertThat(two.position()).isEqualTo(one.position());
        assertThat(Models.logits(two, tokens(3))).containsExactly(Models.logits(one, tokens(3)));
    }

    @ParameterizedTest
    @EnumSource
    void afterGeneratingItContinuesBitForBit(KvType type) throws IOException {
        for (Sampling sampling : List.of(GREEDY, SEEDED)) {
            try (Session session = model.newSession(SessionOptions.defaults().withKvCache(type))) {
                Models.generate(session, PROMPT, sampling.maxTokens(8));
                session.save(file, owner);
                try (Session restored = open(owner)) {
                    String text = Models.generate(session, "", sampling);
                    assertThat(Models.generate(restored, "", sampling)).isEqualTo(text).isNotBlank();
                    assertSame(session, restored);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 127, 128, 129})
    void atTheEdgesOfBlocksItContinuesInAContextOfAnotherSize(int count) throws IOException {
        for (KvType type : KvType.values()) {
            try (Session session = model.newSession(SessionOptions.defaults().withContext(150).withKvCache(type))) {
                read(session, count);
                session.save(file, owner);
                for (int context : new int[] {count + 8, 200}) {
                    try (Session restored = other.openSession(file, List.of(owner), context); Session never = model.newSession(SessionOptions.defaults().withContext(150).withKvCache(type))) {
                        assertThat(restored.context()).isEqualTo(context);
                        read(never, count);
                        never.decode(5);
                        restored.decode(5);
                        assertSame(never, restored);
                    }
                }
            }
        }
    }

    @Test
    void aPendingTokenMayBeginABlock() throws IOException {
        try (Session session = model.newSession()) {
            read(session, 63);
            session.decode(2);
            assertThat(session.position()).isEqualTo(65);
            session.save(file, owner);
            try (Session restored = open(owner)) {
                session.decode(3);
                restored.decode(3);
                assertSame(session, restored);
            }
        }
    }

    @Test
    void itIsSavedAgainAndAgainAndIsItsOwnersAlone() throws IOException {
        try (Session whole = model.newSession(); Session first = model.newSession()) {
            String text = Models.generate(whole, PROMPT, GREEDY);
            var parts = new StringBuilder(Models.generate(first, PROMPT, GREEDY.maxTokens(4)));
            first.save(file, owner);
            for (int turn = 0; turn < 5; turn++) {
                try (Session next = open(owner)) {
                    parts.append(Models.generate(next, "", GREEDY.maxTokens(4)));
                    next.save(file, owner);
                }
            }
            assertThat(parts).hasToString(text);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(folder.toFile().list()).containsExactly("session.age");
    }

    @Test
    void aHybridIdentityCanOwnIt() throws IOException {
        try (Session session = model.newSession(); var hybrid = HybridIdentity.generate()) {
            Models.generate(session, PROMPT, GREEDY);
            session.save(file, hybrid);
            try (Session restored = open(owner, hybrid)) {
                assertSame(session, restored);
            }
            refusedByAge(AgeException.Reason.NO_MATCH, owner);
        }
    }

    /** In a process of its own: scrypt needs more heap than tests have. */
    @Test
    void aPassphraseCanOwnIt() {
        assertThat(inAnotherProcess(PassphraseOwner.class)).isEqualTo("NO_MATCH, continued\n");
    }

    private String inAnotherProcess(Class<?> program) {
        var options = List.of("-Xmx768m", "--add-modules", Jvm.VECTOR_MODULE, "-Dlockstep.root=" + SharedData.projectRoot());
        var run = Cli.run(new ProcessBuilder(Jvm.command(options, program.getName(), List.of(file.toString()))), new byte[0]);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.text();
    }

    /** Saves and opens a session with a passphrase, and tries a wrong one. */
    static final class PassphraseOwner {
        private PassphraseOwner() {
        }

        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            try (Model model = Models.demo(); Session session = model.newSession(); var words = PassphraseIdentity.of("correct horse".toCharArray());
                    var wrong = PassphraseIdentity.of("Correct horse".toCharArray())) {
                read(session, 5);
                session.save(file, words);
                System.out.print(((AgeException) catchThrowable(() -> model.openSession(file, List.of(wrong)))).reason());
                try (Session restored = model.openSession(file, List.of(words))) {
                    assertSame(session, restored);
                }
                System.out.println(", continued");
            }
        }
    }

    @Test
    void aHeapThatIsTooSmallForAPassphraseIsNamed() throws IOException {
        try (Session session = model.newSession(); var words = PassphraseIdentity.of("correct horse".toCharArray())) {
            read(session, 5);
            assertThatExceptionOfType(AgeException.class).isThrownBy(() -> session.save(file, words)).withMessageContaining("allow a larger Java heap");
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void aContextThatIsTooShortIsNamed() throws IOException {
        save(129);
        for (int context : new int[] {16, 64, 128}) {
            assertThatExceptionOfType(ContextLengthException.class).isThrownBy(() -> other.openSession(file, List.of(owner), context))
                    .withMessageContaining("the context is " + context);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> other.openSession(file, List.of(owner), other.maxContext() + 1));
        other.openSession(file, List.of(owner), 129).close();
    }

    @Test
    void everyChangeIsRefusedAndLeavesNoFileOpen() throws IOException {
        save(70);
        byte[] good = Files.readAllBytes(file);
        long files = openFiles();
        var random = new SplittableRandom(SEED);
        for (int flip = 0; flip < FLIPS; flip++) {
            int bit = random.nextInt(good.length * Byte.SIZE);
            Files.write(file, flipped(good, bit));
            assertThat(catchThrowable(() -> open(owner))).as("bit %d, seed %d", bit, SEED).isInstanceOf(AgeException.class);
        }
        for (int cut = 0; cut < CUTS; cut++) {
            Files.write(file, Arrays.copyOf(good, random.nextInt(good.length)));
            assertThat(catchThrowable(() -> open(owner))).as("cut %d, seed %d", cut, SEED)
                    .isInstanceOfAny(AgeException.class, SavedSessionException.class);
        }
        Files.write(file, Arrays.copyOf(good, good.length + 1));
        refused(Reason.FOREIGN_MODEL);
        assertThat(openFiles()).isEqualTo(files);
    }

    /** Whoever knows the recipient can write files for it, and whoever once read a session can change it: the MAC stands against both. */
    @Test
    void whatSomebodyElseEncryptedForTheOwnerIsRefused() throws IOException {
        save(70);
        byte[] payload = payload(owner);
        var random = new SplittableRandom(SEED);
        for (int flip = 0; flip < FLIPS; flip++) {
            plant(flipped(payload, random.nextInt(payload.length * Byte.SIZE)));
            refused(Reason.NOT_AUTHENTIC);
        }
        plant(payload);
        open(owner).close();
    }

    @Test
    void aSessionOfSomebodyElseIsNotTheOwners() throws IOException {
        try (Session session = model.newSession(); var stranger = X25519Identity.generate()) {
            read(session, 5);
            session.save(file, stranger);
            refusedByAge(AgeException.Reason.NO_MATCH, owner);
            plant(payload(stranger));
            refused(Reason.NOT_AUTHENTIC);
        }
    }

    /** Written by its owner, so authentic; each number of the header that cannot be what it is, at its place in the format. */
    @Test
    void whatContradictsItselfIsMalformed() throws IOException {
        save(70);
        byte[] payload = payload(owner);
        int tooLarge = 1 << 20;
        for (int offset : new int[] {0, 8, 12, 64, 68, 72, 76, 80, 84, 92}) {
            plantAuthentic(payload, offset, tooLarge);
            refused(Reason.MALFORMED);
        }
        for (int position : new int[] {0, -1, 64, 129}) {
            plantAuthentic(payload, 88, position);
            refused(Reason.MALFORMED);
        }
    }

    private void plantAuthentic(byte[] payload, int offset, int value) throws IOException {
        byte[] changed = Arrays.copyOf(payload, payload.length - OwnerMac.BYTES);
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        try (var mac = owner.newMac("saved-session", Arrays.copyOfRange(changed, 16, 16 + OwnerMac.SALT_BYTES))) {
            mac.update(MemorySegment.ofArray(changed));
            byte[] whole = Arrays.copyOf(changed, payload.length);
            System.arraycopy(mac.finish(), 0, whole, changed.length, OwnerMac.BYTES);
            plant(whole);
        }
    }

    /** In a process of its own, because whoever asks what memory is still held ends its use. */
    @Test
    void noRefusalLeavesMemoryBehind() {
        assertThat(inAnotherProcess(Refusals.class)).isEqualTo("AgeException AgeException SavedSessionException SavedSessionException "
                + "ContextLengthException ContextLengthException held: 0 bytes\n");
    }

    /** One refusal of each kind, and what is held afterwards. */
    static final class Refusals {
        private Refusals() {
        }

        public static void main(String[] args) throws IOException {
            var test = new SavedSessionTest();
            test.file = Path.of(args[0]);
            test.folder = test.file.getParent();
            load();
            test.save(129);
            byte[] good = Files.readAllBytes(test.file);
            byte[] payload = test.payload(owner);
            Files.write(test.file, flipped(good, 0));
            say(() -> test.open(owner));
            Files.write(test.file, flipped(good, good.length * Byte.SIZE - 1));
            say(() -> test.open(owner));
            test.plant(flipped(payload, 0));
            say(() -> test.open(owner));
            test.plantAuthentic(payload, 0, 0);
            say(() -> test.open(owner));
            test.plant(payload);
            say(() -> other.openSession(test.file, List.of(owner), 64));
            say(() -> other.openSession(test.file, List.of(owner), 128));
            close();
            System.out.println("held: " + SecureArena.zeroAll().bytes() + " bytes");
        }

        private static void say(ThrowingCallable refusal) {
            System.out.print(catchThrowable(refusal).getClass().getSimpleName() + " ");
        }
    }

    private byte[] payload(AgeIdentity identity) throws IOException {
        Path plain = folder.resolve("payload");
        AgeFiles.decrypt(file, plain, List.of(identity), _ -> { });
        byte[] payload = Files.readAllBytes(plain);
        Files.delete(plain);
        return payload;
    }

    private void plant(byte[] payload) throws IOException {
        AgeFiles.replace(file, List.of(owner.recipient()), writer -> writer.write(payload, 0, payload.length));
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return flipped;
    }

    private void refused(Reason reason) {
        assertThatExceptionOfType(SavedSessionException.class).isThrownBy(() -> open(owner)).withMessageStartingWith("session.age: ")
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    private void refusedByAge(AgeException.Reason reason, AgeIdentity identity) {
        assertThatExceptionOfType(AgeException.class).isThrownBy(() -> open(identity))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    private static long openFiles() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    /** One weight of the model is another. */
    @Test
    void aSessionOfAnotherModelIsRefused() throws IOException {
        save(70);
        Path changed = folder.resolve("changed.gguf");
        byte[] weights = Files.readAllBytes(Models.demoFile());
        weights[weights.length - 1] ^= 1;
        Files.write(changed, weights);
        try (Model foreign = Models.unsigned(changed, 1)) {
            assertThatExceptionOfType(SavedSessionException.class).isThrownBy(() -> foreign.openSession(file, List.of(owner)))
                    .withMessageContaining("was saved with another model")
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.FOREIGN_MODEL));
        }
        plant("no session at all".getBytes(StandardCharsets.US_ASCII));
        refused(Reason.FOREIGN_MODEL);
    }

    @Test
    void aSaveThatFailsLeavesTheSessionAsItWas() throws IOException {
        try (Session session = model.newSession(); Session never = model.newSession()) {
            Models.generate(session, PROMPT, GREEDY.maxTokens(8));
            Models.generate(never, PROMPT, GREEDY.maxTokens(8));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> session.save(folder.resolve("none/session.age"), owner));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> session.save(folder, owner));
            var closed = X25519Identity.generate();
            closed.close();
            assertThatIllegalStateException().isThrownBy(() -> session.save(file, closed));
            assertThat(folder).isEmptyDirectory();
            assertThat(Models.generate(session, "", GREEDY)).isEqualTo(Models.generate(never, "", GREEDY));
        }
    }

    @Test
    void whatCannotBeSavedIsNamed() throws IOException {
        Session session = model.newSession();
        assertThatIllegalStateException().isThrownBy(() -> session.save(file, owner)).withMessageContaining("there is nothing to save");
        session.generate(PROMPT, GREEDY.maxTokens(1), _ -> assertThatIllegalStateException().isThrownBy(() -> session.save(file, owner)));
        session.close();
        assertThatIllegalStateException().isThrownBy(() -> session.save(file, owner));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        save(5);
        Path link = Files.createSymbolicLink(folder.resolve("link.age"), file);
        byte[] before = Files.readAllBytes(file);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> other.openSession(link, List.of(owner))).withMessageContaining("symbolic link");
        try (Session session = open(owner)) {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> session.save(link, owner)).withMessageContaining("symbolic link");
        }
        assertThat(file).hasBinaryContent(before);
    }

    /** The process ends in the middle of writing. */
    @Test
    void whoIsKilledWhileSavingLeavesTheOldFile() throws IOException {
        save(5);
        byte[] before = Files.readAllBytes(file);
        var killed = Cli.run(new ProcessBuilder(Jvm.command(List.of(), KilledWriter.class.getName(), List.of(file.toString()))), new byte[0]);
        assertThat(killed.exitCode()).as(killed.err()).isEqualTo(KilledWriter.EXIT);
        assertThat(file).hasBinaryContent(before);
        assertThat(folder.toFile().list()).as("what was half written lies beside it").hasSize(2);
        open(owner).close();
    }

    /** Replaces a file and is killed when a part of the new one is written. */
    static final class KilledWriter {
        static final int EXIT = 9;

        private KilledWriter() {
        }

        public static void main(String[] args) throws IOException {
            AgeFiles.replace(Path.of(args[0]), List.of(X25519Identity.generate().recipient()), writer -> {
                writer.write(new byte[1 << 20], 0, 1 << 20);
                Runtime.getRuntime().halt(EXIT);
            });
        }
    }
}
