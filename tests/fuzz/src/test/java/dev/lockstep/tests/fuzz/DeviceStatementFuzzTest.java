package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.guard.device.DeviceParsers;
import dev.lockstep.guard.device.DeviceTrustException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any bytes as the statement of a device, and as what is signed in it. */
class DeviceStatementFuzzTest {
    private static final Path SEEDS = Path.of("src/test/resources/dev/lockstep/tests/fuzz/DeviceStatementFuzzTestInputs");

    @FuzzTest
    void readsOrRefusesWhatWasSent(byte[] json) throws Exception {
        check("readsOrRefusesWhatWasSent", json);
    }

    @FuzzTest
    void readsOrRefusesPostures(byte[] payload) throws Exception {
        check("readsOrRefusesPostures", payload);
    }

    @FuzzTest
    void readsOrRefusesCertificates(byte[] payload) throws Exception {
        check("readsOrRefusesCertificates", payload);
    }

    /** Otherwise fuzzing would end at the first check. */
    @ParameterizedTest
    @ValueSource(strings = {"readsOrRefusesWhatWasSent", "readsOrRefusesPostures", "readsOrRefusesCertificates"})
    void seedsAreRead(String target) throws Exception {
        assertThat(check(target, Files.readAllBytes(SEEDS.resolve(target).resolve("everything.json")))).isTrue();
    }

    private static boolean check(String target, byte[] bytes) throws Exception {
        return Parsing.accepts(bytes.length, Set.of(DeviceTrustException.class), () -> {
            switch (target) {
                case "readsOrRefusesWhatWasSent" -> DeviceParsers.document(bytes);
                case "readsOrRefusesPostures" -> DeviceParsers.posture(bytes);
                default -> DeviceParsers.certificate(bytes);
            }
        });
    }
}
