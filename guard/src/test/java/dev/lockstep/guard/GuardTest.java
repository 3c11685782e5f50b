package dev.lockstep.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.audit.AuditSink;
import dev.lockstep.guard.monitor.Metrics.Counter;
import dev.lockstep.guard.monitor.SimpleMetrics;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.JvmView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.guard.posture.UnseenException;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.loader.gate.Usage;
import dev.lockstep.testkit.FakeDevice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a guard asks, when it asks again, and what it does when it cannot know or cannot record. */
class GuardTest {
    private static final Path MODEL = Path.of(FakeDevice.MODEL);
    private static final Provenance PROVENANCE = new Provenance.Unverified("1".repeat(64));
    private static final long RECHECK_SECONDS = 60;

    /** Anna may process three classes of data; the strict one allows no unsigned models, the loose one any device. */
    private static final String POLICY = """
            {"format": "lockstep-guard-policy/v1", "name": "test", "version": 7,
             "models": [{"name": "*"}],
             "principals": [{"type": "user", "name": "anna", "dataClasses": ["open", "strict", "loose"]}],
             "postures": [{"name": "fit", "recheckSeconds": 60, "others": {"fail": "refuse", "unknown": "warn"}},
                          {"name": "any", "others": {"fail": "warn", "unknown": "ignore"}}],
             "dataClasses": [
               {"name": "open", "models": ["*"], "posture": "fit", "unsignedModels": true, "limits": {"maxContext": 1000, "tokensPerMinute": 100}},
               {"name": "strict", "models": ["*"], "posture": "fit"},
               {"name": "loose", "models": ["*"], "posture": "any", "unsignedModels": true}],
             "defaultDataClass": "open",
             "audit": {"required": true}}
            """;

    private final RecordingSink sink = new RecordingSink();
    private final SimpleMetrics metrics = new SimpleMetrics();

    @TempDir
    private Path folder;

    private final List<Guard> guards = new ArrayList<>();
    private FakeDevice device;
    private Guard guard;

    @BeforeEach
    void open() {
        device = FakeDevice.healthy(folder);
        guard = open(options().withAudit(sink));
        sink.forget();
    }

    private GuardOptions options() {
        return options(POLICY);
    }

    private GuardOptions options(String policy) {
        var jvm = new JvmView(device.options(), device.arguments(), device.variables(), Set.of("java.base"), FakeDevice.BUILT_AT);
        var view = new DeviceView(device.root(), Platform.LINUX, () -> jvm, command -> {
            throw new UnseenException("there are no commands");
        }, device::now);
        return GuardOptions.of(GuardPolicy.parse(policy.getBytes(StandardCharsets.UTF_8), "policy"))
                .withProbe(new PostureProbe(view)).withClock(device::now).withMetrics(metrics);
    }

    @AfterEach
    void close() {
        sink.makeRoom();
        guards.forEach(Guard::close);
    }

    private Guard open(GuardOptions options) {
        Guard opened = Guard.open(options);
        guards.add(opened);
        return opened;
    }

    private static Request request(String user, String dataClass) {
        return Request.toInfer(new Principal(Principal.Kind.USER, user, Set.of()), Optional.of(dataClass));
    }

    private ModelGate gate() {
        return guard.gate(request("anna", "open"));
    }

    /** A gate through which the model was opened. */
    private ModelGate opened() {
        ModelGate gate = gate();
        gate.opening(MODEL);
        gate.verified(MODEL, PROVENANCE, 0);
        return gate;
    }

    private SessionGate session() {
        SessionGate session = opened().session(MODEL, PROVENANCE);
        session.opening(100);
        return session;
    }

    private void assertRefused(Runnable call, String rule) {
        assertThatExceptionOfType(RefusedException.class).isThrownBy(call::run).satisfies(e -> assertThat(e.rule()).isEqualTo(rule));
    }

    private static Usage used(long promptTokens, long generatedTokens) {
        return new Usage(promptTokens, generatedTokens, 10, 20, Usage.STOP);
    }

    @Test
    void itRecordsItsBeginningItsPolicyAndItsEnd() {
        Guard another = Guard.open(options().withAudit(sink));
        another.close();
        another.close();
        assertThat(sink.types()).containsExactly("process.start", "policy.load", "process.stop");
        assertThat(sink.values("policy.load", AuditField.POLICY_VERSION)).containsExactly(7L);
        assertThat(sink.values("policy.load", AuditField.POLICY_DIGEST)).containsExactly(another.policy().sha256());
    }

