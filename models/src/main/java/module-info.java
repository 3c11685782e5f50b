/** Transformers, tokenizers, sampling and sessions: the API that people embed. */
module dev.lockstep.models {
    requires transitive dev.lockstep.kernel;
    requires transitive dev.lockstep.loader;

    exports dev.lockstep.models;
}
