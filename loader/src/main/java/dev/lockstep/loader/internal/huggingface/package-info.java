/**
 * Checkpoints of Hugging Face transformers: {@code config.json} and the names and orders of its tensors, as tables, one row for each
 * family. What a family's settings and tensors are called in GGUF is from ggml-org/llama.cpp, convert_hf_to_gguf.py and
 * gguf-py/gguf/tensor_mapping.py (2026-08); what they mean, from the families' configuration classes in huggingface/transformers.
 */
package dev.lockstep.loader.internal.huggingface;
