package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.ModelFacts;
import dev.lockstep.guard.policy.PolicyDecider;
import dev.lockstep.guard.policy.PolicyReview;
import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.policy.Recent;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.guard.posture.PostureReport;
import dev.lockstep.loader.signing.TrustFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Any bytes as a guard policy, which is then asked; and as what the doctor printed. */
class GuardPolicyFuzzTest {
    private static final Path SEEDS = Path.of("src/test/resources/dev/lockstep/tests/fuzz/GuardPolicyFuzzTestInputs");
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Request REQUEST =
            Request.toInfer(new Principal(Principal.Kind.USER, "anna", Set.of("legal")), Optional.of("confidential"));
    private static final ModelFacts MODEL = new ModelFacts("llama", "1".repeat(64), Set.of("a".repeat(64)), 3);

    @FuzzTest
    void readsOrRefuses(byte[] json) throws Exception {
        check(json);
    }

    @FuzzTest
    void readsOrRefusesPostures(byte[] json) throws Exception {
        checkPosture(json);
    }

    /** Otherwise fuzzing would end at the first check. */
    @Test
    void seedsAreRead() throws Exception {
        assertThat(check(Files.readAllBytes(SEEDS.resolve("readsOrRefuses/everything.json")))).isTrue();
        assertThat(checkPosture(Files.readAllBytes(SEEDS.resolve("readsOrRefusesPostures/everything.json")))).isTrue();
    }

    /** True if the bytes are a policy. */
    static boolean check(byte[] json) throws Exception {
        return Parsing.accepts(json.length, Set.of(TrustFileException.class), () -> ask(GuardPolicy.parse(json, "fuzz.json")));
    }

    private static boolean checkPosture(byte[] json) throws Exception {
        return Parsing.accepts(json.length, Set.of(TrustFileException.class), () -> assertThat(PostureReport.parse(json, "fuzz.json").at()).isNotNull());
    }

    private static void ask(GuardPolicy policy) {
        var decider = new PolicyDecider(policy);
        PolicyReview.of(policy, NOW);
        assertThat(decider.beforeOpening(REQUEST, new Posture(NOW, List.of()), true, NOW).trace()).isNotEmpty();
        assertThat(decider.beforeUse(REQUEST, MODEL, NOW).trace()).isNotEmpty();
        assertThat(decider.beforeGenerating(REQUEST, 100, 100, Recent.NONE, NOW).trace()).isNotEmpty();
    }
}
