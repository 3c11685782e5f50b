package dev.lockstep.models.internal;

import java.util.Arrays;

/**
 * The hidden states of an encoder in double arithmetic, as the formulas are written. Its weights are those of a {@link TinyDecoder}, of
 * which it takes sizes and tensors, but not what makes a decoder.
 */
final class ReferenceEncoder {
    private final TinyDecoder m;
    private final ReferenceDecoder operators;

    ReferenceEncoder(TinyDecoder model) {
        this.m = model;
        this.operators = new ReferenceDecoder(model);
    }

    /** Shape (tokens, dim). */
    double[][] states(int[] tokens) {
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < x.length; t++) {
            x[t] = operators.row(m.matrix("token_embd.weight", m.vocabulary, m.dim), tokens[t]);
            ReferenceDecoder.add(x[t], operators.row(m.matrix("token_types.weight", 2, m.dim), 0), 1);
            if (m.learned) {
                ReferenceDecoder.add(x[t], operators.row(m.matrix("position_embd.weight", m.context, m.dim), t), 1);
            }
            x[t] = operators.norm(x[t], "token_embd_norm");
        }
        for (int layer = 0; layer < m.layers; layer++) {
            x = block(x, "blk." + layer + ".");
        }
        return x;
    }

    private double[][] block(double[][] x, String blk) {
        double[][] attention = attention(x, blk);
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] sum = x[t].clone();
            ReferenceDecoder.add(sum, operators.linear(attention[t], blk + "attn_output", m.dim, m.outputBias), 1);
            double[] y = operators.norm(sum, blk + "attn_output_norm");
            sum = y.clone();
            ReferenceDecoder.add(sum, operators.feedForward(y, blk, "", m.hiddenDim), 1);
            out[t] = operators.norm(sum, blk + "layer_output_norm");
        }
        return out;
    }

    private double[][] attention(double[][] x, String blk) {
        double[][] q = project(x, blk + "attn_q");
        double[][] k = project(x, blk + "attn_k");
        double[][] v = project(x, blk + "attn_v");
        for (int t = 0; t < x.length && !m.learned; t++) {
            operators.rotate(q[t], m.frequencies, 1, t);
            operators.rotate(k[t], m.frequencies, 1, t);
        }
        double[][] out = new double[x.length][m.dim];
        for (int t = 0; t < x.length; t++) {
            for (int head = 0; head < m.heads; head++) {
                attend(q[t], k, v, head * m.keyDim, out[t]);
            }
        }
        return out;
    }

    private double[][] project(double[][] x, String name) {
        return Arrays.stream(x).map(row -> operators.linear(row, name, m.dim, m.qkvBias)).toArray(double[][]::new);
    }

    private void attend(double[] q, double[][] k, double[][] v, int head, double[] out) {
        double[] weights = new double[k.length];
        for (int t = 0; t < k.length; t++) {
            for (int i = 0; i < m.keyDim; i++) {
                weights[t] += q[head + i] * k[t][head + i];
            }
            weights[t] = Math.exp(weights[t] / Math.sqrt(m.keyDim));
        }
        double sum = Arrays.stream(weights).sum();
        for (int t = 0; t < k.length; t++) {
            for (int i = 0; i < m.keyDim; i++) {
                out[head + i] += weights[t] / sum * v[t][head + i];
            }
        }
    }
}
