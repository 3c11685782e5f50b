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
        line(text, "tokenizer", tokenizer.map(t -> checkpoint.metadata().text("tokenizer.ggml.model").orElse("") + ", "
                + t.vocabularySize() + " tokens").orElse("none that can be used"));
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

    ObjectNode json() {
        var root = Json.object();
        root.put("file", checkpoint.name()).put("bytes", checkpoint.byteSize()).put("format", checkpoint.format());
        root.put("sha256", checkpoint.provenance().sha256());
        if (checkpoint.provenance() instanceof Provenance.Signed signed) {
            var signature = root.putObject("signature").put("signer", signed.signers().getFirst().key().hex()).put("subject", signed.subject());
            signed.signers().forEach(signer -> signature.withArray("signers").add(signer.key().hex()));
        } else {
            root.putNull("signature");
        }
        checkpoint.exposure().forEach(root.putArray("exposure")::add);
        root.put("architecture", checkpoint.metadata().text("general.architecture").orElse(null));
        root.put("parameters", parameters());
        var types = root.putObject("bytesByType");
        bytesByType().forEach((type, bytes) -> types.put(type.name(), bytes));
        tokenizer.ifPresent(t -> root.putObject("tokenizer")
                .put("model", checkpoint.metadata().text("tokenizer.ggml.model").orElse(null))
                .put("tokens", t.vocabularySize()));
        KernelSelection kernels = KernelSelection.current();
        root.putObject("kernels").put("provider", kernels.provider()).put("vectorBits", kernels.vectorBits())
                .put("reason", kernels.reason());
        plan.ifPresent(p -> root.putObject("memory").put("weights", p.weights()).put("kvCache", p.kvCache())
                .put("kvType", p.kvType().name()).put("scratch", p.scratch()).put("context", p.context()).put("total", p.total()));
        var tensors = root.putArray("tensors");
        for (TensorInfo tensor : checkpoint.tensors()) {
            var node = tensors.addObject().put("name", tensor.name()).put("type", tensor.type().name());
            tensor.shape().forEach(node.putArray("shape")::add);
            node.put("offset", tensor.byteOffset()).put("bytes", tensor.byteSize());
        }
        problem.ifPresent(p -> root.put("problem", p));
        return root;
    }
}
