package dev.lockstep.models.internal;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.models.internal.DecoderSpec.Block;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.models.internal.DecoderSpec.QkNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The forward pass of a {@link TinyDecoder} in double arithmetic, one token after the other, as the formulas are written. It shares
 * neither kernels nor the table of architectures with the decoder that is compared with it.
 */
final class ReferenceDecoder {
    private final TinyDecoder m;
    /** By layer, then by position: all key heads, or value heads, side by side. */
    private final List<List<double[]>> keys = new ArrayList<>();
    private final List<List<double[]>> values = new ArrayList<>();

    ReferenceDecoder(TinyDecoder model) {
        this.m = model;
        for (int layer = 0; layer < model.layers; layer++) {
            keys.add(new ArrayList<>());
            values.add(new ArrayList<>());
        }
    }

    /** Logits of all tokens: shape (tokens, vocabulary). */
    double[] logits(int[] tokens) {
        double[] all = new double[tokens.length * m.vocabulary];
        for (int position = 0; position < tokens.length; position++) {
            System.arraycopy(logits(tokens[position], position), 0, all, position * m.vocabulary, m.vocabulary);
        }
        return all;
    }

    private double[] logits(int token, int position) {
        double[] x = row(m.matrix("token_embd.weight", m.vocabulary, m.dim), token);
        scale(x, m.embeddingScale);
        if (m.learned) {
            add(x, row(m.matrix("position_embd.weight", m.context, m.dim), position), 1);
        }
        for (int layer = 0; layer < m.layers; layer++) {
            block(x, layer, position);
        }
        double[] logits = linear(norm(x, "output_norm"), m.tied ? "token_embd" : "output", m.vocabulary, false);
        if (m.logitsBias) {
            add(logits, doubles(m.bias("output.bias", m.vocabulary)), 1);
        }
        scale(logits, m.logitScale);
        cap(logits, m.logitCap);
        return logits;
    }

    private void block(double[] x, int layer, int position) {
        String blk = "blk." + layer + ".";
        boolean outputNorms = m.block == Block.POST_NORM || m.block == Block.SANDWICH;
        double[] read = m.block == Block.POST_NORM ? x : norm(x, blk + "attn_norm");
        double[] attention = attention(read, blk, layer, position);
        attention = outputNorms ? norm(attention, blk + "post_attention_norm") : attention;
        double[] before = x.clone();
        add(x, attention, m.residualScale);
        double[] input = switch (m.block) {
            case POST_NORM -> x;
            case PRE_NORM, SANDWICH -> norm(x, blk + "ffn_norm");
            case PARALLEL -> read;
            case PARALLEL_NORMS -> norm(before, blk + "ffn_norm");
        };
        double[] update = m.experts > 0 ? mixture(input, blk) : feedForward(input, blk, "", m.hiddenDim);
        add(x, outputNorms ? norm(update, blk + "post_ffw_norm") : update, m.residualScale);
    }

    private double[] attention(double[] x, String blk, int layer, int position) {
        double[] q = linear(x, blk + "attn_q", m.heads * m.keyDim, m.qkvBias);
        double[] k = linear(x, blk + "attn_k", m.kvHeads * m.keyDim, m.qkvBias);
        double[] v = linear(x, blk + "attn_v", m.kvHeads * m.valueDim, m.qkvBias);
        q = qkNorm(q, blk + "attn_q_norm.weight");
        k = qkNorm(k, blk + "attn_k_norm.weight");
        if (m.rotated.test(layer)) {
            double[] frequencies = m.windowed.test(layer) && m.windowFrequencies != null ? m.windowFrequencies : m.frequencies;
            double magnitude = frequencies == m.windowFrequencies ? 1 : m.magnitude;
            rotate(q, frequencies, magnitude, position);
            rotate(k, frequencies, magnitude, position);
        }
        keys.get(layer).add(k);
        values.get(layer).add(v);
        double[] out = new double[m.heads * m.valueDim];
        for (int head = 0; head < m.heads; head++) {
            attend(q, head, layer, position, out);
        }
        return linear(out, blk + "attn_output", m.dim, m.outputBias);
    }

