package dev.lockstep.models;

/** How one vector is made of the hidden states of a text's tokens. */
public enum Pooling {
    /** Their mean (Reimers and Gurevych 2019). */
    MEAN,
    /** That of the first token, {@code [CLS]} (Devlin et al. 2019). */
    CLS
}
