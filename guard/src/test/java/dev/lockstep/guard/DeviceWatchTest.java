package dev.lockstep.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.guard.monitor.Monitor;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.ModelFacts;
import dev.lockstep.guard.policy.PostureRule;
import dev.lockstep.guard.policy.Reaction;
import dev.lockstep.guard.policy.Reactions;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.JvmView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.guard.posture.UnseenException;
import dev.lockstep.loader.Provenance;
import dev.lockstep.testkit.FakeDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For how long, and for which models, what a look found is good. */
class DeviceWatchTest {
    private static final Duration RECHECK = Duration.ofSeconds(60);
    private static final PostureRule STRICT = rule("strict");
    private static final PostureRule LOOSE = rule("loose");
    private static final Path GOOD = Path.of(FakeDevice.MODEL);
    private static final Path OPEN_TO_ALL = Path.of("/srv/models/open.gguf");

    private final OpenModels models = new OpenModels();
    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    private Path folder;

    private FakeDevice device;
    private DeviceWatch watch;

    private static PostureRule rule(String name) {
        return new PostureRule(name, Map.of(), new Reactions(Reaction.REFUSE, Reaction.REFUSE), Optional.empty(), RECHECK);
    }

    @BeforeEach
    void makeDevice() {
        device = FakeDevice.healthy(folder).write(OPEN_TO_ALL.toString(), "x").mode(OPEN_TO_ALL.toString(), "rw-rw-rw-");
        var jvm = new JvmView(device.options(), device.arguments(), device.variables(), Set.of("java.base"), FakeDevice.BUILT_AT);
        var view = new DeviceView(device.root(), Platform.LINUX, () -> jvm, command -> {
            throw new UnseenException("there are no commands");
        }, device::now);
        GuardOptions options = GuardOptions.of(GuardPolicy.BUILT_IN).withProbe(new PostureProbe(view)).withClock(device::now);
        watch = new DeviceWatch(options, Monitor.EVENTS_ONLY, models, nanos::get);
    }

    private void opened(Path model) {
        models.add(model, facts(model), STRICT.name());
    }

    private static ModelFacts facts(Path model) {
        return new ModelFacts(model.toString(), "0".repeat(64), Set.of(), 0);
    }

    private static CheckStatus modelFiles(Posture posture) {
        return posture.result("model.files").orElseThrow().status();
    }

    @Test
    void whatWasFoundOfOneModelSaysNothingOfAnother() {
        watch.look(STRICT, GOOD);
        opened(GOOD);
        watch.look(LOOSE, OPEN_TO_ALL);
        opened(OPEN_TO_ALL);
        assertThat(watch.current(STRICT, GOOD).isNew()).isFalse();
        DeviceWatch.Look other = watch.current(STRICT, OPEN_TO_ALL);
        assertThat(other.isNew()).isTrue();
        assertThat(modelFiles(other.posture())).isEqualTo(CheckStatus.FAIL);
        assertThat(watch.current(STRICT, OPEN_TO_ALL).isNew()).as("it is known by now").isFalse();
    }

    @Test
    void aLookBetweenTheOpeningOfAModelAndItsUseDoesNotMakeItKnown() {
        opened(GOOD);
        watch.look(STRICT, OPEN_TO_ALL);
        nanos.addAndGet(RECHECK.toNanos());
        assertThat(modelFiles(watch.current(STRICT, GOOD).posture())).as("the other is not open yet").isEqualTo(CheckStatus.PASS);
        opened(OPEN_TO_ALL);
        assertThat(modelFiles(watch.current(STRICT, OPEN_TO_ALL).posture())).isEqualTo(CheckStatus.FAIL);
    }

    @Test
    void aLookIsOverdueOnlyWhileAModelIsOpenForWhichItWasDemanded() {
        watch.look(STRICT, GOOD);
        nanos.addAndGet(RECHECK.toNanos());
        assertThat(watch.overdue()).as("nothing is open").isEmpty();
        models.add(GOOD, facts(GOOD), LOOSE.name());
        assertThat(watch.overdue()).as("what is open is open for less").isEmpty();
        opened(GOOD);
        assertThat(watch.overdue()).containsExactly(STRICT);
        device.setting("kernel/yama/ptrace_scope", 0);
        assertThat(watch.again(STRICT).changed()).extracting(CheckResult::check).containsExactly("ptrace");
        assertThat(watch.overdue()).as("the last look is fresh").isEmpty();
        assertThat(watch.current(STRICT, GOOD).isNew()).isFalse();
        nanos.addAndGet(RECHECK.toNanos());
        models.remove(GOOD, new Provenance.Unverified("0".repeat(64)), STRICT.name());
        assertThat(watch.overdue()).as("it is open for less only").isEmpty();
    }

    @Test
    void whatIsForgottenIsLookedForAgainAndAllOfItIsNew() {
        device.setting("kernel/yama/ptrace_scope", 0);
        DeviceWatch.Look look = watch.look(STRICT, GOOD);
        watch.forget(STRICT, look);
        assertThat(watch.current(STRICT, GOOD).changed()).isEqualTo(look.changed()).isNotEmpty();
        watch.forget(STRICT, look);
        assertThat(watch.current(STRICT, GOOD).isNew()).as("another look is not forgotten for it").isFalse();
    }

    @Test
    void aClockThatStandsDoesNotKeepOldResultsFresh() {
        watch.look(STRICT, GOOD);
        nanos.addAndGet(RECHECK.toNanos() - 1);
        assertThat(watch.current(STRICT, GOOD).isNew()).isFalse();
        nanos.incrementAndGet();
        assertThat(watch.current(STRICT, GOOD).isNew()).isTrue();
    }
}