    private void attend(double[] q, int head, int layer, int position, double[] out) {
        int kvHead = head / (m.heads / m.kvHeads);
        int first = m.windowed.test(layer) ? Math.max(0, position - m.window + 1) : 0;
        double[] scores = new double[position + 1 - first];
        for (int p = first; p <= position; p++) {
            for (int i = 0; i < m.keyDim; i++) {
                scores[p - first] += q[head * m.keyDim + i] * keys.get(layer).get(p)[kvHead * m.keyDim + i];
            }
        }
        scale(scores, m.scoreScale);
        cap(scores, m.scoreCap);
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score);
        }
        for (int p = first; p <= position; p++) {
            for (int i = 0; i < m.valueDim; i++) {
                out[head * m.valueDim + i] += Math.exp(scores[p - first]) / sum * values.get(layer).get(p)[kvHead * m.valueDim + i];
            }
        }
    }

    private double[] qkNorm(double[] x, String name) {
        int size = m.qkNorm == QkNorm.EACH_HEAD ? m.keyDim : x.length;
        if (m.qkNorm != QkNorm.NONE) {
            double[] weight = doubles(m.norm(name, size));
            for (int from = 0; from < x.length; from += size) {
                double squares = 0;
                for (int i = 0; i < size; i++) {
                    squares += x[from + i] * x[from + i];
                }
                for (int i = 0; i < size; i++) {
                    x[from + i] *= weight[i] / Math.sqrt(squares / size + TinyDecoder.EPSILON);
                }
            }
        }
        return x;
    }

    void rotate(double[] x, double[] frequencies, double magnitude, int position) {
        for (int head = 0; head < x.length; head += m.keyDim) {
            for (int pair = 0; pair < frequencies.length; pair++) {
                int a = head + (m.halves ? pair : 2 * pair);
                int b = m.halves ? a + frequencies.length : a + 1;
                double cos = magnitude * Math.cos(position * frequencies[pair]);
                double sin = magnitude * Math.sin(position * frequencies[pair]);
                double first = x[a] * cos - x[b] * sin;
                x[b] = x[a] * sin + x[b] * cos;
                x[a] = first;
            }
        }
    }

    double[] feedForward(double[] x, String blk, String suffix, int hiddenDim) {
        double[] hidden = linear(x, blk + (m.gated ? "ffn_gate" : "ffn_up") + suffix, hiddenDim, m.feedForwardBias);
        double[] up = m.gated ? linear(x, blk + "ffn_up" + suffix, hiddenDim, m.feedForwardBias) : null;
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = activation(m.function, hidden[i]) * (m.gated ? up[i] : 1);
        }
        return linear(hidden, blk + "ffn_down" + suffix, m.dim, m.feedForwardBias);
    }

    private double[] mixture(double[] x, String blk) {
        double[] weights = Arrays.stream(linear(x, blk + "ffn_gate_inp", m.experts, false)).map(Math::exp).toArray();
        scale(weights, 1 / Arrays.stream(weights).sum());
        int[] chosen = IntStream.range(0, m.experts).boxed().sorted(Comparator.comparing((Integer expert) -> -weights[expert]))
                .limit(m.expertsUsed).mapToInt(expert -> expert).toArray();
        double sum = m.expertsNormalized ? Arrays.stream(chosen).mapToDouble(expert -> weights[expert]).sum() : 1;
        double[] out = new double[m.dim];
        for (int expert = 0; expert < m.experts; expert++) {
            // of all of them, so that all have weights
            double[] given = feedForward(x, blk, "." + expert, m.hiddenDim);
            int number = expert;
            if (Arrays.stream(chosen).anyMatch(each -> each == number)) {
                add(out, given, weights[expert] / sum * m.expertScale);
            }
        }
        if (m.sharedDim > 0) {
            double gate = m.sharedGate ? 1 / (1 + Math.exp(-linear(x, blk + "ffn_gate_inp_shexp", 1, false)[0])) : 1;
            add(out, feedForward(x, blk, "_shexp", m.sharedDim), gate);
        }
        return out;
    }

    private static double activation(ActivationFunction function, double x) {
        return switch (function) {
            case SILU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU -> x * normal(x);
        };
    }

    /** The integral of the normal distribution up to x, by Simpson's rule from −9, below which there is nothing to speak of. */
    private static double normal(double x) {
        int steps = 2000;
        double width = (x + 9) / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double at = -9 + i * width;
            sum += Math.exp(-at * at / 2) * (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * width / 3 / Math.sqrt(2 * Math.PI);
    }

    double[] norm(double[] x, String name) {
        double[] weight = doubles(m.norm(name + ".weight", m.dim));
        double mean = 0;
        for (double value : m.norm == Norm.RMS ? new double[0] : x) {
            mean += value / m.dim;
        }
        double squares = 0;
        for (double value : x) {
            squares += (value - mean) * (value - mean);
        }
        double[] out = new double[m.dim];
        for (int i = 0; i < m.dim; i++) {
            out[i] = (x[i] - mean) / Math.sqrt(squares / m.dim + TinyDecoder.EPSILON) * weight[i];
        }
        if (m.norm == Norm.LAYER) {
            add(out, doubles(m.bias(name + ".bias", m.dim)), 1);
        }
        return out;
    }

    double[] linear(double[] x, String name, int rows, boolean biased) {
        float[] weight = m.matrix(name + ".weight", rows, x.length);
        double[] y = new double[rows];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < x.length; column++) {
                y[row] += weight[row * x.length + column] * x[column];
            }
        }
        if (biased) {
            add(y, doubles(m.bias(name + ".bias", rows)), 1);
        }
        return y;
    }

    double[] row(float[] matrix, int row) {
        double[] values = new double[m.dim];
        for (int i = 0; i < m.dim; i++) {
            values[i] = matrix[row * m.dim + i];
        }
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    static void add(double[] x, double[] y, double factor) {
        for (int i = 0; i < x.length; i++) {
            x[i] += factor * y[i];
        }
    }

    private static void scale(double[] x, double factor) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }

    private static void cap(double[] x, double cap) {
        for (int i = 0; i < x.length && cap > 0; i++) {
            x[i] = cap * Math.tanh(x[i] / cap);
        }
    }
}
