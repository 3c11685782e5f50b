package dev.lockstep.app;

import dev.lockstep.guard.policy.AuditRule;
import dev.lockstep.guard.policy.DataClass;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.PolicyReview;
import dev.lockstep.guard.policy.PrincipalEntry;
import java.time.Instant;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lockstep policy check}: what a policy says, and what is odd about it. */
@Command(name = "check", description = "Says what a guard policy says, and warns of what is hardly meant; fails if it contradicts itself.")
final class PolicyCheckCommand extends IoCommand {
    @Mixin
    private PolicyFileArgument file;

    @Override
    public Integer call() {
        GuardPolicy policy = file.read();
        print(policy.description() + policy.notAfter().map(end -> ", until " + end).orElse(", without end"));
        policy.dataClasses().forEach(dataClass -> print(text(policy, dataClass)));
        print("default data class: " + policy.defaultDataClass().map(name -> '"' + name + '"').orElse("none; requests that name none are refused"));
        print("audit: " + text(policy.audit()));
        PolicyReview.of(policy, Instant.now()).forEach(finding -> io.err().println("lockstep: WARNING: " + Printable.text(finding)));
        return ExitCode.OK;
    }

    private void print(String line) {
        io.println(Printable.text(line));
    }

    private static String text(GuardPolicy policy, DataClass dataClass) {
        String who = policy.principals().stream().filter(entry -> entry.dataClasses().contains(dataClass.name())).map(PrincipalEntry::id)
                .filter(id -> dataClass.principals().map(ids -> ids.contains(id)).orElse(true)).sorted().collect(Collectors.joining(", "));
        return "data class \"" + dataClass.name() + "\": by " + (who.isEmpty() ? "nobody" : who)
                + "; with " + dataClass.models().stream().sorted().map(name -> '"' + name + '"').collect(Collectors.joining(", "))
                + (dataClass.unsignedModels() ? ", unsigned ones too" : "")
                + "; on a device that is \"" + dataClass.posture().name() + "\"; sessions " + kept(dataClass.saveSessions())
                + ", prompts " + kept(dataClass.logPrompts());
    }

    private static String text(AuditRule audit) {
        String where = audit.folder().map(folder -> ", below " + folder).orElse("");
        return audit.required() ? "required" + where + "; if it cannot be written: " + audit.onError().id() : "not required";
    }

    private static String kept(boolean kept) {
        return kept ? "may be kept" : "may not be kept";
    }
}
