package dev.lockstep.loader.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lockstep.loader.age.AgeException.Reason;
import dev.lockstep.loader.signing.SharedFolder;
import dev.lockstep.securemem.SecureArena;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The CCTV vectors of age, all of them: what must be decrypted, and what must fail where. */
class AgeVectorsTest {
    private static final Map<String, Optional<Reason>> OUTCOMES = Map.of(
            "success", Optional.empty(),
            "no match", Optional.of(Reason.NO_MATCH),
            "HMAC failure", Optional.of(Reason.HEADER_MAC),
            "header failure", Optional.of(Reason.HEADER),
            "payload failure", Optional.of(Reason.PAYLOAD),
            "armor failure", Optional.of(Reason.ARMOR));

    @TestFactory
    List<DynamicTest> everyVectorEndsAsExpected() throws IOException {
        var tests = new ArrayList<DynamicTest>();
        try (Stream<Path> files = Files.list(SharedFolder.resolve("vectors/age/testdata"))) {
            files.sorted().forEach(file -> tests.add(dynamicTest(file.getFileName().toString(), () -> run(file))));
        }
        assertThat(tests).hasSize(143);
        return tests;
    }

    private static void run(Path path) throws Exception {
        byte[] all = Files.readAllBytes(path);
        int end = indexOfEmptyLine(all);
        Map<String, List<String>> header = header(new String(all, 0, end, StandardCharsets.UTF_8));
        byte[] file = Arrays.copyOfRange(all, end + 2, all.length);
        if (header.containsKey("compressed")) {
            file = new InflaterInputStream(new ByteArrayInputStream(file)).readAllBytes();
        }
        var released = new ByteArrayOutputStream();
        Optional<Reason> outcome = Optional.empty();
        try {
            byte[] binary = header.containsKey("armored") ? AgeArmor.decode(file, path.toString()) : file;
            decrypt(new BytesSource("vector", binary), identities(header), released);
        } catch (AgeException e) {
            outcome = Optional.of(e.reason());
        }
        assertThat(outcome).isEqualTo(OUTCOMES.get(header.get("expect").getFirst()));
        if (header.containsKey("payload")) {
            assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(released.toByteArray())))
                    .isEqualTo(header.get("payload").getFirst());
        }
    }

    private static int indexOfEmptyLine(byte[] bytes) {
        for (int i = 0; i + 1 < bytes.length; i++) {
            if (bytes[i] == '\n' && bytes[i + 1] == '\n') {
                return i;
            }
        }
        throw new AssertionError("no empty line");
    }

    private static Map<String, List<String>> header(String text) {
        var header = new HashMap<String, List<String>>();
        text.lines().forEach(line -> header.computeIfAbsent(line.substring(0, line.indexOf(": ")), _ -> new ArrayList<>())
                .add(line.substring(line.indexOf(": ") + 2)));
        return header;
    }

    private static List<AgeIdentity> identities(Map<String, List<String>> header) {
        var identities = new ArrayList<AgeIdentity>();
        header.getOrDefault("identity", List.of()).forEach(text -> identities.add(AgeKeys.identity(text).orElseThrow()));
        header.getOrDefault("passphrase", List.of()).forEach(text -> identities.add(PassphraseIdentity.of(text.toCharArray())));
        return identities;
    }

    /**
     * The vectors say what readers may release that do not know the size of a file: they take a chunk that says it is the last one and
     * then find more, or a whole one that says it is not and then find nothing. This reader releases less.
     */
    private static void releaseWhatOthersDo(AgeReader.Chunks chunks, long number, boolean last, MemorySegment chunk, ByteArrayOutputStream released)
            throws IOException {
        try {
            int count = chunks.decrypt(number, last, chunk, 0);
            if (count == AgeReader.CHUNK_BYTES || last) {
                released.writeBytes(chunk.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
            }
        } catch (AgeException e) {
            assertThat(e.reason()).isEqualTo(Reason.PAYLOAD);
        }
    }

    private static void decrypt(AgeSource source, List<AgeIdentity> identities, ByteArrayOutputStream released) throws IOException {
        try (var reader = AgeReader.open(source, identities); var memory = SecureArena.open("chunk")) {
            MemorySegment chunk = memory.allocate(AgeReader.CHUNK_BYTES);
            var chunks = reader.newChunks();
            for (long number = 0; number < reader.chunks(); number++) {
                try {
                    int count = chunks.decrypt(number, chunk, 0);
                    released.writeBytes(chunk.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
                } catch (AgeException e) {
                    releaseWhatOthersDo(chunks, number, number < reader.chunks() - 1, chunk, released);
                    throw e;
                }
            }
        }
    }
}
