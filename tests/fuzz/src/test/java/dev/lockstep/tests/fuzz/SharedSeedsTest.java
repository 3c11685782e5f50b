package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Test data of other owners as further inputs; skipped where it is not there, see {@link SharedData}. */
class SharedSeedsTest {
    private static final long MAX_SEED_BYTES = 4 << 20;

    @Test
    void hostileModelsKeepTheProperty() throws Exception {
        for (Path file : files("vectors/gguf-hostile", ".gguf")) {
            GgufFuzzTest.check(Files.readAllBytes(file));
        }
    }

    @Test
    void hostileWeightsKeepTheProperty() throws Exception {
        for (Path file : files("vectors/safetensors-hostile", ".safetensors")) {
            SafetensorsFuzzTest.check(Files.readAllBytes(file));
        }
    }

    @Test
    void signaturesAndTheirStatementsKeepTheProperty() throws Exception {
        for (Path file : files("vectors/oms", "")) {
            byte[] bytes = Files.readAllBytes(file);
            BundleFuzzTest.check(bytes);
            SigstoreFuzzTest.check(bytes);
            TrustedRootFuzzTest.check(bytes);
            StatementFuzzTest.check(bytes);
            byte[] payload = payload(file);
            if (payload.length > 0) {
                StatementFuzzTest.check(payload);
            }
        }
    }

    @Test
    void keysKeepTheProperty() throws Exception {
        for (Path file : files("vectors/oms", ".pem")) {
            PublicKeyFuzzTest.check(Files.readAllBytes(file));
            PrivateKeyFuzzTest.check(Files.readAllBytes(file));
        }
    }

    /** The statement in a bundle, or nothing. */
    private static byte[] payload(Path bundle) {
        try {
            JsonNode payload = SharedData.json(bundle).path("dsseEnvelope").path("payload");
            return payload.isString() ? Base64.getDecoder().decode(payload.stringValue()) : new byte[0];
        } catch (JacksonException | IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        try (var all = Files.walk(SharedData.path(folder))) {
            List<Path> files = all.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
                    .filter(file -> file.toFile().length() <= MAX_SEED_BYTES)
                    .toList();
            assertThat(files).isNotEmpty();
            return files;
        }
    }
}
