package dev.lockstep.securemem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class HardeningTest {
    @AfterEach
    void soften() {
        Hardening.disable();
    }

    @Test
    void nothingIsPromisedBeforeItIsAskedFor() {
        HardeningReport report = Hardening.report();
        assertThat(report.isOn()).isFalse();
        assertThat(report.missing()).isEmpty();
    }

    @Test
    void whatIsMissingIsReportedWithTheFirstReason() {
        Hardening.miss(Measure.LOCKED, "mlock: ENOMEM");
        Hardening.miss(Measure.LOCKED, "mlock: EAGAIN");
        assertThat(Hardening.report().missing()).containsOnlyKeys(Measure.LOCKED).containsValue("mlock: ENOMEM");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "hardened memory needs Linux")
    void whatIsDemandedAndMissingIsRefused() {
        Hardening.enable(EnumSet.of(Measure.SEALED));
        assertThatExceptionOfType(HardeningException.class).isThrownBy(() -> Hardening.miss(Measure.SEALED, "mprotect: ENOMEM"))
                .withMessageContaining("weights read-only").withMessageContaining("mprotect: ENOMEM");
        Hardening.miss(Measure.LOCKED, "mlock: ENOMEM");
        assertThatExceptionOfType(HardeningException.class).isThrownBy(() -> Hardening.enable(Set.of(Measure.LOCKED)))
                .withMessageContaining("locked in memory");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "hardened memory needs Linux")
    void whoGoesOnAfterARefusalGetsNoMemory() {
        Hardening.enable(Set.of());
        Hardening.miss(Measure.LOCKED, "mlock: ENOMEM");
        assertThatExceptionOfType(HardeningException.class).isThrownBy(() -> Hardening.enable(Set.of(Measure.LOCKED)));
        assertThat(Hardening.report().isOn()).isFalse();
        try (var arena = SecureArena.open("test")) {
            assertThatExceptionOfType(HardeningException.class).isThrownBy(() -> arena.allocate(1)).withMessageContaining("mlock: ENOMEM");
        }
    }

    @Test
    void aMeasureThatIsForgoneIsReportedOnlyWhereItWasAskedFor() {
        Hardening.forgo(Measure.SEALED, "written again and again");
        assertThat(Hardening.report().missing()).isEmpty();
    }

    @Test
    void aReportIsACopy() {
        HardeningReport report = Hardening.report();
        report.missing().put(Measure.LOCKED, "?");
        assertThat(report.missing()).isEmpty();
    }
}
