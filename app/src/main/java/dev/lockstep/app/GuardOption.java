package dev.lockstep.app;

import dev.lockstep.guard.Guard;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.Principal;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.guard.policy.Rule;
import dev.lockstep.guard.policy.ServiceToken;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.KeyFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether a model may be used here, now, and for this: the same options for every command that opens one. */
final class GuardOption {
    /** What refuses a token that nobody has, or that others can read. */
    private static final String TOKEN_RULE = "principal.token";

    @Option(names = "--guard", paramLabel = "POLICY",
            description = "A guard policy (docs/guard-policy.md). Default: ~/.config/lockstep/" + GuardPolicyFile.NAME + ", if there is one. That of the machine,"
                    + " /etc/lockstep/" + GuardPolicyFile.NAME + ", applies in any case.")
    private Path policy;

    @Option(names = "--guard-key", paramLabel = "PEM",
            description = "Who must have signed the guard policy, with lockstep sign POLICY. Default: nobody; only you may then be able to change it.")
    private Path policyKey;

    @Option(names = "--data-class", paramLabel = "NAME",
            description = "What kind of data is to be processed, as the guard policy calls it. Default: what the policy says.")
    private String dataClass;

    @Option(names = "--audit", paramLabel = "FOLDER",
            description = "Record what is done, without content (docs/audit.md). Default, if the policy asks for it: ~/.local/state/lockstep/audit."
                    + " Not for a record that the policy of the machine asks for.")
    private Path audit;

    @Option(names = "--service-token", paramLabel = "FILE",
            description = "A token: ask as the service that the guard policy knows by it, not as the user who runs this.")
    private Path serviceToken;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** The gate of this command. It looks at nothing yet, but begins the record. */
    ModelGate gate(Io io) {
        Guard guard = begin(io);
        return guard.gate(Request.toInfer(io.guard().principal(() -> principal(guard, io.guard().endpoint())), Optional.ofNullable(dataClass)));
    }

    /** What this command is decided by, which begins the record too. */
    GuardPolicy policy(Io io) {
        return begin(io).policy();
    }

    private Guard begin(Io io) {
        if (policyKey != null && policy == null) {
            throw new ParameterException(command.commandLine(), "--guard-key says who signed the policy of --guard");
        }
        return io.guard().begin(this, io);
    }

    /** The policy that applies on a machine. */
    GuardPolicyFile.InUse readPolicy(Endpoint endpoint) {
        return GuardPolicyFile.on(endpoint, Optional.ofNullable(policy), Optional.ofNullable(policyKey));
    }

    /** Where somebody who ran the command wants the record, as far as they have a say in it. */
    Optional<Path> namedAuditFolder(Endpoint endpoint) {
        return endpoint.isGoverned() ? Optional.empty() : Optional.ofNullable(audit);
    }

    /** Where the record is to be kept, if one is. */
    Optional<Path> auditFolder(GuardPolicy read, Endpoint endpoint) {
        Optional<Path> demanded = read.audit().folder().map(all -> ownFolder(all, user(endpoint)));
        if (demanded.isPresent() && audit != null && !audit.toAbsolutePath().normalize().equals(demanded.get())) {
            throw new ParameterException(command.commandLine(), "the guard policy has the record kept in " + demanded.get() + "; leave --audit away");
        }
        if (audit != null && read.audit().required() && endpoint.isGoverned()) {
            throw new RefusedException(GuardPolicyFile.MACHINE_RULE, "the guard policy of this machine demands the record, which --audit cannot move;"
                    + " leave --audit away");
        }
        return demanded.or(() -> Optional.ofNullable(audit))
                .or(() -> read.audit().required() ? Optional.of(endpoint.auditFolder()) : Optional.empty());
    }

    private Principal principal(Guard guard, Endpoint endpoint) {
        return serviceToken == null ? recognized(guard, endpoint) : service(guard);
    }

    private static Principal recognized(Guard guard, Endpoint endpoint) {
        try {
            return user(endpoint);
        } catch (RefusedException e) {
            guard.authenticated("user", false);
            throw e;
        }
    }

    /** A record is its user's alone, so each has one, below a folder where all of them are kept. */
    private static Path ownFolder(Path all, Principal user) {
        Path own = all.resolve(user.name()).normalize();
        if (!all.normalize().equals(own.getParent())) {
            throw new RefusedException(Rule.AUDIT_REQUIRED.id(), "no folder below " + all + " can be called as this user: " + user.name());
        }
        return own;
    }

    private static Principal user(Endpoint endpoint) {
        try {
            return endpoint.user().principal();
        } catch (IOException e) {
            throw new RefusedException(Rule.PRINCIPAL_KNOWN.id(), "the system does not say who runs this: " + e.getMessage());
        }
    }

    private Principal service(Guard guard) {
        try (ServiceToken token = ServiceToken.read(serviceToken)) {
            Optional<Principal> service = token.service(guard.policy());
            guard.authenticated(service.map(Principal::id).orElse("service"), service.isPresent());
            return service.orElseThrow(() -> new RefusedException(TOKEN_RULE, "the token in " + serviceToken + " is none that the policy knows"));
        } catch (KeyFileException e) {
            guard.authenticated("service", false);
            throw new RefusedException(TOKEN_RULE, e.getMessage());
        }
    }
}
