package dev.lockstep.models.internal;

import dev.lockstep.models.internal.PlannedTensors.Part;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which tensors the experts of one block are made of. An expert's matrix is planned by the name it had where each was a tensor of its
 * own ({@code ffn_up.3}, llama.cpp until 2024-04), also when it is a part of one for all ({@code ffn_up_exps}, shape (experts, rows,
 * columns)): so its panels do not cross into the next expert's.
 *
 * @param blk prefix of the block's names
 * @param dim width of the residual stream
 * @param hiddenDim width of an expert
 */
record ExpertTensors(PlannedTensors tensors, String blk, long dim, long hiddenDim, ExpertConfig experts) {
    void require() {
        tensors.require(blk + "ffn_gate_inp.weight", (long) experts.count(), dim);
        if (tensors.has(blk + "ffn_gate_up_exps.weight")) {
            stacked("ffn_gate_up_exps", 2 * hiddenDim, dim, List.of("ffn_gate", "ffn_up"));
        } else {
            matrices("ffn_gate", hiddenDim, dim);
            matrices("ffn_up", hiddenDim, dim);
        }
        matrices("ffn_down", dim, hiddenDim);
        if (experts.sharedDim() > 0) {
            shared(experts.sharedDim());
        }
    }

    private void matrices(String name, long rows, long columns) {
        if (tensors.has(blk + name + ".0.weight")) {
            IntStream.range(0, experts.count()).forEach(expert -> tensors.require(blk + name + "." + expert + ".weight", rows, columns));
        } else {
            stacked(name + "_exps", rows, columns, List.of(name));
        }
    }

    /** Of each expert these parts, expert by expert. */
    private void stacked(String name, long rows, long columns, List<String> parts) {
        List<Part> all = IntStream.range(0, experts.count()).boxed()
                .flatMap(expert -> parts.stream().map(part -> new Part(part + "." + expert, rows / parts.size()))).toList();
        tensors.requireParts(blk + name + ".weight", blk, ".weight", all, (long) experts.count(), rows, columns);
    }

    private void shared(long sharedDim) {
        Stream.of("ffn_gate_shexp", "ffn_up_shexp").forEach(name -> tensors.require(blk + name + ".weight", sharedDim, dim));
        tensors.require(blk + "ffn_down_shexp.weight", dim, sharedDim);
        if (experts.sharedGate()) {
            tensors.requireRow(blk + "ffn_gate_inp_shexp.weight", dim);
        }
    }
}
