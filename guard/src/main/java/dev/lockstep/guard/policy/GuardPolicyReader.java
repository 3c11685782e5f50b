package dev.lockstep.guard.policy;

import dev.lockstep.guard.policy.PrincipalEntry.Kind;
import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.TrustFileException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The JSON text of a guard policy. Members that it does not know are refused everywhere; {@code comment} is for people. */
final class GuardPolicyReader {
    static final String FORMAT = "lockstep-guard-policy/v1";

    static final Set<String> MEMBERS = Set.of("format", "name", "version", "notAfter", "models", "principals", "postures", "dataClasses",
            "defaultDataClass", "limits", "audit", "comment");
    static final Set<String> MODEL_MEMBERS = Set.of("name", "digests", "signers", "minVersion", "comment");
    static final Set<String> PRINCIPAL_MEMBERS = Set.of("type", "name", "tokenSha256", "notAfter", "scopes", "dataClasses", "comment");
    static final Set<String> AUDIT_MEMBERS = Set.of("required", "onError", "folder", "comment");

    private GuardPolicyReader() {
    }

    static GuardPolicy read(byte[] json, String file) {
        StrictJson root = StrictJson.parse(json, file, TrustFileException::new);
        root.allowOnly(MEMBERS);
        root.require("format", FORMAT);
        List<PostureRule> postures = PolicyJson.someEntries(root, "postures", PostureRuleReader::read, PostureRule::name);
        var policy = new GuardPolicy(PolicyJson.name(root, "name"), root.positiveNumber("version"), root.instantIfPresent("notAfter"),
                PolicyJson.someEntries(root, "models", GuardPolicyReader::model, ModelEntry::name),
                PolicyJson.someEntries(root, "principals", GuardPolicyReader::principal, PrincipalEntry::id), postures,
                PolicyJson.someEntries(root, "dataClasses", entry -> DataClassReader.read(entry, postures), DataClass::name),
                PolicyJson.nameIfPresent(root, "defaultDataClass"), DataClassReader.limits(root), audit(root),
                HexFormat.of().formatHex(Sha256.of(json)));
        requireConsistent(root, policy);
        return policy;
    }

    private static ModelEntry model(StrictJson model) {
        model.allowOnly(MODEL_MEMBERS);
        OptionalLong minVersion = model.has("minVersion") ? OptionalLong.of(model.positiveNumber("minVersion")) : OptionalLong.empty();
        return new ModelEntry(PolicyJson.name(model, "name"), PolicyJson.digests(model, "digests"),
                PolicyJson.namesIfPresent(model, "signers").orElse(Set.of()), minVersion);
    }

    private static PrincipalEntry principal(StrictJson principal) {
        principal.allowOnly(PRINCIPAL_MEMBERS);
        Kind kind = PolicyJson.word(principal, "type", principal.text("type"), Kind.class);
        String name = PolicyJson.name(principal, "name");
        if (kind != Kind.USER && name.equals(PrincipalEntry.ANY)) {
            throw principal.fault("speaks for any " + kind.id() + "; only for users that can be said");
        }
        Optional<String> token = principal.textIfPresent("tokenSha256").map(text -> PolicyJson.requireSha256(principal, "tokenSha256", text));
        if (token.isPresent() != (kind == Kind.SERVICE)) {
            throw principal.fault(kind == Kind.SERVICE ? "is a service without \"tokenSha256\"; lockstep policy token makes one"
                    : "has a \"tokenSha256\"; only services are known by tokens");
        }
        return new PrincipalEntry(kind, name, token, principal.instantIfPresent("notAfter"), scopes(principal),
                PolicyJson.namesIfPresent(principal, "dataClasses").orElse(Set.of()));
    }

    private static Set<Scope> scopes(StrictJson principal) {
        return PolicyJson.namesIfPresent(principal, "scopes").orElse(Set.of(Scope.INFER.id())).stream()
                .map(word -> PolicyJson.word(principal, "scopes", word, Scope.class)).collect(Collectors.toSet());
    }

    private static AuditRule audit(StrictJson root) {
        if (!root.has("audit")) {
            return AuditRule.NONE;
        }
        StrictJson audit = root.object("audit");
        audit.allowOnly(AUDIT_MEMBERS);
        return new AuditRule(audit.flag("required"),
                PolicyJson.wordIfPresent(audit, "onError", AuditRule.OnError.class).orElse(AuditRule.OnError.REFUSE),
                PolicyJson.nameIfPresent(audit, "folder").map(text -> folder(audit, text)));
    }

    /** A relative one would be another for everybody. */
    private static Path folder(StrictJson audit, String text) {
        try {
            Path folder = Path.of(text);
            if (folder.isAbsolute()) {
                return folder;
            }
        } catch (InvalidPathException e) {
            // the same fault: it is no folder of this system
        }
        throw audit.fault("member \"folder\" must be an absolute path of this system");
    }

    /** A name that leads nowhere was meant to lead somewhere. */
    private static void requireConsistent(StrictJson root, GuardPolicy policy) {
        Set<String> models = policy.models().stream().map(ModelEntry::name).collect(Collectors.toSet());
        Set<String> principals = policy.principals().stream().map(PrincipalEntry::id).collect(Collectors.toSet());
        Set<String> dataClasses = policy.dataClasses().stream().map(DataClass::name).collect(Collectors.toSet());
        for (DataClass dataClass : policy.dataClasses()) {
            String where = "the data class \"" + dataClass.name() + '"';
            requireKnown(root, where, "model", dataClass.models(), models);
            requireKnown(root, where, "principal", dataClass.principals().orElse(Set.of()), principals);
        }
        policy.principals().forEach(entry ->
                requireKnown(root, "the principal \"" + entry.id() + '"', "data class", entry.dataClasses(), dataClasses));
        requireKnown(root, "the policy", "data class", policy.defaultDataClass().stream().collect(Collectors.toSet()), dataClasses);
        var tokens = new HashSet<String>();
        policy.principals().forEach(entry -> entry.tokenSha256().ifPresent(token -> {
            if (!tokens.add(token)) {
                throw root.fault("has two services with one token; nobody could tell them apart");
            }
        }));
    }

    private static void requireKnown(StrictJson root, String where, String what, Set<String> names, Set<String> known) {
        names.stream().filter(name -> !known.contains(name)).sorted().findFirst().ifPresent(name -> {
            throw root.fault("has an unknown " + what + " \"" + name + "\" in " + where);
        });
    }
}
