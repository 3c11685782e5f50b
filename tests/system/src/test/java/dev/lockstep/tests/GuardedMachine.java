package dev.lockstep.tests;

import dev.lockstep.app.InProcess;
import dev.lockstep.app.InProcess.Machine;
import dev.lockstep.guard.audit.AuditRecord;
import dev.lockstep.guard.audit.AuditRecords;
import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.JvmView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.PostureProbe;
import dev.lockstep.guard.posture.UnseenException;
import dev.lockstep.testkit.Cli.Result;
import dev.lockstep.testkit.FakeDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A laptop of files, fit when it is made, with a user, a home, a policy, and the command line on it. */
final class GuardedMachine {
    /** Demands a fit device and a record; data of one class, which anna may process. */
    static final String POLICY = """
            {"format": "lockstep-guard-policy/v1", "name": "test", "version": 1,
             "models": [{"name": "*"}],
             "principals": [{"type": "user", "name": "anna", "dataClasses": ["internal"]}],
             "postures": [{"name": "fit", "minKernel": "6.1", "others": {"fail": "refuse", "unknown": "refuse"}}],
             "dataClasses": [{"name": "internal", "models": ["*"], "posture": "fit"}],
             "defaultDataClass": "internal",
             "audit": {"required": true}}
            """;

    private final Path home;
    private final FakeDevice device;
    private final Path policy;
    private String user = "anna";

    /** @param folder an empty one */
    GuardedMachine(Path folder) throws IOException {
        home = Files.createDirectory(folder.resolve("home"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        device = FakeDevice.healthy(Files.createDirectory(folder.resolve("device")));
        device.write(Models.demoFile().toString(), "GGUF");
        for (Path each = Models.demoFile().getParent(); each.getNameCount() > 0; each = each.getParent()) {
            device.mode(each.toString(), "rwxr-xr-x");
        }
        device.mode(Models.demoFile().toString(), "rw-r--r--");
        policy = home.resolve("policy.json");
        policy(POLICY);
    }

    FakeDevice device() {
        return device;
    }

    Path home() {
        return home;
    }

    /** Replaces the policy that commands name. */
    GuardedMachine policy(String json) throws IOException {
        Files.writeString(policy, json);
        return this;
    }

    /** Somebody else sits before it; null if the system does not say who. */
    GuardedMachine user(String name) {
        user = name;
        return this;
    }

    Path policyFile() {
        return policy;
    }

    /** Where the administrator of the machine says what applies. */
    Path machineFolder() {
        return home.resolve("etc");
    }

    /** How the checks see it. */
    PostureProbe probe() {
        return new PostureProbe(new DeviceView(device.root(), Platform.LINUX, this::jvm, command -> {
            throw new UnseenException("there are no commands");
        }, device::now));
    }

    private JvmView jvm() {
        return new JvmView(device.options(), device.arguments(), device.variables(), Set.of("java.base"), FakeDevice.BUILT_AT);
    }

    /** Runs a command line, with the policy. */
    Result run(Object... arguments) {
        return runWithInput("", arguments);
    }

    /** The same with a text on standard input. */
    Result runWithInput(String input, Object... arguments) {
        var all = new ArrayList<Object>(List.of(arguments));
        all.addAll(List.of("--guard", policy));
        return runOn(input, all.toArray());
    }

    /** The same without a policy. */
    Result runPlain(Object... arguments) {
        return runOn("", arguments);
    }

    private Result runOn(String input, Object... arguments) {
        var principal = user == null ? null : new Principal(Principal.Kind.USER, user, Set.of());
        return InProcess.runOn(new Machine(probe(), machineFolder(), configuration(), state(), principal, home, device::now),
                input.getBytes(StandardCharsets.UTF_8), arguments);
    }

    /** Where the user does. */
    Path configuration() {
        return home.resolve("config");
    }

    Path state() {
        return home.resolve("state");
    }

    Path auditFolder() {
        return state().resolve("audit");
    }

    /** What was recorded so far, in order. */
    List<AuditRecord> records() {
        var all = new ArrayList<AuditRecord>();
        try (var records = AuditRecords.of(auditFolder())) {
            for (Optional<AuditRecord> each = records.next(); each.isPresent(); each = records.next()) {
                all.add(each.get());
            }
        }
        return all;
    }

    /** Of one kind, as text. */
    List<String> records(String event) {
        return records().stream().filter(each -> each.event().equals(event)).map(each -> each.fields().toString()).toList();
    }
}
