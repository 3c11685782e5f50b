/** Files in, verified weights out: container formats, model signatures, panels in secure memory. */
// The guard is a module above this one, so the compiler does not see it here.
// jHDF has a fixed name but no descriptor; what it needs is required here in its place.
@SuppressWarnings({"requires-automatic", "module"})
module dev.lockstep.loader {
    requires transitive dev.lockstep.quant;
    requires tools.jackson.databind;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires io.jhdf;
    requires org.apache.commons.lang3;
    requires org.slf4j;

    exports dev.lockstep.loader;
    exports dev.lockstep.loader.age;
    exports dev.lockstep.loader.gate;
    exports dev.lockstep.loader.signing;
    exports dev.lockstep.loader.trust;

    // one hash, one reader of JSON, of statements, of files and of their names, one hash tree for the whole house
    exports dev.lockstep.loader.internal.crypto to dev.lockstep.guard;
    exports dev.lockstep.loader.internal.files to dev.lockstep.guard;
    exports dev.lockstep.loader.internal.gguf to dev.lockstep.guard;
    exports dev.lockstep.loader.internal.intoto to dev.lockstep.guard;
    exports dev.lockstep.loader.internal.json to dev.lockstep.guard;
    exports dev.lockstep.loader.internal.text to dev.lockstep.guard;
    exports dev.lockstep.loader.internal.tlog to dev.lockstep.guard;
}
