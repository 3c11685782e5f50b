package dev.lockstep.guard.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The rules on who asks, and for which data. Several entries may speak for somebody; permission is never put together from parts of two:
 * what a rule is not content with does not count for the next one.
 */
final class RequestRules {
    /** Longer than what anybody calls a class of data. In characters. */
    private static final int MAX_WORD = 64;

    private final GuardPolicy policy;
    private final Request request;
    private final Instant now;
    private final Trace trace;

    RequestRules(GuardPolicy policy, Request request, Instant now, Trace trace) {
        this.policy = policy;
        this.request = request;
        this.now = now;
        this.trace = trace;
    }

    /** Those who may do at all what is asked for. */
    List<PrincipalEntry> askPrincipal() {
        policy.notAfter().ifPresent(end -> trace.ask(Rule.POLICY_NOT_AFTER, now.isBefore(end), policy.description() + ", ends at " + end));
        List<PrincipalEntry> entries = policy.entriesFor(request.principal());
        String who = request.principal().id();
        trace.ask(Rule.PRINCIPAL_KNOWN, !entries.isEmpty(), entries.isEmpty() ? who + whyNobody() : who + " by " + ids(entries));
        entries = narrowed(Rule.PRINCIPAL_EXPIRED, entries, entry -> entry.isAlive(now), "has expired");
        return narrowed(Rule.PRINCIPAL_SCOPE, entries, entry -> entry.scopes().contains(request.scope()), "does not have the scope "
                + request.scope().id());
    }

    private String whyNobody() {
        Principal principal = request.principal();
        if (policy.mayBeNamedOtherwise(principal)) {
            return " has no name in the files of this machine, and may be a user whom the policy names; it has to name that number";
        }
        return policy.mayBelongToNamedGroup(principal)
                ? " is in a group that has no name in the files of this machine, and may be one that the policy names; it has to name the user, or the"
                        + " number of the group (id -G)"
                : " is nobody whom the policy knows";
    }

    /** The data class that may be processed; absent if it may not be, and there is nothing left to ask. */
    Optional<DataClass> askDataClass() {
        List<PrincipalEntry> entries = askPrincipal();
        Optional<DataClass> found = known();
        if (found.isEmpty()) {
            return found;
        }
        String name = found.get().name();
        entries = narrowed(Rule.PRINCIPAL_DATA_CLASS, entries, entry -> entry.dataClasses().contains(name), "may not process data class " + quoted(name));
        Optional<Set<String>> confined = found.get().principals();
        if (confined.isPresent()) {
            entries = narrowed(Rule.DATA_CLASS_PRINCIPALS, entries, entry -> confined.get().contains(entry.id()),
                    "is not among those whom data class " + quoted(name) + " is confined to");
        }
        return entries.isEmpty() ? Optional.empty() : found;
    }

    private Optional<DataClass> known() {
        Optional<DataClass> found = policy.dataClass(request.dataClass());
        String named = request.dataClass().map(name -> found.isPresent() || isWord(name) ? "data class " + quoted(name) : "a data class that is no plain word")
                .orElse("the request names no data class, and " + policy.defaultDataClass().map(name -> quoted(name) + " is the default")
                        .orElse("there is no default"));
        trace.ask(Rule.DATA_CLASS_KNOWN, found.isPresent(), found.isPresent() ? named
                : named + "; the policy says how to process " + policy.dataClasses().stream().map(each -> quoted(each.name())).sorted()
                        .collect(Collectors.joining(", ")));
        return found;
    }

    /** What is no short, plain word may be anything, a text that was to be processed included, and is not repeated. */
    private static boolean isWord(String name) {
        return name.length() <= MAX_WORD && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || ".-_".indexOf(c) >= 0);
    }

    /** Those with which a rule is content; it is not asked if none are left. */
    private List<PrincipalEntry> narrowed(Rule rule, List<PrincipalEntry> entries, Predicate<PrincipalEntry> condition, String problem) {
        List<PrincipalEntry> content = entries.stream().filter(condition).toList();
        if (!entries.isEmpty()) {
            trace.ask(rule, !content.isEmpty(), content.isEmpty() ? ids(entries) + ' ' + problem : ids(content));
        }
        return content;
    }

    private static String ids(List<PrincipalEntry> entries) {
        return entries.stream().map(PrincipalEntry::id).sorted().collect(Collectors.joining(", "));
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
