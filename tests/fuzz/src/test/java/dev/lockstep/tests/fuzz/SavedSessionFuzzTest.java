package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeKeys;
import dev.lockstep.loader.age.AgeWriter;
import dev.lockstep.loader.age.OwnerMac;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.SavedSessionException;
import dev.lockstep.models.internal.SessionShape;
import dev.lockstep.models.internal.saved.SavedSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Any bytes as a saved session: each input is authenticated and encrypted first, so that the parser behind both gets to see it. */
class SavedSessionFuzzTest {
    /** The shape that the seeds have. */
    static final SessionShape SHAPE = new SessionShape(1, 2, 4, 4, 10);
    static final String MODEL = "5e".repeat(32);
    static final int CONTEXT = 100;

    /** Where the format has the salt of the MAC. */
    static final int SALT_OFFSET = 16;

    @FuzzTest
    void continuesOrRefuses(byte[] session) throws Exception {
        check(session);
    }

    /** True if a model would continue the session. */
    static boolean check(byte[] session) throws Exception {
        try (AgeIdentity owner = AgeKeys.identity(AgeFuzzTest.IDENTITY).orElseThrow()) {
            byte[] file = encrypted(session, owner);
            return Parsing.accepts(file.length, Set.of(SavedSessionException.class, ContextLengthException.class), () -> {
                try (var saved = SavedSession.read(new AgeFuzzTest.Bytes("fuzz.age", file), List.of(owner), MODEL, SHAPE, CONTEXT)) {
                    long cache = session.length - SavedSessionSeed.HEADER_BYTES - SHAPE.logitsBytes();
                    assertThat(cache).isBetween(1L, SHAPE.cacheBytes(KvType.F32, CONTEXT));
                    assertThat(cache % SHAPE.cacheBytes(saved.kvType(), 1)).isZero();
                }
            });
        }
    }

    private static byte[] encrypted(byte[] session, AgeIdentity owner) throws IOException {
        byte[] salt = Arrays.copyOf(Arrays.copyOfRange(session, Math.min(SALT_OFFSET, session.length), session.length), OwnerMac.SALT_BYTES);
        var out = new ByteArrayOutputStream();
        try (var mac = owner.newMac("saved-session", salt); var writer = AgeWriter.create(out, List.of(owner.recipient()))) {
            mac.update(MemorySegment.ofArray(session));
            writer.write(session, 0, session.length);
            writer.write(mac.finish(), 0, OwnerMac.BYTES);
            writer.finish();
        }
        return out.toByteArray();
    }
}
