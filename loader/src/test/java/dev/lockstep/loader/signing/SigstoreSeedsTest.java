package dev.lockstep.loader.signing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Writes what tests/fuzz begins with. Only who has the keys of a sigstore can make a bundle of it, and these keys live no longer than
 * the test.
 */
class SigstoreSeedsTest {
    private static final Path FUZZ = Path.of("../tests/fuzz/src/test/resources/dev/lockstep/tests/fuzz");

    @Test
    @EnabledIfSystemProperty(named = "lockstep.fuzz.writeSeeds", matches = "true")
    void aBundleWithAllEvidenceAndItsTrustedRoot() throws IOException {
        TestSigstore sigstore = new TestSigstore().stampedAt(TestSigstore.SIGNED_AT);
        write("SigstoreFuzzTestInputs/verifiesOrRefuses/all-evidence.json", sigstore.bundle());
        write("TrustedRootFuzzTestInputs/readsOrRefuses/trusted-root.json", sigstore.rootFile());
    }

    private static void write(String name, byte[] bytes) throws IOException {
        Path file = FUZZ.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }
}
