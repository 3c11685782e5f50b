package dev.lockstep.app;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.MemoryPlan;
import dev.lockstep.models.Model;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.quant.DType;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * What there is to say about a checkpoint.
 *
 * @param plan empty if the file holds no model, or one that cannot be run
 * @param tokenizer empty if there is none, or one that is not supported
 * @param problem why it cannot be run
 */
record Inspection(VerifiedCheckpoint checkpoint, Optional<MemoryPlan> plan, Optional<Tokenizer> tokenizer,
        Optional<String> problem) {
    private static final String CHAT_TEMPLATE = "tokenizer.chat_template";

    static Inspection of(VerifiedCheckpoint checkpoint, LoadOptions options, SessionOptions session) {
        Tokenizer tokenizer = null;
        try {
            tokenizer = Model.tokenizer(checkpoint);
            // A file with only a vocabulary is whole in its way.
            Optional<MemoryPlan> plan = checkpoint.tensors().isEmpty() ? Optional.empty() : Optional.of(plan(checkpoint, options, session));
            return new Inspection(checkpoint, plan, Optional.of(tokenizer), Optional.empty());
        } catch (ModelFormatException e) {
            return new Inspection(checkpoint, Optional.empty(), Optional.ofNullable(tokenizer), Optional.of(e.getMessage()));
        }
    }

    private static MemoryPlan plan(VerifiedCheckpoint checkpoint, LoadOptions options, SessionOptions session) {
        return Embedder.isEncoder(checkpoint) ? Embedder.plan(checkpoint, options) : Model.plan(checkpoint, options, session);
    }

    private Map<DType, Long> bytesByType() {
        return checkpoint.tensors().stream().collect(Collectors.groupingBy(TensorInfo::type, TreeMap::new,
                Collectors.summingLong(TensorInfo::byteSize)));
    }

    private long parameters() {
        return checkpoint.tensors().stream().mapToLong(TensorInfo::elements).reduce(0, Math::addExact);
    }

    private String architecture() {
        return checkpoint.metadata().text("general.architecture").map(Printable::text).orElse("(not stated)");
    }

    private Optional<VocabularyFacts> vocabulary() {
        return tokenizer.map(usable -> new VocabularyFacts(checkpoint.metadata(), usable));
    }

    private boolean hasChatTemplate() {
        return checkpoint.metadata().get(CHAT_TEMPLATE).isPresent();
    }

    String text() {
        var text = new StringBuilder();
        line(text, "file", Printable.text(checkpoint.name()) + ", " + checkpoint.byteSize() + " bytes, " + checkpoint.format());
        line(text, "sha256", checkpoint.provenance().sha256());
        line(text, "signed by", switch (checkpoint.provenance()) {
            case Provenance.Signed signed -> signers(signed) + " as \"" + Printable.text(signed.subject()) + "\"";
            case Provenance.Unverified _ -> "NOBODY WE KNOW (--allow-unsigned)";
        });
        checkpoint.exposure().forEach(problem -> line(text, "exposed", Printable.text(problem)));
        line(text, "architecture", architecture() + ", " + parameters() + " parameters");
        line(text, "tensors", checkpoint.tensors().size() + ": " + bytesByType().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + " bytes").collect(Collectors.joining(", ")));
        line(text, "tokenizer", vocabulary().map(VocabularyFacts::text).orElse("none that can be used"));
        line(text, "chat template", hasChatTemplate() ? "yes" : "none");
        KernelSelection kernels = KernelSelection.current();
        line(text, "kernels", kernels.provider() + (kernels.vectorBits() > 0 ? ", " + kernels.vectorBits() + " bits" : "")
                + ": " + kernels.reason());
        plan.ifPresent(p -> line(text, "memory", MemoryText.of(p)));
        for (TensorInfo tensor : checkpoint.tensors()) {
            text.append(String.format("  %-32s %-6s %s%n", Printable.text(tensor.name()), tensor.type(), tensor.shape()));
        }
        return text.toString().stripTrailing();
    }

    private static String signers(Provenance.Signed signed) {
        return signed.signers().stream().map(Signer::description).collect(Collectors.joining(" and "));
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format("%-13s %s%n", name, value));
    }

    /** Every key is always there (docs/inspect.md). */
    ObjectNode json() {
        var root = Json.object();
        root.put("file", checkpoint.name()).put("bytes", checkpoint.byteSize()).put("format", checkpoint.format());
        root.put("sha256", checkpoint.provenance().sha256());
        root.set("signature", checkpoint.provenance() instanceof Provenance.Signed signed ? signature(signed) : null);
        checkpoint.exposure().forEach(root.putArray("exposure")::add);
        root.put("architecture", checkpoint.metadata().text("general.architecture").orElse(null));
        root.put("parameters", parameters());
        var types = root.putObject("bytesByType");
        bytesByType().forEach((type, bytes) -> types.put(type.name(), bytes));
        root.set("tokenizer", vocabulary().map(VocabularyFacts::json).orElse(null));
        root.put("chatTemplate", hasChatTemplate());
        KernelSelection kernels = KernelSelection.current();
        root.putObject("kernels").put("provider", kernels.provider()).put("vectorBits", kernels.vectorBits())
                .put("reason", kernels.reason());
        root.put("residency", checkpoint.residency().name());
        root.set("memory", plan.map(Inspection::memory).orElse(null));
        root.set("metadata", MetadataJson.of(checkpoint.metadata()));
        var tensors = root.putArray("tensors");
        checkpoint.tensors().forEach(each -> tensors.add(tensor(each)));
        root.put("problem", problem.orElse(null));
        return root;
    }

    private static ObjectNode signature(Provenance.Signed signed) {
        var signature = Json.object().put("signer", signed.signers().getFirst().key().hex()).put("subject", signed.subject());
        signed.signers().forEach(signer -> signature.withArray("signers").add(signer.key().hex()));
        return signature;
    }

    private static ObjectNode memory(MemoryPlan plan) {
        return Json.object().put("weights", plan.weights()).put("kvCache", plan.kvCache()).put("kvType", plan.kvType().name())
                .put("scratch", plan.scratch()).put("context", plan.context()).put("total", plan.total());
    }

    private static ObjectNode tensor(TensorInfo tensor) {
        var node = Json.object().put("name", tensor.name()).put("type", tensor.type().name());
        tensor.shape().forEach(node.putArray("shape")::add);
        return node.put("offset", tensor.byteOffset()).put("bytes", tensor.byteSize());
    }
}