    @Test
    void onceItIsClosedItLetsNothingThrough() {
        ModelGate gate = gate();
        guard.close();
        assertRefused(() -> gate.opening(MODEL), Guard.CLOSED);
    }

    @Test
    void aModelAndASessionAreRecordedWithNumbersOnly() {
        ModelGate gate = opened();
        SessionGate session = gate.session(MODEL, PROVENANCE);
        session.opening(100);
        session.generating(10, 20);
        session.generated(used(10, 5));
        session.closed(4096);
        gate.closed(MODEL, PROVENANCE, 8192);
        assertThat(sink.types()).containsExactly("posture.result", "policy.decision", "model.verify", "policy.decision", "model.open",
                "session.open", "session.use", "session.close", "model.close");
        assertThat(sink.values("session.use", AuditField.GENERATED_TOKENS)).containsExactly(5L);
        assertThat(sink.values("session.close", AuditField.ZEROED_BYTES)).containsExactly(4096L);
        assertThat(metrics.snapshot().counters()).containsEntry(Counter.ZEROED_BYTES, 12_288L).containsEntry(Counter.GENERATED_TOKENS, 5L)
                .containsEntry(Counter.AUDIT_RECORDS, 11L);
    }

    @Test
    void aDeviceThatBecomesUnfitStopsARunningSessionAtItsNextCall() {
        SessionGate session = session();
        session.generating(1, 1);
        session.generated(used(1, 1));
        device.setting("kernel/yama/ptrace_scope", 0);
        session.generating(1, 1);
        session.generated(used(1, 1));
        sink.forget();
        device.setClock(device.now().plusSeconds(RECHECK_SECONDS));
        assertRefused(() -> session.generating(1, 1), "posture.ptrace");
        assertThat(sink.values("posture.result", AuditField.CHECK)).containsExactly("ptrace");
        assertThat(sink.values("policy.decision", AuditField.RULE)).containsExactly("posture.ptrace");
        assertThat(metrics.snapshot().counters()).containsEntry(Counter.REFUSALS, 1L);
    }

    @Test
    void aDeviceThatBecomesUnfitStopsTheCallThatIsRunning() {
        SessionGate session = session();
        session.generating(1, 1);
        session.continuing();
        device.setting("kernel/yama/ptrace_scope", 0).setClock(device.now().plusSeconds(RECHECK_SECONDS - 1));
        session.continuing();
        sink.forget();
        device.setClock(device.now().plusSeconds(1));
        assertRefused(session::continuing, "posture.ptrace");
        assertRefused(session::continuing, "posture.ptrace");
        assertThat(sink.values("posture.result", AuditField.CHECK)).as("somebody looked once").containsExactly("ptrace");
        assertThat(sink.values("policy.decision", AuditField.RULE)).containsExactly("posture.ptrace", "posture.ptrace");
    }

    @Test
    void whatOneSessionFindsOutStopsAnother() {
        SessionGate running = session();
        SessionGate asking = session();
        running.generating(1, 1);
        device.setting("kernel/yama/ptrace_scope", 0).setClock(device.now().plusSeconds(RECHECK_SECONDS));
        assertRefused(() -> asking.generating(1, 1), "posture.ptrace");
        assertRefused(running::continuing, "posture.ptrace");
    }

    @Test
    void whatCouldNotBeRecordedIsRecordedOnceItCanBe() {
        SessionGate session = session();
        session.generating(1, 1);
        device.setting("kernel/yama/ptrace_scope", 0).setClock(device.now().plusSeconds(RECHECK_SECONDS));
        sink.fill();
        assertRefused(session::continuing, "audit.required");
        sink.makeRoom();
        assertRefused(session::continuing, "posture.ptrace");
        assertThat(sink.values("posture.result", AuditField.CHECK)).contains("ptrace");
    }

    @Test
    void whatIsRunningEndsWithTheGuard() {
        ModelGate opened = opened();
        SessionGate session = opened.session(MODEL, PROVENANCE);
        session.opening(100);
        session.generating(1, 1);
        guard.close();
        sink.forget();
        device.setClock(device.now().plusSeconds(RECHECK_SECONDS));
        assertRefused(session::continuing, Guard.CLOSED);
        assertRefused(() -> session.generated(used(1, 1)), Guard.CLOSED);
        session.closed(4096);
        opened.closed(MODEL, PROVENANCE, 8192);
        assertThat(sink.types()).as("nothing comes after the end").isEmpty();
    }

