package dev.lockstep.guard.policy;

import dev.lockstep.loader.signing.TrustFileException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who may use which model on which data, on which device, and what is kept and recorded of it. Immutable; docs/guard-policy.md describes
 * the JSON text. {@link PolicyDecider} decides by it.
 *
 * @param name what people call the policy; versions of one name are compared with each other
 * @param version grows with every change; a device that has seen one refuses those before it
 * @param notAfter when the policy ends, if it does
 * @param models that it knows
 * @param principals whom it knows
 * @param postures that data classes may ask for
 * @param dataClasses that it knows; data of others may not be processed
 * @param defaultDataClass of requests that name none; they are refused if it is absent
 * @param limits of every request
 * @param sha256 of the text it was read from, 64 hex digits, for the record
 */
public record GuardPolicy(String name, long version, Optional<Instant> notAfter, List<ModelEntry> models, List<PrincipalEntry> principals,
        List<PostureRule> postures, List<DataClass> dataClasses, Optional<String> defaultDataClass, Limits limits, AuditRule audit, String sha256) {
    /**
     * What applies where nobody has written a policy: the text is docs/examples/guard-built-in.json.
     *
     * <p>Any user of this machine, no service, may process data of no particular class with models that somebody vouches for; without
     * that only where the caller has said so, loudly, to the loader. Data of any other class is refused: nobody has said how it may be
     * processed. A debugger and agents in the process are a refusal, since they read what nobody else can; all else is recorded. Sessions
     * may be saved, since that happens only when the user asks for it, and with a key of theirs; prompts may not be logged.
     */
    public static final GuardPolicy BUILT_IN = parse(GuardPolicies.resource("guard-built-in.json"), "the built-in policy");

    public GuardPolicy {
        models = List.copyOf(models);
        principals = List.copyOf(principals);
        postures = List.copyOf(postures);
        dataClasses = List.copyOf(dataClasses);
    }

    /**
     * Reads a policy.
     *
     * @param json UTF-8
     * @param file what to call it in messages
     * @throws TrustFileException if it is malformed, contradicts itself, or holds anything that this version does not know: what it was
     *     meant to forbid would be allowed
     */
    public static GuardPolicy parse(byte[] json, String file) {
        return GuardPolicyReader.read(json, file);
    }

    /** The data class of a request, the default one if it names none; absent if the policy does not know it. */
    public Optional<DataClass> dataClass(Optional<String> named) {
        return named.or(() -> defaultDataClass)
                .flatMap(name -> dataClasses.stream().filter(each -> each.name().equals(name)).findFirst());
    }

    /** What a request may ask for: the limits of the policy and of the data class, of each the smaller. */
    public Limits limits(DataClass dataClass) {
        return limits.and(dataClass.limits());
    }

    /**
     * The entries that speak for somebody, each by itself. One that names a user speaks alone, so that somebody may be given less than a
     * group; else those of the groups speak, or the one for any user. Where a name is not known that the policy may have meant, nobody
     * speaks who could give more than it does.
     */
    List<PrincipalEntry> entriesFor(Principal principal) {
        List<PrincipalEntry> named = principals.stream().filter(entry -> entry.names(principal)).toList();
        List<PrincipalEntry> own = named.stream().filter(entry -> entry.kind() != PrincipalEntry.Kind.GROUP).toList();
        if (!own.isEmpty()) {
            return own;
        }
        if (mayBeNamedOtherwise(principal)) {
            return List.of();
        }
        boolean isStranger = named.isEmpty() && principal.kind() == Principal.Kind.USER && !mayBelongToNamedGroup(principal);
        return isStranger ? principals.stream().filter(PrincipalEntry::isForAny).toList() : named;
    }

    /** True of a user without a name, if the policy has less in mind for somebody by name. */
    boolean mayBeNamedOtherwise(Principal principal) {
        return principal.isNameless() && principals.stream().anyMatch(entry -> entry.needsNameOf(PrincipalEntry.Kind.USER));
    }

    /** The same for groups. */
    boolean mayBelongToNamedGroup(Principal principal) {
        return principal.hasNamelessGroup() && principals.stream().anyMatch(entry -> entry.needsNameOf(PrincipalEntry.Kind.GROUP));
    }

    /**
     * The entries that speak for a model, all of which have to be content: those with one of its names, or else the one for any; and
     * those that list its bytes, so that nobody escapes an entry by calling a model something else.
     */
    List<ModelEntry> entriesFor(ModelFacts model) {
        List<ModelEntry> named = models.stream().filter(entry -> entry.names(model)).toList();
        if (named.isEmpty()) {
            named = models.stream().filter(entry -> entry.name().equals(ModelEntry.ANY)).toList();
        }
        if (named.isEmpty()) {
            return named;
        }
        Stream<ModelEntry> byBytes = models.stream().filter(entry -> entry.digests().contains(model.sha256()));
        return Stream.concat(named.stream(), byBytes).distinct().toList();
    }

    /** For people: which policy, and which version of it. */
    public String description() {
        return '"' + name + "\", version " + version;
    }
}
