package dev.lockstep.tests.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A trust policy that says everything a policy can say. */
final class TestPolicy {
    private TestPolicy() {
    }

    static byte[] everything() {
        try (var in = TestPolicy.class.getResourceAsStream("TrustDocumentFuzzTestInputs/readsOrRefuses/everything.json")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
