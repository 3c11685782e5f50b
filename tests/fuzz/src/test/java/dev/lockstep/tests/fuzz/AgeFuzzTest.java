package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeKeys;
import dev.lockstep.loader.age.AgeReader;
import dev.lockstep.loader.age.AgeSource;
import dev.lockstep.securemem.SecureArena;
import java.util.List;
import java.util.Set;

/** Any bytes as an encrypted file. Nobody can change one so that it decrypts to something else. */
class AgeFuzzTest {
    /** Made for this corpus, and for nothing else. */
    static final String IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

    /** An encrypted file in memory. */
    record Bytes(String name, byte[] bytes) implements AgeSource {
        @Override
        public long byteSize() {
            return bytes.length;
        }

        @Override
        public void read(long position, byte[] target, int offset, int count) {
            System.arraycopy(bytes, Math.toIntExact(position), target, offset, count);
        }
    }

    @FuzzTest
    void decryptsOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if the file was decrypted to its end. */
    static boolean check(byte[] file) throws Exception {
        return Parsing.accepts(file.length, Set.of(AgeException.class), () -> {
            try (AgeIdentity identity = AgeKeys.identity(IDENTITY).orElseThrow();
                    var reader = AgeReader.open(new Bytes("fuzz.age", file), List.of(identity)); var memory = SecureArena.open("chunk")) {
                var chunk = memory.allocate(AgeReader.CHUNK_BYTES);
                for (long number = 0; number < reader.chunks(); number++) {
                    assertThat(reader.newChunks().decrypt(number, chunk, 0)).isBetween(0, AgeReader.CHUNK_BYTES);
                }
            }
        });
    }
}
