package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.guard.policy.RateWindow.Admission;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateWindowTest {
    private static final Principal ANNA = Facts.user("anna");
    private static final Principal EVE = Facts.user("eve");

    private final AtomicLong seconds = new AtomicLong(-5);
    private final RateWindow window = new RateWindow(() -> seconds.get() * 1_000_000_000);

    private Admission admit(Principal principal, long tokens) {
        return window.admit(principal, tokens, _ -> new Decision(List.of()));
    }

    private Recent recent(Principal principal) {
        var seen = new Recent[1];
        window.admit(principal, 0, recent -> {
            seen[0] = recent;
            return new Decision(List.of(new RuleResult("test", RuleResult.Outcome.REFUSE, "")));
        });
        return seen[0];
    }

    @Test
    void itCountsWhatWasAllowedByPrincipal() {
        admit(ANNA, 100);
        admit(ANNA, 20);

        assertThat(recent(ANNA)).isEqualTo(new Recent(2, 120));
        assertThat(recent(EVE)).isEqualTo(Recent.NONE);
    }

    @Test
    void whatWasRefusedDoesNotCount() {
        recent(ANNA);

        assertThat(recent(ANNA)).isEqualTo(Recent.NONE);
    }

    @Test
    void aMinuteLaterItIsForgottenAndNotBefore() {
        admit(ANNA, 100);
        seconds.addAndGet(30);
        admit(ANNA, 20);

        seconds.addAndGet(30);
        assertThat(recent(ANNA)).isEqualTo(new Recent(2, 120));
        seconds.addAndGet(1);
        assertThat(recent(ANNA)).isEqualTo(new Recent(1, 20));
        seconds.addAndGet(1_000_000);
        assertThat(recent(ANNA)).isEqualTo(Recent.NONE);
    }

    @Test
    void aSecondThatComesAroundAgainBeginsAtNothing() {
        admit(ANNA, 100);
        seconds.addAndGet(61);
        admit(ANNA, 20);

        assertThat(recent(ANNA)).isEqualTo(new Recent(1, 20));
    }

    @Test
    void whatWasSetAsideAndNotUsedIsGivenBack() {
        Admission admission = admit(ANNA, 100);
        window.settle(admission, 30);

        assertThat(recent(ANNA)).isEqualTo(new Recent(1, 30));
    }

    @Test
    void nothingIsGivenBackThatIsForgotten() {
        Admission admission = admit(ANNA, 100);
        seconds.addAndGet(61);
        admit(ANNA, 20);
        window.settle(admission, 0);

        assertThat(recent(ANNA)).isEqualTo(new Recent(1, 20));
    }

    @Test
    void nothingIsGivenBackForWhatWasRefused() {
        admit(ANNA, 100);
        window.settle(window.admit(ANNA, 50, _ -> new Decision(List.of(new RuleResult("test", RuleResult.Outcome.REFUSE, "")))), 0);

        assertThat(recent(ANNA)).isEqualTo(new Recent(1, 100));
    }

    @Test
    void moreTokensThanThereAreNumbersAreTheLargestNumber() {
        Admission first = admit(ANNA, Long.MAX_VALUE);
        Admission second = admit(ANNA, Long.MAX_VALUE);
        assertThat(recent(ANNA)).isEqualTo(new Recent(2, Long.MAX_VALUE));

        window.settle(first, 0);
        window.settle(second, 0);
        assertThat(recent(ANNA).tokens()).isNotNegative();
    }

    @Test
    void thoseWhoAskAtOnceDoNotGetMoreThanThereIs() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            var asked = threads.invokeAll(IntStream.range(0, 400).<Callable<Boolean>>mapToObj(_ -> () ->
                    window.admit(ANNA, 1, RateWindowTest::lessThanFifty).decision().isAllowed()).toList());
            int allowed = 0;
            for (var each : asked) {
                allowed += each.get() ? 1 : 0;
            }
            assertThat(allowed).isEqualTo(50);
        }
    }

    private static Decision lessThanFifty(Recent recent) {
        var outcome = recent.requests() < 50 ? RuleResult.Outcome.PASS : RuleResult.Outcome.REFUSE;
        return new Decision(List.of(new RuleResult("test", outcome, "")));
    }
}
