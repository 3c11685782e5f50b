/** Checkpoints of Keras 3 as those of Hugging Face transformers: settings and tensors under other names. */
package dev.lockstep.loader.internal.keras;
