/** Models with random weights: {@link dev.lockstep.app.synth.SyntheticModel} in one of the {@link dev.lockstep.app.synth.ModelShape shapes}. */
package dev.lockstep.app.synth;
