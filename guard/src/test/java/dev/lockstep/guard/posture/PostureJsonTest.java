package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The words that fleets rely on. */
class PostureJsonTest {
    @Test
    void membersHaveTheNamesThatAreWrittenDown() {
        var posture = new Posture(Instant.parse("2026-11-24T10:00:00Z"), List.of(
                new CheckResult("swap", CheckStatus.PASS, "no swap", ""), new CheckResult("ptrace", CheckStatus.FAIL, "é \"0\"", "sysctl")));
        assertThat(PostureJson.of(posture).lines().map(String::strip)).containsExactly("{",
                "\"format\" : \"lockstep-posture/v1\",", "\"at\" : \"2026-11-24T10:00:00Z\",", "\"fit\" : false,", "\"checks\" : [ {",
                "\"check\" : \"swap\",", "\"status\" : \"pass\",", "\"evidence\" : \"no swap\",", "\"remedy\" : \"\"", "}, {",
                "\"check\" : \"ptrace\",", "\"status\" : \"fail\",", "\"evidence\" : \"\\u00E9 \\\"0\\\"\",", "\"remedy\" : \"sysctl\"", "} ]", "}");
    }

    @Test
    void aDeviceWhoseChecksAreUnknownIsFitAsFarAsIsKnown() {
        var posture = new Posture(Instant.EPOCH, List.of(new CheckResult("swap", CheckStatus.UNKNOWN, "?", "look")));
        assertThat(PostureJson.of(posture)).contains("\"fit\" : true").contains("\"status\" : \"unknown\"");
    }
}
