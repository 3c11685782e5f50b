package dev.lockstep.guard.policy;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The rules on a model whose bytes are known. */
final class ModelRules {
    private final GuardPolicy policy;
    private final ModelFacts model;
    private final Trace trace;

    ModelRules(GuardPolicy policy, ModelFacts model, Trace trace) {
        this.policy = policy;
        this.model = model;
        this.trace = trace;
    }

    void ask(DataClass dataClass) {
        List<ModelEntry> entries = policy.entriesFor(model);
        Set<String> names = entries.stream().map(ModelEntry::name).collect(Collectors.toCollection(TreeSet::new));
        String called = '"' + model.name() + '"' + (model.subject().equals(model.name()) ? "" : ", signed as \"" + model.subject() + '"');
        if (!trace.ask(Rule.MODEL_LISTED, !entries.isEmpty(), entries.isEmpty() ? called + " is no model of the policy"
                : called + " is " + quoted(names))) {
            return;
        }
        boolean allowed = dataClass.models().containsAll(names);
        trace.ask(Rule.DATA_CLASS_MODELS, allowed, "data class \"" + dataClass.name() + "\" may be processed by "
                + quoted(new TreeSet<>(dataClass.models())));
        askSigned(dataClass);
        // in an order that does not depend on the policy's
        entries.stream().sorted((one, other) -> one.name().compareTo(other.name())).forEach(this::askEntry);
    }

    private void askSigned(DataClass dataClass) {
        if (model.signers().isEmpty()) {
            askUnsigned(dataClass, trace);
        } else {
            trace.ask(Rule.MODEL_UNSIGNED, true, "somebody vouches for the model");
        }
    }

    /** Of a model for which nobody vouches, whichever it is. */
    static void askUnsigned(DataClass dataClass, Trace trace) {
        trace.ask(Rule.MODEL_UNSIGNED, dataClass.unsignedModels(), "nobody vouches for the model; data class \"" + dataClass.name() + "\" "
                + (dataClass.unsignedModels() ? "allows that" : "needs that"));
    }

    private void askEntry(ModelEntry entry) {
        if (!entry.digests().isEmpty()) {
            trace.ask(Rule.MODEL_DIGEST, entry.digests().contains(model.sha256()), "the model has the digest " + model.sha256());
        }
        if (!entry.signers().isEmpty()) {
            boolean signed = !Collections.disjoint(entry.signers(), model.signers());
            trace.ask(Rule.MODEL_SIGNER, signed, model.signers().isEmpty() ? "nobody signed it"
                    : "signed by " + String.join(", ", new TreeSet<>(model.signers())));
        }
        entry.minVersion().ifPresent(min -> trace.ask(Rule.MODEL_MIN_VERSION, model.version() >= min, version() + "; at least " + min + " is needed"));
    }

    private String version() {
        return model.version() > 0 ? "version " + model.version() : "no release statement says which version it is";
    }

    private static String quoted(Set<String> names) {
        return names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
    }
}
