package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.BundleVerifier;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.SignedManifest;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

/** Any bytes as a signed statement: each input is signed first, so that the parser behind the signature gets to see it. */
class StatementFuzzTest {
    private static final Path ROOT = Path.of("root").toAbsolutePath();

    @FuzzTest
    void acceptsOrRefuses(byte[] statement) throws Exception {
        check(statement);
    }

    /** True if the statement is accepted. */
    static boolean check(byte[] statement) throws Exception {
        byte[] bundle = TestKey.bundleOf(statement);
        return Parsing.accepts(bundle.length, Set.of(ModelSignatureException.class), () -> {
            SignedManifest manifest = BundleVerifier.verify(bundle, "fuzz.sig", TestKey.TRUSTED);
            assertThat(manifest.names()).isNotEmpty().allMatch(name -> name.equals(".") || staysBelowRoot(name));
            manifest.names().forEach(name -> assertThat(manifest.digestsOf(name).orElseThrow().digests()).isNotEmpty());
            assertThat(manifest.toString()).doesNotContainPattern("\\p{Cntrl}");
        });
    }

    private static boolean staysBelowRoot(String name) {
        try {
            Path path = ROOT.resolve(name);
            return path.equals(path.normalize()) && path.startsWith(ROOT) && !path.equals(ROOT);
        } catch (InvalidPathException e) {
            // No file of this system can have the name, so none can be mistaken for it.
            return true;
        }
    }
}
