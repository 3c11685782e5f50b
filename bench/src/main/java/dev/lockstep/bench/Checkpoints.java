package dev.lockstep.bench;

import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.SigningKeys;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where files lie that suites read. */
final class Checkpoints {
    private static final Path ROOT = Path.of(System.getProperty("lockstep.root", ""));
    private static final Path BUNDLED = ROOT.resolve("models/checkpoints");

    private Checkpoints() {
    }

    /** The bundled demo model, five million parameters. */
    static Path demo() {
        return BUNDLED.resolve("andersen-5m-q8_0.gguf");
    }

    /** Trusts the demo model's signature. */
    static TrustPolicy demoTrust() {
        return TrustPolicy.of(SigningKeys.readPublicKey(BUNDLED.resolve("demo-key.pub.pem")));
    }

    /** Test data of other owners, found as tests find it (see CONTRIBUTING.md); may be missing. */
    static Path shared() {
        return Stream.of(System.getProperty("lockstep.shared"), System.getenv("LOCKSTEP_SHARED"))
                .filter(name -> name != null && !name.isBlank()).findFirst().map(Path::of)
                .orElse(ROOT.resolve("../shared"));
    }
}
