/**
 * How well a model predicts a text, and how far its predictions are from another's: {@link dev.lockstep.app.quality.ScoredText} runs
 * the models, {@link dev.lockstep.app.quality.Perplexity} and {@link dev.lockstep.app.quality.Divergence} sum up.
 */
package dev.lockstep.app.quality;
