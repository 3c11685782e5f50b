/** The safetensors container (huggingface/safetensors, README, "Format"). */
package dev.lockstep.loader.internal.safetensors;
