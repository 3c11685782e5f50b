/**
 * Models with random weights: a {@link dev.lockstep.app.synth.SyntheticModel} in one of the
 * {@link dev.lockstep.app.synth.ModelShape shapes} of real ones.
 */
package dev.lockstep.app.synth;