    /** No timed assertion: it takes as long as it takes. */
    @Test
    void aDeviceThatBecomesUnfitIsRecordedWhileNobodyAsks() throws InterruptedException {
        guard.close();
        guard = open(options(POLICY.replace("\"recheckSeconds\": 60", "\"recheckSeconds\": 1")).withAudit(sink));
        opened();
        sink.forget();
        device.setting("kernel/yama/ptrace_scope", 0).setClock(device.now().plusSeconds(1));
        while (sink.values("posture.result", AuditField.CHECK).isEmpty()) {
            Thread.sleep(10);
        }
        assertThat(sink.values("posture.result", AuditField.CHECK)).contains("ptrace");
        assertThat(sink.values("posture.result", AuditField.PRINCIPAL)).as("nobody asked").isEmpty();
    }

    @Test
    void aDeviceThatIsMendedIsUsedAgain() {
        SessionGate session = session();
        device.setting("kernel/yama/ptrace_scope", 0).setClock(device.now().plusSeconds(RECHECK_SECONDS));
        assertRefused(() -> session.generating(1, 1), "posture.ptrace");
        device.setting("kernel/yama/ptrace_scope", 1).setClock(device.now().plusSeconds(RECHECK_SECONDS));
        sink.forget();
        session.generating(1, 1);
        assertThat(sink.values("posture.result", AuditField.DECISION)).containsExactly("allow");
    }

    @Test
    void aClockThatIsSetBackDoesNotKeepOldResultsFresh() {
        SessionGate session = session();
        device.setting("kernel/yama/ptrace_scope", 0).setClock(device.now().minusSeconds(RECHECK_SECONDS));
        assertRefused(() -> session.generating(1, 1), "posture.ptrace");
    }

    @Test
    void anUnfitDeviceOpensNothing() {
        device.arguments().add("-javaagent:/tmp/secret.jar");
        guard = open(options().withAudit(sink));
        assertRefused(() -> gate().opening(MODEL), "posture.jvm.agents");
    }

    @Test
    void aModelThatWasOpenedForLessIsLookedAtBeforeItIsUsedForMore() {
        opened();
        Path other = Path.of("/srv/models/open.gguf");
        device.write(other.toString(), "x").mode(other.toString(), "rw-rw-rw-");
        ModelGate loose = guard.gate(request("anna", "loose"));
        loose.opening(other);
        loose.verified(other, PROVENANCE, 0);
        assertRefused(() -> gate().session(other, PROVENANCE).opening(100), "posture.model.files");
    }

    @Test
    void whatNobodyVouchesForIsRefusedBeforeItIsKnownWhatItIs() {
        gate().openingUnsigned(MODEL);
        assertRefused(() -> guard.gate(request("anna", "strict")).openingUnsigned(MODEL), "model.unsigned");
        assertThat(sink.values("policy.decision", AuditField.RULE)).containsExactly("model.unsigned");
    }

    @Test
    void everyWarningIsToldAndRecordedOnce() {
        var told = new ArrayList<String>();
        device.setting("kernel/yama/ptrace_scope", 0).replace("/proc/self/task/101/status", "TracerPid:\t0", "TracerPid:\t77");
        guard = open(options().withAudit(sink).withWarnings(warning -> told.add(warning.rule())));
        guard.gate(request("anna", "loose")).opening(MODEL);
        assertThat(told).containsExactly("posture.debugger", "posture.ptrace");
        assertThat(sink.values("policy.decision", AuditField.RULE)).containsExactly("posture.debugger", "posture.ptrace");
        assertThat(sink.values("policy.decision", AuditField.DECISION)).containsOnly("warn");
    }

