package dev.lockstep.models.internal.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TurnEndTest {
    /** Without the line break, an answer would end at "Power User: ...". */
    @Test
    void aStopTextBeginsWithItsLineBreak() {
        assertThat(TurnEnd.stopText("\nUser: ")).contains("\nUser:");
        assertThat(TurnEnd.stopText("\n\n### Instruction:\n")).contains("\n### Instruction:");
        assertThat(TurnEnd.stopText(" \n  USER: ")).contains("\n  USER:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n", "\n- ", "\n\n1. ", "User: ", " ### Instruction:\n"})
    void whatAnswersHoldTooIsNoStopText(String markup) {
        assertThat(TurnEnd.stopText(markup)).isEmpty();
    }
}
