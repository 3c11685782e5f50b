"""Writes the .keras files beside it, and the logits that Keras computes with them.

Made with Python 3.11, keras 3.15.1 (KERAS_BACKEND=numpy), keras-hub at 71453d0 (August 2026) and h5py 3.16.
Logits are little-endian float32 (tokens, vocabulary) of the tokens 0 to 15.
"""
import keras_hub
import numpy as np

BACKBONES = {
    "gpt2": keras_hub.models.GPT2Backbone(
        vocabulary_size=50, num_layers=2, num_heads=2, hidden_dim=16, intermediate_dim=24, max_sequence_length=16),
    "llama3": keras_hub.models.Llama3Backbone(
        vocabulary_size=50, num_layers=2, num_query_heads=4, num_key_value_heads=2, hidden_dim=32, intermediate_dim=48,
        tie_word_embeddings=False, rope_max_wavelength=5000, rope_frequency_adjustment_factor=8.0, rope_low_freq_factor=1.0,
        rope_high_freq_factor=4.0, rope_pretraining_sequence_length=64),
}

random = np.random.default_rng(5)
for name, backbone in BACKBONES.items():
    for variable in backbone.weights:
        values = random.normal(size=variable.shape) * 0.3
        is_factor = variable.path.endswith(("gamma", "scale"))
        variable.assign((1 + values if is_factor else values).astype("float32"))
    tokens = {"token_ids": np.arange(16)[None], "padding_mask": np.ones((1, 16), "int32")}
    logits = backbone.token_embedding(backbone(tokens), reverse=True)
    np.asarray(logits)[0].astype("<f4").tofile(name + ".logits.f32")
    backbone.save(name + ".keras")