    @Test
    void refusalsAreRecordedWithNamesOfFilesWithoutTheirFolders() {
        device.mode(MODEL.toString(), "rw-rw-rw-");
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> gate().opening(MODEL)).withMessageContaining(MODEL.toString());
        for (String event : List.of("posture.result", "policy.decision")) {
            assertThat(sink.values(event, AuditField.REASON)).as(event).anySatisfy(reason -> assertThat(reason.toString()).contains("model.gguf"))
                    .noneSatisfy(reason -> assertThat(reason.toString()).contains(MODEL.toString()));
        }
    }

    @Test
    void aSessionThatMayNotBeKeptIsRefusedWithoutARecordOfASave() {
        assertRefused(session()::keeping, "keep.sessions");
        assertThat(sink.types()).doesNotContain("session.save");
    }

    @Test
    void anEndWithOpenModelsIsRecordedWithWhatWasOverwritten() {
        guard.close(4096);
        guard.close();
        assertThat(sink.values("process.stop", AuditField.ZEROED_BYTES)).containsExactly(4096L);
    }

    @Test
    void keysAndNewPoliciesAreRecorded() {
        guard.keyLoaded("device.example/1");
        guard.policyChanged();
        assertThat(sink.values("key.load", AuditField.KEY)).containsExactly("device.example/1");
        assertThat(sink.values("config.change", AuditField.POLICY_VERSION)).containsExactly(7L);
    }

    @Test
    void aSessionForOtherDataIsAskedAboutWithTheModelThatIsOpen() {
        opened();
        SessionGate strict = guard.gate(request("anna", "strict")).session(MODEL, PROVENANCE);
        assertRefused(() -> strict.opening(100), "model.unsigned");
        SessionGate stranger = guard.gate(request("mallory", "open")).session(MODEL, PROVENANCE);
        assertRefused(() -> stranger.opening(100), "principal.known");
    }

    @Test
    void aModelThatWasNotOpenedThroughTheGuardHasNoSessions() {
        SessionGate before = gate().session(MODEL, PROVENANCE);
        assertRefused(() -> before.opening(100), "model.listed");
        ModelGate gate = opened();
        gate.closed(MODEL, PROVENANCE, 1);
        SessionGate after = gate.session(MODEL, PROVENANCE);
        assertRefused(() -> after.opening(100), "model.listed");
    }

    @Test
    void aModelThatIsOpenTwiceIsOpenUntilBothAreClosed() {
        ModelGate gate = opened();
        opened();
        gate.closed(MODEL, PROVENANCE, 1);
        gate.session(MODEL, PROVENANCE).opening(100);
        gate.closed(MODEL, PROVENANCE, 1);
        assertRefused(() -> gate.session(MODEL, PROVENANCE).opening(100), "model.listed");
    }

    @Test
    void limitsAreRecordedAsSuchAndUnusedTokensAreGivenBack() {
        SessionGate session = session();
        assertRefused(() -> opened().session(MODEL, PROVENANCE).opening(1001), "limit.context");
        session.generating(10, 80);
        assertRefused(() -> session.generating(10, 1), "limit.tokensPerMinute");
        session.generated(used(10, 5));
        session.generating(10, 70);
        assertThat(sink.values("limit.hit", AuditField.RULE)).containsExactly("limit.context", "limit.tokensPerMinute");
    }

    @Test
    void manySessionsAtOnceGetNoMoreThanTheirShare() throws Exception {
        ModelGate gate = opened();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> call = () -> {
                SessionGate session = gate.session(MODEL, PROVENANCE);
                session.opening(100);
                try {
                    session.generating(10, 0);
                    return 1;
                } catch (RefusedException e) {
                    return 0;
                }
            };
            int allowed = 0;
            for (Future<Integer> each : threads.invokeAll(IntStream.range(0, 40).mapToObj(_ -> call).toList())) {
                allowed += each.get();
            }
            assertThat(allowed).as("of 100 tokens a minute, 10 each").isEqualTo(10);
        }
    }

    @Test
    void sessionsAreNotSavedUnlessThePolicyAllowsThat() {
        SessionGate session = session();
        assertRefused(session::saving, "keep.sessions");
    }

    @Test
    void whatCannotBeRecordedIsNotDone() {
        SessionGate session = session();
        session.generating(1, 1);
        sink.fill();
        assertRefused(() -> session.generated(used(1, 1)), "audit.required");
        assertRefused(() -> gate().opening(MODEL), "audit.required");
        assertRefused(() -> Guard.open(options().withAudit(sink)), "audit.required");
    }

    @Test
    void aPolicyThatAsksForARecordRefusesAllWithoutOne() {
        guard = open(options().withAudit(AuditSink.NONE));
        assertRefused(() -> gate().opening(MODEL), "audit.required");
        assertThat(metrics.snapshot().counters()).as("nothing was recorded, so nothing is counted").containsEntry(Counter.AUDIT_RECORDS, 2L);
    }

    @Test
    void aModelThatIsRejectedIsRecordedWithoutItsPath() {
        gate().rejected(MODEL, "DIGEST_MISMATCH");
        assertThat(sink.values("model.verify", AuditField.OUTCOME)).containsExactly("fail");
        assertThat(sink.values("model.verify", AuditField.MODEL)).containsExactly("model.gguf");
    }

    @Test
    void whoIsRecognizedIsRecorded() {
        guard.authenticated("service:minutes", true);
        guard.authenticated("service", false);
        assertThat(sink.values("authentication", AuditField.OUTCOME)).containsExactly("ok", "fail");
    }
}
