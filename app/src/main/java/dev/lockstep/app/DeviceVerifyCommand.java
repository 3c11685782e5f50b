package dev.lockstep.app;

import dev.lockstep.guard.device.AttestationVerifier;
import dev.lockstep.guard.device.DeviceTrustException;
import dev.lockstep.guard.device.NonceStore;
import dev.lockstep.guard.device.PostureStatement;
import dev.lockstep.guard.device.StatementRules;
import dev.lockstep.guard.device.StatementVerifier;
import dev.lockstep.guard.device.VerifiedStatement;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.loader.signing.KeyId;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep device verify}: what whoever asked a device does with its answer. */
@Command(name = "verify", description = "Verifies the statement of a device; exit code 3 tells that it does not count, or that the device is not fit.")
final class DeviceVerifyCommand extends IoCommand {
    @Parameters(paramLabel = "STATEMENT", description = "What the device has sent.")
    private Path statement;

    @Mixin
    private AdminKeyOption administrators;

    @Option(names = "--nonce", required = true, paramLabel = "HEX", description = "The one that the device was asked with.")
    private String nonce;

    @Option(names = "--audience", paramLabel = "TEXT", description = "Who asked: the statement must be for them. Without, it must be for nobody by name.")
    private String audience;

    @Option(names = "--require", arity = "1..*", paramLabel = "CHECK", description = "Checks that must have passed: disk.encryption, secure.boot, …")
    private Set<String> required = Set.of();

    @Option(names = "--revoked", arity = "1..*", paramLabel = "ID", description = "Ids of device keys that do not count any more; @FILE reads them from a file.")
    private Set<String> revoked = Set.of();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var verifier = new StatementVerifier(administrators.value(), Arguments.checked(spec, this::rules), AttestationVerifier.NONE,
                io.guard().endpoint().clock());
        NonceStore asked = Arguments.checked(spec, () -> NonceStore.once(nonce));
        try {
            VerifiedStatement verified = verifier.verify(statement, asked);
            io.println(json ? Json.pretty(json(verified)) : text(verified));
            return ExitCode.OK;
        } catch (DeviceTrustException e) {
            if (json) {
                io.println(Json.pretty(Json.object().put("accepted", false).put("reason", Explanation.name(e.reason())).put("message", e.getMessage())));
            }
            throw e;
        }
    }

    private StatementRules rules() {
        StatementRules rules = StatementRules.DEFAULT.requiring(required).revoking(revoked.stream().map(KeyId::new).collect(Collectors.toSet()));
        return audience == null ? rules : rules.addressedTo(audience);
    }

    private static String text(VerifiedStatement verified) {
        PostureStatement says = verified.statement();
        var lines = new StringBuilder("accepted: " + says.device() + ", key " + says.keyId() + ", groups " + new TreeSet<>(verified.device().groups())
                + ", issued " + says.issuedAt() + ", measured " + says.posture().at());
        says.audience().ifPresent(who -> lines.append("\nfor: ").append(who));
        says.modelDigest().ifPresent(digest -> lines.append("\nmodel: ").append(digest));
        says.policyDigest().ifPresent(digest -> lines.append("\npolicy: ").append(digest));
        for (CheckResult result : says.posture().results()) {
            lines.append('\n').append(Explanation.name(result.status())).append("  ").append(result.check());
            if (!result.evidence().isEmpty()) {
                lines.append(": ").append(Printable.text(result.evidence()));
            }
        }
        return lines.toString();
    }

    private static ObjectNode json(VerifiedStatement verified) {
        PostureStatement says = verified.statement();
        ObjectNode report = Json.object().put("accepted", true).put("device", says.device()).put("key", says.keyId().hex());
        new TreeSet<>(verified.device().groups()).forEach(report.putArray("groups")::add);
        report.put("certifiedUntil", verified.device().notAfter().toString());
        report.put("issuedAt", says.issuedAt().toString()).put("expiresAt", says.expiresAt().toString()).put("measuredAt", says.posture().at().toString());
        says.audience().ifPresent(who -> report.put("audience", who));
        says.bootId().ifPresent(id -> report.put("bootId", id));
        says.policyDigest().ifPresent(digest -> report.put("policyDigest", digest));
        says.modelDigest().ifPresent(digest -> report.put("modelDigest", digest));
        var checks = report.putArray("checks");
        for (CheckResult result : says.posture().results()) {
            ObjectNode check = checks.addObject().put("check", result.check()).put("status", Explanation.name(result.status()));
            if (!result.evidence().isEmpty()) {
                check.put("evidence", result.evidence());
            }
        }
        return report;
    }
}
