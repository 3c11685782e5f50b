package dev.lockstep.app.quantize;

import dev.lockstep.loader.QuantizationRule;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;

/** How far quantized weights are from the original ones. Mutable; one thread at a time. */
public final class WeightError {
    private double squaredErrors;
    private double squares;

    private WeightError() {
    }

    /**
     * The root mean square of the errors of all matrices that can be quantized, divided by that of their weights.
     *
     * @param quantized has tensors of the same names and shapes; the weights of neither have been loaded
     */
    public static double between(VerifiedCheckpoint original, VerifiedCheckpoint quantized) {
        var error = new WeightError();
        for (TensorInfo tensor : original.tensors()) {
            if (QuantizationRule.isQuantizable(tensor.name(), tensor.shape())) {
                error.add(original, tensor, quantized, quantized.tensor(tensor.name()).orElseThrow());
            }
        }
        return Math.sqrt(error.squaredErrors / error.squares);
    }

    private void add(VerifiedCheckpoint original, TensorInfo tensor, VerifiedCheckpoint quantized, TensorInfo same) {
        try (var memory = SecureArena.open("compared rows")) {
            long rowBytes = Math.multiplyExact(tensor.columns(), (long) Float.BYTES);
            MemorySegment weights = memory.allocate(rowBytes);
            MemorySegment approximate = memory.allocate(rowBytes);
            MemorySegment encoded = memory.allocate(tensor.type().byteSize(tensor.columns()));
            MemorySegment encodedAgain = memory.allocate(same.type().byteSize(tensor.columns()));
            for (long row = 0; row < tensor.rows(); row++) {
                decodeRow(original, tensor, row, encoded, weights);
                decodeRow(quantized, same, row, encodedAgain, approximate);
                addRow(weights, approximate);
            }
        }
    }

    private static void decodeRow(VerifiedCheckpoint checkpoint, TensorInfo tensor, long row, MemorySegment encoded, MemorySegment floats) {
        DType type = tensor.type();
        checkpoint.readTensor(tensor, row, encoded);
        type.codec().orElseThrow().decode(encoded, 0, floats, 0, tensor.columns() / type.blockElements());
    }

    private void addRow(MemorySegment weights, MemorySegment approximate) {
        for (long at = 0; at < weights.byteSize(); at += Float.BYTES) {
            double weight = weights.get(LittleEndian.FLOAT, at);
            double error = approximate.get(LittleEndian.FLOAT, at) - weight;
            squaredErrors += error * error;
            squares += weight * weight;
        }
    }
}
